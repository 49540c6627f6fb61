//! Damages of XML and JSON: tags, attributes and pieces of text change places.

use super::damage_bytes;
use crate::random::Random;

/// What may come between two pieces.
const PIECES: [&str; 40] = [
    "<",
    ">",
    "&",
    "&amp;",
    "&#0;",
    "&#x10FFFF;",
    "&#xD800;",
    "&#99999999999999999999;",
    "&x;",
    "<![CDATA[]]>",
    "<![CDATA[",
    "]]>",
    "<!-- -->",
    "<!--",
    "<?x y?>",
    "<!DOCTYPE a [<!ENTITY x \"&x;&x;\">]>",
    "<?xml version=\"1.1\" encoding=\"UTF-16\"?>",
    " xmlns=\"\"",
    " xmlns=\"a\"",
    " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
    " xmlns:xml=\"b\"",
    " xml:id=\"a\"",
    " Id=\"a\"",
    " URI=\"#a\"",
    " URI=\"#xpointer(/)\"",
    " URI=\"%E3%81%82%\"",
    " URI=\"\"",
    "\u{feff}",
    "\u{0}",
    "\r",
    "\u{fffe}",
    "{",
    "[",
    "\"",
    "\\u",
    "\\ud800",
    "1e999",
    "-0",
    "null",
    "99999999999999999999999999",
];

/// Damages a text one to three times; it may be no text thereafter.
pub fn damage_text(text: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut damaged = text.to_vec();
    for _ in 0..1 + random.below(3) {
        match random.below(4) {
            0 => damage_bytes(&mut damaged, other, random),
            1 => insert(&mut damaged, random),
            2 => damaged = damage_attributes(&damaged, random),
            _ => damaged = damage_pieces(&damaged, other, random),
        }
    }
    damaged
}

fn insert(damaged: &mut Vec<u8>, random: &mut Random) {
    let at = match random.once_in(2) {
        true => random.below(damaged.len()),
        false => random.pick(&ends(damaged)),
    };
    let times = if random.once_in(400) { 20_000 } else { 1 + 40 * random.below(10) / 9 };
    let piece = match random.below(6) {
        0 => "<a>".repeat(times) + &"</a>".repeat(times),
        1 => "[".repeat(times),
        2 => (0..times).map(|n| format!(" a{n}=\"\"")).collect(),
        3 => (0..times).map(|n| format!(" xmlns:a{n}=\"u{n}\"")).collect(),
        _ => (random.pick(&PIECES)).to_owned(),
    };
    damaged.splice(at..at, piece.into_bytes());
}

/// Cuts a text before `<` and after `>`.
fn pieces(text: &[u8]) -> Vec<&[u8]> {
    let ends = ends(text);
    ends.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

fn ends(text: &[u8]) -> Vec<usize> {
    let mut ends = vec![0];
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'<' | b'{' | b'"' => ends.push(at),
            b'>' | b',' => ends.push(at + 1),
            _ => {}
        }
    }
    ends.push(text.len());
    ends.dedup();
    ends
}

fn damage_pieces(text: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut own = pieces(text);
    if own.is_empty() {
        return other.to_vec();
    }
    let others = pieces(other);
    let (at, to) = (random.below(own.len()), random.below(own.len()));
    match random.below(7) {
        0 => drop(own.remove(at)),
        1 => own.insert(to, own[at]),
        2 => own.swap(at, to),
        3 => {
            let until = (at + 1 + random.below(30)).min(own.len());
            let row = own[at..until].to_vec();
            let times = if random.once_in(400) { 500 } else { 1 };
            (0..times).for_each(|_| drop(own.splice(to..to, row.iter().copied())));
        }
        4 => drop(own.drain(at..(at + 1 + random.below(30)).min(own.len()))),
        5 if !others.is_empty() => own[at] = random.pick(&others),
        _ if !others.is_empty() => own.insert(at, random.pick(&others)),
        _ => {}
    }
    own.concat()
}

/// Removes an attribute, doubles it, or gives it the value of another one.
fn damage_attributes(text: &[u8], random: &mut Random) -> Vec<u8> {
    let quotes: Vec<usize> = (0..text.len()).filter(|at| text[*at] == b'"').collect();
    let pairs = quotes.len() / 2;
    let mut damaged = text.to_vec();
    if pairs == 0 {
        return damaged;
    }
    let pair = |number: usize| quotes[2 * number]..quotes[2 * number + 1] + 1;
    let (one, two) = (pair(random.below(pairs)), pair(random.below(pairs)));
    let name = text[..one.start].iter().rposition(|byte| b" <>{,".contains(byte)).unwrap_or(0);
    let whole = text[name..one.end].to_vec();
    match random.below(3) {
        0 => drop(damaged.drain(name..one.end)),
        1 => drop(damaged.splice(one.end..one.end, whole)),
        _ => drop(damaged.splice(one, text[two].iter().copied())),
    }
    damaged
}
