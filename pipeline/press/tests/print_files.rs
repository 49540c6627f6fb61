//! Print files, judged by outside programs.

mod judge;
mod support;

use judge::{assert_sound, judge, kept, text};
use support::{print, sample, words, Face, GOTHIC, MINCHO};

#[test]
fn a_print_file_satisfies_its_judges() {
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let sample = sample(&faces, 300);
    let (bytes, summary) = print(&sample, true);
    assert_eq!(summary.bytes, bytes.len() as u64);
    let file = kept("print.pdf", &bytes);
    assert_sound(&file);
    let text = text(&file);
    let _ = (text, words(1));
}
