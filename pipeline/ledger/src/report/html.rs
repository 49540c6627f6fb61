//! Text of HTML in which every value is escaped on its way in.

/// A growing piece of HTML.
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// Appends markup of our own, never a value.
    pub fn raw(&mut self, markup: &str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends a value as text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        for c in value.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                c if c.is_control() && c != '\n' => self.0.push('\u{FFFD}'),
                c => self.0.push(c),
            }
        }
        self
    }

    /// Appends `<tag class="class">value</tag>`; an empty class is left out.
    pub fn element(&mut self, tag: &str, class: &str, value: &str) -> &mut Self {
        self.open(tag, class).text(value).raw("</").raw(tag).raw(">")
    }

    /// Appends `<tag class="class">`; an empty class is left out.
    pub fn open(&mut self, tag: &str, class: &str) -> &mut Self {
        self.raw("<").raw(tag);
        if !class.is_empty() {
            self.raw(" class=\"").raw(class).raw("\"");
        }
        self.raw(">")
    }

    /// Appends a heading: Japanese, and English below it in small.
    pub fn heading(&mut self, japanese: &str, english: &str) -> &mut Self {
        self.raw("<h2>").text(japanese).element("small", "", english).raw("</h2>\n")
    }

    /// Appends a row of column headings: Japanese, English and whether the column holds figures.
    pub fn columns(&mut self, columns: &[(&str, &str, bool)]) -> &mut Self {
        self.raw("<thead><tr>");
        for (japanese, english, figures) in columns {
            self.open("th", if *figures { "num" } else { "" }).text(japanese);
            self.element("small", "", english).raw("</th>");
        }
        self.raw("</tr></thead>\n")
    }

    /// Appends a link to a file beside the report.
    pub fn link(&mut self, path: &str, label: &str) -> &mut Self {
        self.raw("<a href=\"").text(&relative_url(path)).raw("\">").text(label).raw("</a>")
    }

    /// Returns the text.
    pub fn finish(self) -> String {
        self.0
    }
}

/// Returns a path as a relative URL: anything but letters of file names is percent-encoded, and
/// `./` keeps a colon from making a scheme.
fn relative_url(path: &str) -> String {
    let mut url = String::from("./");
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | b'-' | b'~' | b'/' => {
                url.push(char::from(byte));
            }
            _ => url.push_str(&format!("%{byte:02X}")),
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_become_markup() {
        let mut page = Html::default();
        page.element("b", "", "<script>&\"'\u{1b}");
        assert_eq!(page.finish(), "<b>&lt;script&gt;&amp;&quot;&#39;\u{FFFD}</b>");
    }

    #[test]
    fn a_path_cannot_become_a_scheme_or_another_host() {
        for (path, url) in [
            ("print/a/b-001.pdf", "./print/a/b-001.pdf"),
            ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
            ("//evil/x", "./evil/x"),
            ("星.pdf", "./%E6%98%9F.pdf"),
        ] {
            assert_eq!(relative_url(path), url);
        }
    }
}
