//! OBJECT IDENTIFIERs as the cases write them.

/// Returns the content octets of an OBJECT IDENTIFIER.
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().expect("an arc")).collect();
    let mut octets = Vec::new();
    for arc in std::iter::once(arcs[0] * 40 + arcs[1]).chain(arcs[2..].iter().copied()) {
        let mut shift = 63;
        while shift > 0 {
            shift -= 7;
            if arc >> shift != 0 || shift == 0 {
                octets.push((arc >> shift & 0x7f) as u8 | if shift > 0 { 0x80 } else { 0 });
            }
        }
    }
    octets
}
