//! Electronic copies of the standard letter: how many are made and sealed, what each takes, how
//! long one takes to open.

use std::hint::black_box;
use std::time::Instant;

use letter::{Moment, PieceId, RecordView};
use mailbox::assemble;
use press::{CopyBatchMeta, CopyLesson, CopyMeta, CopyPress};
use render::Scratch;

use crate::rounds::{median, timed};
use standard_letter::engine::{Engine, Forme};
use standard_letter::recipients::Recipient;

/// Prints the rate of sealed copies on one thread, their bytes, and the time to open one.
pub fn run(engine: &Engine, forme: &Forme, recipients: &[Recipient]) {
    let now = Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment");
    let meta = CopyBatchMeta {
        title: "ご契約内容のお知らせ",
        sender_name: "星見生命保険株式会社",
        batch: "bench",
        now,
        lang: "ja-JP",
    };
    let press = CopyPress::build(&forme.fonts, &forme.layers, &meta);
    let mut render = Scratch::default();
    let set = |render: &mut Scratch, recipient: &Recipient| {
        let view = RecordView::parse(&recipient.record).expect("a whole record");
        engine.template.typeset_copy(render, &view, &recipient.facts).expect("set");
    };
    // As a night does, from letters of the whole batch.
    let mut lesson = CopyLesson::begin(&press);
    for recipient in recipients.iter().step_by(recipients.len() / LEARNED) {
        set(&mut render, recipient);
        lesson.letter(render.pages()).expect("its glyphs are in the fonts");
    }
    let codes = lesson.codes();
    let press = CopyPress::build(&forme.fonts, &forme.layers, &meta).with_codes(codes);
    let mut scratch = press::Scratch::default();
    let mut tails = vec![Vec::new(); recipients.len()];
    let mut seals = vec![[0; 32]; recipients.len()];
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let seconds = timed(&mut || {
            for (at, recipient) in recipients.iter().enumerate() {
                set(&mut render, recipient);
                let row_id = format!("{at:08}");
                let meta = CopyMeta { id: PieceId(at as u64 + 1), row_id: &row_id };
                tails[at].clear();
                let made = press.copy(&mut scratch, &meta, render.pages(), &mut tails[at]);
                seals[at] = made.expect("made");
            }
        });
        rates.push(recipients.len() as f64 / seconds);
    }
    let stored: usize = tails.iter().map(Vec::len).sum();
    let opened: Vec<f64> = tails
        .iter()
        .zip(&seals)
        .take(OPENED)
        .map(|(tail, seal)| {
            let begun = Instant::now();
            black_box(assemble(press.shared(), tail, &mailbox::Seal(*seal)).expect("whole"));
            begun.elapsed().as_secs_f64()
        })
        .collect();
    println!("| copies of the standard letter | |\n|---|---|");
    println!("| set, made and sealed, a CPU second of one core | {:.0} |", median(rates));
    println!("| bytes stored a copy | {} |", stored / recipients.len());
    println!("| bytes that all share | {} |", press.shared().len());
    println!("| opening one, checked against its seal, ms | {:.2} |\n", 1e3 * median(opened));
}

const ROUNDS: usize = 11;
/// Letters that the codes are made of, as in a night.
const LEARNED: usize = 64;
const OPENED: usize = 200;
