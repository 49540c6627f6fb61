//! Standard Webhooks: what a push carries, so that its receiver knows whose it is and knows a
//! repeat.
//!
//! The scheme is that of <https://www.standardwebhooks.com>, `spec/standard-webhooks.md`: the
//! signature `v1` is the HMAC-SHA-256 of `<id>.<timestamp>.<body>` under a shared secret.

use base64::prelude::{Engine as _, BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use letter::Moment;
use sha2::Sha256;

/// The secret that a shop shares with one receiver.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookKey(Vec<u8>);

impl WebhookKey {
    /// Parses `whsec_` and the base64 of 24 to 64 bytes, the lengths that the scheme allows.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text.trim().strip_prefix(PREFIX)?).ok()?;
        LENGTHS.contains(&bytes.len()).then_some(Self(bytes))
    }

    /// Returns the headers of a push, the same for every repeat at the same moment; `id` names what
    /// is pushed and stays the same whenever that is pushed again.
    pub fn headers(&self, id: &str, at: Moment, body: &[u8]) -> [(&'static str, String); 3] {
        let timestamp = at.0.to_string();
        let mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key");
        let mac = mac.chain_update(id).chain_update(".").chain_update(&timestamp);
        let mac = mac.chain_update(".").chain_update(body).finalize().into_bytes();
        let signature = format!("v1,{}", BASE64_STANDARD.encode(mac));
        [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", signature),
        ]
    }
}

impl std::fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookKey(..)")
    }
}

const PREFIX: &str = "whsec_";
/// "between 24 bytes (192 bits) and 64 bytes (512 bits)"
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_scheme_is_signed_as_it_says() {
        let key = WebhookKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
        let body = br#"{"test": 2432232314}"#;
        let [id, timestamp, signature] =
            key.headers("msg_p5jXN8AQM9LWM0D4loKWxJek", Moment(1_614_265_330), body);
        assert_eq!(id.1, "msg_p5jXN8AQM9LWM0D4loKWxJek");
        assert_eq!(timestamp.1, "1614265330");
        assert_eq!(signature.1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_key_has_its_prefix_and_its_length() {
        for wrong in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8G", "whsec_%"]
        {
            assert_eq!(WebhookKey::parse(wrong), None, "{wrong}");
        }
        let key = WebhookKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").expect("a key");
        assert_eq!(format!("{key:?}"), "WebhookKey(..)");
    }
}
