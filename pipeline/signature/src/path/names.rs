//! The names that CAs permit and exclude below them (RFC 5280 §4.2.1.10, §6.1.3 b, c).

use super::Failure;
use crate::certificate::{Certificate, Constraints, GeneralName, Subtree};
use crate::name::{Name, EMAIL_ADDRESS};

/// What the CAs of a path have said so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Names<'a> {
    /// One list a CA: names of a kind that stands in it lie within one of its subtrees.
    permitted: Vec<Vec<Subtree<'a>>>,
    /// No name lies within any of these.
    excluded: Vec<Subtree<'a>>,
    /// Comparisons that may still be made.
    budget: usize,
}

/// Whether a name lies within a subtree.
enum Within {
    Yes,
    No,
    /// The kind, or this name of it, cannot be compared.
    Unknown,
}

impl<'a> Names<'a> {
    /// Returns the names before the first CA: all are permitted.
    pub fn new() -> Self {
        Self { budget: COMPARISONS_MAX, ..Self::default() }
    }

    /// Takes what a CA says of the certificates below it.
    pub fn constrain(&mut self, constraints: &Constraints<'a>) {
        if !constraints.permitted.is_empty() {
            self.permitted.push(constraints.permitted.clone());
        }
        self.excluded.extend(&constraints.excluded);
    }

    /// Checks every name of the subject: its distinguished name, its alternative names, and the
    /// mailboxes in its distinguished name if it has none among the alternative ones.
    ///
    /// # Errors
    /// `Names`, `UnknownNames`, `TooMuchWork`.
    pub fn check(&mut self, certificate: &Certificate<'a>, depth: usize) -> Result<(), Failure> {
        if self.permitted.is_empty() && self.excluded.is_empty() {
            return Ok(());
        }
        if !certificate.subject.is_empty() {
            self.check_name(&GeneralName::Directory(certificate.subject), depth)?;
        }
        let mut has_mailbox = false;
        if let Some(names) = certificate.extensions.subject_alt_names {
            for name in names.iter() {
                has_mailbox |= matches!(name, GeneralName::Email(_));
                self.check_name(&name, depth)?;
            }
        }
        if has_mailbox {
            return Ok(());
        }
        mailboxes(certificate.subject)
            .try_for_each(|mailbox| self.check_name(&GeneralName::Email(mailbox), depth))
    }

    fn check_name(&mut self, name: &GeneralName<'a>, depth: usize) -> Result<(), Failure> {
        let subtrees = self.permitted.iter().map(Vec::len).sum::<usize>() + self.excluded.len();
        self.budget = self.budget.checked_sub(subtrees).ok_or(Failure::TooMuchWork)?;
        for list in &self.permitted {
            let (mut constrained, mut inside) = (false, false);
            for base in list.iter().filter(|base| same_kind(base, name)) {
                constrained = true;
                match within(name, base) {
                    Within::Yes => inside = true,
                    Within::No => {}
                    Within::Unknown => return Err(Failure::UnknownNames { depth }),
                }
            }
            if constrained && !inside {
                return Err(Failure::Names { depth });
            }
        }
        for base in self.excluded.iter().filter(|base| same_kind(base, name)) {
            match within(name, base) {
                Within::Yes => return Err(Failure::Names { depth }),
                Within::No => {}
                Within::Unknown => return Err(Failure::UnknownNames { depth }),
            }
        }
        Ok(())
    }
}

fn mailboxes<'a>(subject: Name<'a>) -> impl Iterator<Item = &'a str> {
    let attributes = subject.attributes().filter(|attribute| attribute.oid == EMAIL_ADDRESS);
    attributes.filter_map(|attribute| std::str::from_utf8(attribute.value.content).ok())
}

fn same_kind(base: &GeneralName<'_>, name: &GeneralName<'_>) -> bool {
    std::mem::discriminant(base) == std::mem::discriminant(name)
}

fn within(name: &GeneralName<'_>, base: &GeneralName<'_>) -> Within {
    let known = match (name, base) {
        (GeneralName::Directory(name), GeneralName::Directory(base)) => name.is_within(*base),
        (GeneralName::Dns(name), GeneralName::Dns(base)) => is_below(name, base),
        (GeneralName::Email(name), GeneralName::Email(base)) => match name.rsplit_once('@') {
            Some((mailbox, host)) => mailbox_within(mailbox, host, base),
            None => return Within::Unknown,
        },
        (GeneralName::Uri(name), GeneralName::Uri(base)) => match host_of(name) {
            Some(host) => host_within(host, base),
            None => return Within::Unknown,
        },
        (GeneralName::Ip(address), GeneralName::Ip(base)) => {
            return address_within(address, base);
        }
        _ => return Within::Unknown,
    };
    if known {
        Within::Yes
    } else {
        Within::No
    }
}

/// Whether a host is the domain, or has labels before it; the empty domain holds all hosts.
fn is_below(host: &str, domain: &str) -> bool {
    let (host, domain) = (host.as_bytes(), domain.strip_prefix('.').unwrap_or(domain).as_bytes());
    if domain.is_empty() {
        return true;
    }
    let Some(start) = host.len().checked_sub(domain.len()) else { return false };
    host[start..].eq_ignore_ascii_case(domain) && (start == 0 || host[start - 1] == b'.')
}

/// Whether a host is the base, or lies below it when the base starts with a period.
fn host_within(host: &str, base: &str) -> bool {
    match base.strip_prefix('.') {
        Some(domain) => host.len() > domain.len() && is_below(host, domain),
        None => host.eq_ignore_ascii_case(base),
    }
}

/// Whether a mailbox is the base, is on the base's host, or on a host below its domain.
fn mailbox_within(mailbox: &str, host: &str, base: &str) -> bool {
    match base.rsplit_once('@') {
        Some((own, at)) => mailbox == own && host.eq_ignore_ascii_case(at),
        None => host_within(host, base),
    }
}

/// Returns the host of a URI with an authority, unless it is an address: constraints are on fully
/// qualified domain names only.
fn host_of(uri: &str) -> Option<&str> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    if host.starts_with('[') {
        return None;
    }
    let host = host.split(':').next()?;
    let numeric = host.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (!numeric && host.contains('.')).then_some(host)
}

/// Whether an address has the bits of the base under its mask; addresses of another version do not.
fn address_within(address: &[u8], base: &[u8]) -> Within {
    if !matches!(base.len(), 8 | 32) || !matches!(address.len(), 4 | 16) {
        return Within::Unknown;
    }
    let (network, mask) = base.split_at(base.len() / 2);
    let same = |((a, n), m): ((&u8, &u8), &u8)| a & m == n & m;
    let inside = address.len() == network.len() && address.iter().zip(network).zip(mask).all(same);
    if inside {
        Within::Yes
    } else {
        Within::No
    }
}

/// Comparisons of names with subtrees a path; real paths need some dozens.
const COMPARISONS_MAX: usize = 1 << 16;

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: GeneralName<'_>, base: GeneralName<'_>, expected: Option<bool>) {
        let met = match within(&name, &base) {
            Within::Yes => Some(true),
            Within::No => Some(false),
            Within::Unknown => None,
        };
        assert_eq!(met, expected, "{name:?} within {base:?}");
    }

    #[test]
    fn hosts_mailboxes_uris_and_addresses_lie_within_their_subtrees() {
        use GeneralName::{Dns, Email, Ip, Uri};
        for (name, base, expected) in [
            ("www.example.jp", "example.jp", true),
            ("EXAMPLE.jp", "example.JP", true),
            ("badexample.jp", "example.jp", false),
            ("jp", "example.jp", false),
            ("a.example.jp", ".example.jp", true),
            ("anything", "", true),
        ] {
            check(Dns(name), Dns(base), Some(expected));
        }
        for (name, base, expected) in [
            ("a@example.jp", "example.jp", Some(true)),
            ("a@www.example.jp", "example.jp", Some(false)),
            ("a@www.example.jp", ".example.jp", Some(true)),
            ("a@example.jp", ".example.jp", Some(false)),
            ("a@EXAMPLE.jp", "a@example.jp", Some(true)),
            ("A@example.jp", "a@example.jp", Some(false)),
            ("nobody", "example.jp", None),
        ] {
            check(Email(name), Email(base), expected);
        }
        for (name, base, expected) in [
            ("https://example.jp/a", "example.jp", Some(true)),
            ("https://u@www.example.jp:443/a", ".example.jp", Some(true)),
            ("https://example.jp", ".example.jp", Some(false)),
            ("https://192.0.2.1/", "example.jp", None),
            ("https://[2001:db8::1]/", "example.jp", None),
            ("urn:example:jp", "example.jp", None),
        ] {
            check(Uri(name), Uri(base), expected);
        }
        let net = [192, 0, 2, 0, 255, 255, 255, 0];
        check(Ip(&[192, 0, 2, 77]), Ip(&net), Some(true));
        check(Ip(&[192, 0, 3, 77]), Ip(&net), Some(false));
        check(Ip(&[0; 16]), Ip(&net), Some(false));
        check(Ip(&[192, 0, 2]), Ip(&net), None);
        check(Ip(&[192, 0, 2, 77]), Ip(&net[..5]), None);
        check(GeneralName::X400(&[]), GeneralName::X400(&[]), None);
    }
}
