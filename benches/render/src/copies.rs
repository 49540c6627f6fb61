//! Electronic copies of the standard letter: how many are made and sealed, what each takes, how
//! long one takes to open.

use std::hint::black_box;
use std::time::Instant;

use letter::{BatchId, Moment, PieceId, RecordView, SenderId};
use mailbox::{assemble, CopyEntry, MailboxId, PackHead, PackWriter};
use press::{CopyBatchMeta, CopyLesson, CopyMeta, CopyPress, MadeCopy};
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
    let nothing = MadeCopy { digest: [0; 32], alike: 0 };
    let mut made = vec![nothing; recipients.len()];
    let mut rates = Vec::new();
    for _ in 0..ROUNDS {
        let seconds = timed(&mut || {
            for (at, recipient) in recipients.iter().enumerate() {
                set(&mut render, recipient);
                let row_id = format!("{at:08}");
                let meta = CopyMeta { id: PieceId(at as u64 + 1), row_id: &row_id };
                tails[at].clear();
                let copy = press.copy(&mut scratch, &meta, render.pages(), &mut tails[at]);
                made[at] = copy.expect("made");
            }
        });
        rates.push(recipients.len() as f64 / seconds);
    }
    let stored = pack(press.shared(), &tails, &made);
    let opened: Vec<f64> = tails
        .iter()
        .zip(&made)
        .take(OPENED)
        .map(|(tail, made)| {
            let begun = Instant::now();
            black_box(assemble(press.shared(), tail, &mailbox::Seal(made.digest)).expect("whole"));
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
/// Packs the copies as a night does and returns the pack's bytes.
fn pack(shared: &[u8], tails: &[Vec<u8>], made: &[MadeCopy]) -> usize {
    let head = PackHead {
        sender: SenderId::parse("mirai-life").expect("an id"),
        batch: BatchId::parse("bench").expect("an id"),
        shared_len: shared.len() as u64,
        shared_seal: mailbox::Seal::of(shared),
    };
    let mut pack = PackWriter::new(Vec::new(), &head).expect("memory");
    for (number, (tail, made)) in (1..).zip(tails.iter().zip(made)) {
        let row_id = format!("{number:08}");
        let entry = CopyEntry {
            piece: PieceId(number),
            mailbox: MailboxId(number),
            row_id: &row_id,
            title: "",
            received: Moment(0),
            seal: mailbox::Seal(made.digest),
            alike: made.alike,
            tail,
        };
        pack.push(&entry).expect("memory");
    }
    pack.finish().expect("memory").0.len()
}

/// Letters that the codes are made of, as in a night.
const LEARNED: usize = 64;
const OPENED: usize = 200;
