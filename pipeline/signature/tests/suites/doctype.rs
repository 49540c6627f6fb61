//! What documents with a DTD say without it.

/// Returns the document without its DTD, the entities that it declares written out; documents with
/// a DTD are refused, and this is what they would say without one.
pub fn without_doctype(bytes: &[u8]) -> String {
    let text = std::str::from_utf8(bytes).expect("the document is UTF-8");
    let Some(start) = text.find("<!DOCTYPE") else { return text.to_string() };
    let end = start + text[start..].find("]>").expect("a DTD with an internal subset") + 2;
    let mut rest = format!("{}{}", &text[..start], &text[end..]);
    for declaration in text[start..end].split("<!ENTITY ").skip(1) {
        let (name, value) = declaration.split_once(char::is_whitespace).expect("a name");
        let value = value.trim_start();
        let quote = value.chars().next().expect("a quote");
        let (value, _) = value[1..].split_once(quote).expect("its end");
        rest = rest.replace(&format!("&{name};"), value);
    }
    rest
}
