//! What an applicant filled in: an ordered list of fields with dotted paths.
//!
//! JSON and XML forms become the same list: `applicant.name`, `children[0].name`. All text of a
//! form lies in one buffer, so that a form costs two allocations however many fields it has.

mod json;
mod xml;

pub use json::read_json;
pub(crate) use xml::decode as decode_xml;
pub use xml::read_xml;

/// How large a form or a manifest may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes of the file.
    pub bytes: usize,
    /// Most levels of objects and lists within each other.
    pub depth: usize,
    /// Most fields.
    pub fields: usize,
    /// Longest value in bytes.
    pub value_bytes: usize,
    /// Longest path in bytes.
    pub path_bytes: usize,
}

/// Limits of one form: the longest forms of municipalities have some 300 fields; a free text of
/// 2,000 characters has 6,000 bytes.
pub const FORM_LIMITS: Limits =
    Limits { bytes: 1 << 20, depth: 12, fields: 2_000, value_bytes: 32 << 10, path_bytes: 256 };

/// What a value was before it became text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A JSON string or XML text.
    Text,
    /// A JSON number, kept by value: write as a string what must be kept by the letter.
    Number,
    /// A JSON `true` or `false`.
    Flag,
    /// An item of a list that has no field: `null`, an empty object or list.
    Nothing,
}

/// One field as it stands in a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// Where: `applicant.name`, `children[0].name`.
    pub path: &'a str,
    /// What stands there; may be empty.
    pub value: &'a str,
    /// What it was.
    pub kind: Kind,
}

#[derive(Clone, Copy, Debug)]
struct Span {
    path_at: u32,
    path_len: u32,
    value_at: u32,
    value_len: u32,
    kind: Kind,
}

/// An applicant's form: fields in the order of the file, every path once.
#[derive(Clone, Debug, Default)]
pub struct Form {
    text: String,
    spans: Vec<Span>,
}

impl Form {
    /// Returns a form of these fields; of a path that comes twice the first counts.
    pub fn of<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut form = Self::default();
        for (path, value) in fields {
            if form.get(path).is_none() {
                form.push(path, value, Kind::Text);
            }
        }
        form
    }

    /// Returns how many fields there are.
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Returns whether there is no field.
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// Returns the fields in the order of the file.
    pub fn fields(&self) -> impl Iterator<Item = Field<'_>> {
        self.spans.iter().map(|span| self.field(span))
    }

    /// Returns the value at `path`, even if it is empty.
    pub fn get(&self, path: &str) -> Option<&str> {
        let here = |span: &&Span| {
            span.path_len as usize == path.len() && self.slice(span.path_at, span.path_len) == path
        };
        self.spans.iter().find(here).map(|span| self.slice(span.value_at, span.value_len))
    }

    /// Returns the value at `path` without blanks around it, or `None` if nothing is left.
    pub fn filled(&self, path: &str) -> Option<&str> {
        self.get(path).map(str::trim).filter(|value| !value.is_empty())
    }

    /// Returns how many items the list `group` has: the highest index met and one.
    pub fn items(&self, group: &str) -> usize {
        let index = |field: Field<'_>| Some(index_in(field.path, group)?.0 + 1);
        self.fields().filter_map(index).max().unwrap_or(0)
    }

    pub(crate) fn push(&mut self, path: &str, value: &str, kind: Kind) {
        let (path_at, path_len) = self.keep(path);
        let (value_at, value_len) = self.keep(value);
        self.spans.push(Span { path_at, path_len, value_at, value_len, kind });
    }

    fn keep(&mut self, text: &str) -> (u32, u32) {
        let at = self.text.len();
        self.text.push_str(text);
        let fits = "a form's text is far below 4 GiB";
        (u32::try_from(at).expect(fits), u32::try_from(text.len()).expect(fits))
    }

    fn field(&self, span: &Span) -> Field<'_> {
        Field {
            path: self.slice(span.path_at, span.path_len),
            value: self.slice(span.value_at, span.value_len),
            kind: span.kind,
        }
    }

    fn slice(&self, at: u32, len: u32) -> &str {
        &self.text[at as usize..(at + len) as usize]
    }
}

impl PartialEq for Form {
    /// Compares the fields and their order; how the text lies does not matter.
    fn eq(&self, other: &Self) -> bool {
        self.spans.len() == other.spans.len()
            && self
                .fields()
                .zip(other.fields())
                .all(|(a, b)| a.path == b.path && a.value == b.value)
    }
}

/// Splits `children[3].name` into 3 and `name` if `group` is `children`; the rest of `children[3]`
/// is empty.
pub(crate) fn index_in<'a>(path: &'a str, group: &str) -> Option<(usize, &'a str)> {
    let rest = path.strip_prefix(group)?.strip_prefix('[')?;
    let (index, rest) = rest.split_once(']')?;
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    Some((index.parse().ok()?, rest))
}

/// Why a form or a manifest cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The line, from 1; 0 if the trouble has none.
    pub line: u64,
    /// The column in bytes, from 1; 0 if the trouble has none.
    pub column: u64,
    /// Which rule it breaks.
    pub rule: Rule,
}

/// The rules of a readable form; none of them repeats what the applicant wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The file has more bytes than this.
    Bytes(usize),
    /// Objects and lists lie deeper than this.
    Depth(usize),
    /// There are more fields than this.
    Fields(usize),
    /// A value is longer than this, in bytes.
    ValueBytes(usize),
    /// A path is longer than this, in bytes.
    PathBytes(usize),
    /// The bytes are not text of the encoding.
    Encoding,
    /// A key is empty or holds a dot, a bracket or a control character.
    Key,
    /// A key stands twice in one object.
    DuplicateKey,
    /// A number has no exact decimal form here: too large or too fine.
    Number,
    /// The file is neither an object nor an element.
    NotAnObject,
    /// XML with a document type declaration: entities are never expanded.
    DocumentType,
    /// An element has more attributes, or the document more namespaces, than this.
    Attributes(usize),
    /// XML with text beside elements.
    MixedContent,
    /// The text is not JSON.
    NotJson,
    /// The text is not well-formed XML.
    NotXml,
}

impl Rule {
    /// Says in Japanese what was met.
    pub fn japanese(&self) -> String {
        match self {
            Self::Bytes(max) => format!("ファイルが上限 {max} バイトを超えています"),
            Self::Depth(max) => format!("入れ子が上限 {max} 段を超えています"),
            Self::Fields(max) => format!("項目が上限 {max} 個を超えています"),
            Self::ValueBytes(max) => format!("値が上限 {max} バイトを超えています"),
            Self::PathBytes(max) => format!("項目名が上限 {max} バイトを超えています"),
            Self::Encoding => "文字コードとして読めません".into(),
            Self::Key => "使えない項目名があります".into(),
            Self::DuplicateKey => "同じ項目名が二度あります".into(),
            Self::Number => "数値の桁が多すぎます".into(),
            Self::NotAnObject => "最も外側がオブジェクトではありません".into(),
            Self::DocumentType => "文書型宣言（DTD）があります".into(),
            Self::Attributes(max) => format!("属性または名前空間が上限 {max} 個を超えています"),
            Self::MixedContent => "文字列と要素が混在しています".into(),
            Self::NotJson => "JSON として読めません".into(),
            Self::NotXml => "XML として読めません".into(),
        }
    }

    /// Says in English what was met.
    pub fn english(&self) -> String {
        match self {
            Self::Bytes(max) => format!("the file has more than {max} bytes"),
            Self::Depth(max) => format!("it nests deeper than {max} levels"),
            Self::Fields(max) => format!("it has more than {max} fields"),
            Self::ValueBytes(max) => format!("a value has more than {max} bytes"),
            Self::PathBytes(max) => format!("a path has more than {max} bytes"),
            Self::Encoding => "the bytes are not text of the encoding".into(),
            Self::Key => "a key is empty or holds a dot, a bracket or a control character".into(),
            Self::DuplicateKey => "a key stands twice".into(),
            Self::Number => "a number has too many digits".into(),
            Self::NotAnObject => "the outermost value is not an object".into(),
            Self::DocumentType => "it has a document type declaration".into(),
            Self::Attributes(max) => format!("there are more than {max} attributes or namespaces"),
            Self::MixedContent => "text stands beside elements".into(),
            Self::NotJson => "it is not JSON".into(),
            Self::NotXml => "it is not well-formed XML".into(),
        }
    }
}

/// Paths are joined by dots and brackets, so keys have neither.
pub(crate) fn is_key(key: &str) -> bool {
    !key.is_empty() && !key.chars().any(|c| matches!(c, '.' | '[' | ']') || c.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_a_list_splits_into_index_and_rest() {
        for (path, group, expected) in [
            ("children[3].name", "children", Some((3, "name"))),
            ("children[0]", "children", Some((0, ""))),
            ("a.children[1].b.c", "a.children", Some((1, "b.c"))),
            ("children.name", "children", None),
            ("childrens[0].name", "children", None),
        ] {
            assert_eq!(index_in(path, group), expected, "{path}");
        }
    }

    #[test]
    fn a_blank_value_is_there_but_not_filled() {
        let form = Form::of([("a", " \u{3000}"), ("b", " x "), ("c[1].d", "1")]);
        assert_eq!((form.get("a"), form.filled("a")), (Some(" \u{3000}"), None));
        assert_eq!((form.filled("b"), form.filled("z")), (Some("x"), None));
        assert_eq!((form.items("c"), form.items("d"), form.len()), (2, 0, 3));
    }
}
