//! Small damages to documents, the same for the same seed.

/// Returns the bytes with one to three small damages, the same for the same seed.
pub fn damaged(bytes: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 16) as usize % below
    };
    let mut damaged = bytes.to_vec();
    for _ in 0..1 + next(3) {
        let at = next(damaged.len());
        match next(5) {
            0 => damaged[at] ^= 1 << next(7),
            1 => drop(damaged.remove(at)),
            2 => damaged.insert(at, MARKUP[next(MARKUP.len())]),
            3 => damaged[at] = MARKUP[next(MARKUP.len())],
            _ => {
                let end = (at + 1 + next(40)).min(damaged.len());
                let piece = damaged[at..end].to_vec();
                damaged.splice(at..at, piece);
            }
        }
    }
    damaged
}

const MARKUP: &[u8] = b"<>&'\"/!?-[]=: \t\r\nax#;";
