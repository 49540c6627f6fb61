//! Electronic copies, judged by outside programs.

mod judge;
mod support;

use sha2::{Digest, Sha256};

use judge::{assert_sound, judge, kept, text};
use support::{copy, copy_press, sample, words, Face, GOTHIC, MINCHO};

#[test]
fn a_copy_is_whole_by_itself_and_sealed() {
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let sample = sample(&faces, 10);
    let press = copy_press(&sample);
    for number in [4, 5] {
        let (bytes, seal) = copy(&press, &sample, number);
        assert_eq!(seal, <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert_eq!(copy(&press, &sample, number).0, bytes);
        let file = kept(&format!("copy-{number}.pdf"), &bytes);
        assert_sound(&file);
        let text = text(&file);
        assert!(text.contains(&words(number).name), "{text}");
        assert!(!text.contains("FDFF"), "a copy has no barcode");
        let structure = judge("pdfinfo", &["-struct-text", "FILE"], &file);
        assert!(structure.contains(&words(number).address), "{structure}");
    }
}
