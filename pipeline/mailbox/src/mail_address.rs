//! An address of electronic mail, such that it can stand in a command and in a head line.

/// Returns the domain of an address in its plainest form: a dot-string, `@`, a domain of letters,
/// digits and hyphens (RFC 5321 §4.1.2 without quoted strings and address literals), at most 254
/// octets (§4.5.3.1.3 less the brackets). `None` for anything else.
pub fn mail_domain(address: &str) -> Option<&str> {
    let (local, domain) = address.split_once('@')?;
    let is_atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
    let is_dotted = |text: &str, of: &dyn Fn(u8) -> bool| {
        text.split('.').all(|part| !part.is_empty() && part.bytes().all(of))
    };
    let is_label = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let fits = address.len() <= 254 && local.len() <= 64;
    let is_plain = fits && is_dotted(local, &is_atext) && is_dotted(domain, &is_label);
    is_plain.then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::mail_domain;

    #[test]
    fn an_address_is_plain_or_none() {
        for (address, domain) in [
            ("hanako@mail.example.jp", Some("mail.example.jp")),
            ("h.a-n+post@example.jp", Some("example.jp")),
            ("hanako", None),
            ("@example.jp", None),
            ("hanako@", None),
            ("ha nako@example.jp", None),
            ("hanako>@example.jp", None),
            ("hanako@example.jp\r\nRCPT TO:<other@example.jp>", None),
            ("hanako@example..jp", None),
            ("a@b@example.jp", None),
            ("花子@example.jp", None),
        ] {
            assert_eq!(mail_domain(address), domain, "{address:?}");
        }
        assert_eq!(mail_domain(&format!("{}@example.jp", "a".repeat(65))), None);
    }
}
