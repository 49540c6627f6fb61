//! Damages of DER that stands as base64 in a text.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;

use super::damage_der;
use crate::random::Random;
use crate::tree::Tree;

/// Shorter runs are words, or a digest.
const RUN_MIN: usize = 200;

/// Damages one of the base64 values of a text; `None` if it has none.
pub fn damage_embedded(text: &[u8], other: &Tree, random: &mut Random) -> Option<Vec<u8>> {
    let is_of_value = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(byte);
    let mut runs = Vec::new();
    let mut start = 0;
    for at in 0..=text.len() {
        if !text.get(at).is_some_and(is_of_value) {
            if at - start >= RUN_MIN {
                runs.push(start..at);
            }
            start = at + 1;
        }
    }
    if runs.is_empty() {
        return None;
    }
    let run = runs.swap_remove(random.below(runs.len()));
    let value: Vec<u8> =
        text[run.clone()].iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let der = STANDARD.decode(value).ok()?;
    let damaged = STANDARD.encode(damage_der(&Tree::read(&der), other, random));
    Some([&text[..run.start], damaged.as_bytes(), &text[run.end..]].concat())
}
