//! 認証要求 (ninshō yōkyū): the text that a card signs to show whose it is.
//!
//! Nothing is kept of a challenge that was handed out: its last line is a MAC over the rest, which
//! says when it was made and for which visitor. What was answered is kept until it is too old.

use hmac::{Hmac, KeyInit, Mac};
use letter::Moment;
use sha2::Sha256;

use crate::books::CHALLENGE_SECONDS;
use crate::passcode::PasscodeKey;
use crate::secret::{hex, same_text, Digest};

/// Writes the challenge for a visitor.
pub fn challenge(key: &PasscodeKey, visitor: &str, nonce: &str, now: Moment) -> String {
    let visitor = Digest::of("challenge", visitor);
    let said = format!("{HEAD}\n{}\n{visitor}\n{nonce}\n", now.0);
    let mac = mac(key, &said);
    format!("{said}{mac}\n")
}

/// Returns whether a challenge was made here, for this visitor, and lately.
pub fn is_ours(key: &PasscodeKey, visitor: &str, text: &str, now: Moment) -> bool {
    let Some((said, found)) = text.strip_suffix('\n').and_then(|text| text.rsplit_once('\n'))
    else {
        return false;
    };
    let said = format!("{said}\n");
    let is_made_here = same_text(&mac(key, &said), found);
    let mut lines = said.lines();
    let is_headed = lines.next() == Some(HEAD);
    let made: Option<i64> = lines.next().and_then(|line| line.parse().ok());
    let is_lately = made.is_some_and(|made| (0..CHALLENGE_SECONDS).contains(&(now.0 - made)));
    let of_visitor = lines.next() == Some(Digest::of("challenge", visitor).to_string().as_str());
    is_made_here && is_headed && is_lately && of_visitor
}

fn mac(key: &PasscodeKey, said: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("HMAC takes any key");
    hex(&mac.chain_update(b"challenge").chain_update(said).finalize().into_bytes())
}

/// The first line: what the signature is for, so that it is good for nothing else.
const HEAD: &str = "lettershop mailbox sign-in, not a document";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_good_for_its_visitor_and_for_minutes() {
        let (key, now) = (PasscodeKey([1; 32]), Moment(1_795_280_400));
        let text = challenge(&key, "visitor", "nonce", now);
        let later = |seconds| Moment(now.0 + seconds);
        assert!(is_ours(&key, "visitor", &text, later(CHALLENGE_SECONDS - 1)));
        assert!(!is_ours(&key, "visitor", &text, later(CHALLENGE_SECONDS)));
        assert!(!is_ours(&key, "visitor", &text, later(-1)));
        assert!(!is_ours(&key, "other", &text, now));
        assert!(!is_ours(&PasscodeKey([2; 32]), "visitor", &text, now));
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] ^= 1;
            let changed = String::from_utf8(changed).expect("still ASCII");
            assert!(!is_ours(&key, "visitor", &changed, now), "changed at {at}");
        }
    }
}
