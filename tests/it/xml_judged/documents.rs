//! Documents by chance: everything that canonical form has a rule for, the same for the same seed.

use std::fmt::Write;

/// Numbers that look like chance (xorshift).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Returns a number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % bound
    }

    /// Returns one of several.
    pub fn of<'a>(&mut self, several: &[&'a str]) -> &'a str {
        several[self.below(several.len())]
    }
}

/// Returns a whole document; each of `ids` is borne by one of its elements, and `inside` stands as
/// the last child of the root element.
pub fn document(seed: u64, ids: &[&str], inside: &str) -> String {
    let mut chance = Chance::new(seed);
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    asides(&mut chance, &mut text);
    let mut ids = ids.to_vec();
    let mut scope = Vec::new();
    let from = text.len();
    element(&mut chance, &mut text, &mut scope, 0, &mut ids);
    // Ids that found no element, and what is to stand inside, go before the root's end tag.
    let rest: String =
        ids.iter().map(|id| format!("<rest Id='{id}'><!-- x -->{id}</rest>")).collect();
    let end = text.rfind("</").filter(|end| *end > from).expect("the root element has an end tag");
    text.insert_str(end, &(rest + inside));
    asides(&mut chance, &mut text);
    text
}

/// Prefixes in scope, innermost last; the namespace of none may be empty.
type Scope = Vec<&'static str>;

fn element(
    chance: &mut Chance,
    text: &mut String,
    scope: &mut Scope,
    depth: usize,
    ids: &mut Vec<&str>,
) {
    let outer = scope.len();
    let mut tag = String::new();
    let mut declared = Vec::new();
    for _ in 0..chance.below(4) {
        let prefix = chance.of(PREFIXES);
        if declared.contains(&prefix) {
            continue;
        }
        declared.push(prefix);
        let uri = chance.of(URIS);
        if prefix.is_empty() {
            let uri = if chance.below(3) == 0 { "" } else { uri };
            write!(tag, " xmlns{}\"{uri}\"", chance.of(EQUALS)).expect("a String takes all");
        } else {
            write!(tag, " xmlns:{prefix}='{uri}'").expect("a String takes all");
            scope.push(prefix);
        }
    }
    for at in 0..chance.below(5) {
        // Local names differ, so that no two expanded names can be the same.
        let local = format!("{}{at}", chance.of(NAMES));
        let name = match chance.below(3) {
            0 if !scope.is_empty() => format!("{}:{local}", scope[chance.below(scope.len())]),
            _ => local,
        };
        let (quote, values) =
            if chance.below(2) == 0 { ('"', IN_DOUBLE) } else { ('\'', IN_SINGLE) };
        let space = chance.of(SPACES);
        let value = format!("{}{}", chance.of(values), chance.of(values));
        write!(tag, "{space}{name}{}{quote}{value}{quote}", chance.of(EQUALS))
            .expect("a String takes all");
    }
    for (name, value) in [("xml:lang", "ja"), ("xml:space", "preserve"), ("xml:あ", "&quot;")] {
        if chance.below(6) == 0 {
            write!(tag, " {name}=\"{value}\"").expect("a String takes all");
        }
    }
    if depth > 0 && chance.below(3) == 0 {
        if let Some(id) = ids.pop() {
            write!(tag, " Id=\"{id}\"").expect("a String takes all");
        }
    }
    let name = match chance.below(3) {
        0 if !scope.is_empty() => {
            format!("{}:{}", scope[chance.below(scope.len())], chance.of(NAMES))
        }
        _ => chance.of(NAMES).to_string(),
    };
    let children = if depth > 5 { 0 } else { chance.below(6) + usize::from(depth == 0) };
    if children == 0 && depth > 0 && chance.below(2) == 0 {
        write!(text, "<{name}{tag}{}/>", chance.of(&["", " ", "\n"])).expect("a String takes all");
    } else {
        write!(text, "<{name}{tag}>").expect("a String takes all");
        for _ in 0..children {
            match chance.below(4) {
                0 | 1 => element(chance, text, scope, depth + 1, ids),
                2 => text.push_str(chance.of(TEXTS)),
                _ => text.push_str(chance.of(ASIDES)),
            }
        }
        write!(text, "</{name}{}>", chance.of(&["", " ", "\r\n"])).expect("a String takes all");
    }
    scope.truncate(outer);
}

fn asides(chance: &mut Chance, text: &mut String) {
    for _ in 0..chance.below(4) {
        text.push_str(chance.of(&["\n", "\r\n", " "]));
        text.push_str(chance.of(ASIDES));
    }
    text.push('\n');
}

const PREFIXES: &[&str] = &["", "p", "q", "接頭", "xs"];
/// Without `&amp;`, which libxml2 2.9 leaves as `&#38;` in a namespace name.
const URIS: &[&str] = &["urn:a", "urn:b", "http://example.org/?a=%20", "urn:&#x61;"];
const NAMES: &[&str] = &["a", "b.c", "構成情報", "é-_", "氏名", "Z"];
const EQUALS: &[&str] = &["=", " = ", "\n=\t"];
const SPACES: &[&str] = &[" ", "\n", "\t  ", "\r\n"];
const TEXTS: &[&str] = &[
    "見本",
    " \r\n\t",
    "a > b",
    "&lt;&gt;&amp;&quot;&apos;",
    "&#13;&#xA;&#9;",
    "\r&#10;\r\n",
    "<![CDATA[<&>\"'\r\n]]>",
    "<![CDATA[]]>",
    "]] ]>",
    "𠮷&#x20BB7;&#xe9;",
    "'\"",
];
const ASIDES: &[&str] =
    &["<!-- a & b < c\r\n-->", "<!---->", "<?p?>", "<?構成  a=\"b\" ?>", "<?p <a>&amp;\r\n?>"];
const IN_DOUBLE: &[&str] = &["", "見本", "'", " \t\r\n ", "&#13;&#10;&#9;", "&lt;>&amp;&quot;"];
const IN_SINGLE: &[&str] = &["", "\"", "a\"b", "\n\n", "&apos;&#x22;", "é𠮷>"];
