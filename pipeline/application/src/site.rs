//! A procedure site: where parcels come from, which procedures it may send, how it signs.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::setting::{self, Unusable};

/// What is written to the applicant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Notice {
    /// 受付のお知らせ: the application has arrived.
    Received,
    /// 不備のお知らせ: something is missing or wrong.
    Incomplete,
    /// 受理のお知らせ: the municipality has taken it.
    Accepted,
}

/// The file `sites/<site>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The site's id, which is also the name of its inbox.
    pub site: String,
    /// The site's name in Japanese.
    pub name: String,
    /// Lines under the name in the head of its notices: office, address, telephone.
    #[serde(default)]
    pub office: Vec<String>,
    /// Codes of the procedures that it may send.
    pub procedures: BTreeSet<String>,
    /// The signature profile: `jpki-sign`, `jpki-sign-test`.
    pub profile: String,
    /// Which notices go to the applicant; none by default.
    #[serde(default)]
    pub notices: BTreeSet<Notice>,
}

impl Site {
    /// Reads a site file.
    ///
    /// # Errors
    /// [`Unusable`] with its line, also for unknown keys and ids that are no file name.
    pub fn parse(text: &str) -> Result<Self, Unusable> {
        let site: Self = setting::read(text)?;
        let bad = |key: &str, why: String| Unusable { line: 0, key: key.into(), why };
        if letter::SenderId::parse(&site.site).is_none() {
            return Err(bad("site", format!("{:?} is not an id", site.site)));
        }
        if site.procedures.is_empty() {
            return Err(bad("procedures", "the list is empty".into()));
        }
        match site.procedures.iter().find(|code| letter::SenderId::parse(code).is_none()) {
            Some(code) => Err(bad("procedures", format!("{code:?} is not a code"))),
            None => Ok(site),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "site = \"one-stop\"\nname = \"ワンストップ\"\nprocedures = [\"move-out\"]\n\
        profile = \"jpki-sign\"\nnotices = [\"received\", \"incomplete\"]\n";

    #[test]
    fn a_site_file_is_read_and_a_broken_one_says_where() {
        let site = Site::parse(GOOD).expect("a site");
        assert!(site.notices.contains(&Notice::Incomplete) && site.procedures.contains("move-out"));
        for (from, to, line) in [
            ("one-stop", "../x", 0),
            ("[\"move-out\"]", "[]", 0),
            ("\"move-out\"", "\"a/b\"", 0),
            ("profile", "colour", 4),
            ("received", "shouted", 5),
        ] {
            let e = Site::parse(&GOOD.replace(from, to)).expect_err("broken");
            assert_eq!(e.line, line, "{to}: {e}");
        }
    }
}
