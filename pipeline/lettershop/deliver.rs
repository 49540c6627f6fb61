//! Delivering: the copies of a part sealed into one pack, in the order of the records.

use anyhow::{Context, Result};
use letter::piece::Measured;
use mailbox::{BatchSeal, CopyEntry, MailboxId, PackHead, PackWriter, Seal, Tree};
use press::{CopyBatchMeta, CopyCodes, CopyLesson, CopyMeta, CopyPress, MadeCopy, ReadyCopyPress};
use runner::{Crew, FileMark};

use crate::batch::{Batch, Letters};
use crate::print::Forme;
use crate::ready::ReadyLetters;
use crate::receive::Counter;
use crate::seals;
use crate::spool::view;

/// Copies in one block of work.
const COPIES_PER_BLOCK: usize = 64;
/// Copies of which the codes are made: some 200 KB, and a few milliseconds.
const EXAMPLES: usize = 64;

/// What one thread keeps from block to block.
#[derive(Default)]
struct Desk {
    letters: Letters,
    press: press::Scratch,
}

/// What makes the copies: of letters that are set, or of those that came ready.
enum Press<'a> {
    Set(Box<CopyPress<'a>>),
    Ready(Box<ReadyCopyPress<'a>>, &'a ReadyLetters),
}

impl Press<'_> {
    fn shared(&self) -> &[u8] {
        match self {
            Self::Set(press) => press.shared(),
            Self::Ready(press, _) => press.shared(),
        }
    }
}

/// One copy as it goes into the pack.
struct Sealed {
    piece: letter::PieceId,
    mailbox: MailboxId,
    row_id: String,
    made: MadeCopy,
    tail: Vec<u8>,
}

/// Sets and seals the copy of every piece and writes the part's pack, its shared prefix, and the
/// seal of all of them, which the sender finds in its outbox, too.
///
/// `mailboxes` gives the mailbox of each record, by record number.
///
/// # Errors
/// If the spool cannot be read, a file cannot be written, or a letter no longer comes out as it was
/// measured.
pub fn deliver(
    counter: &Counter<'_>,
    crew: &Crew,
    batch: &Batch<'_>,
    forme: &Forme,
    pieces: &[Measured],
    mailboxes: &[MailboxId],
) -> Result<Vec<FileMark>> {
    let (out, now) = (counter.out, counter.night.now);
    let part = batch.part();
    let name = part.name();
    let meta = CopyBatchMeta {
        title: batch.template.title(),
        sender_name: &batch.sender.name,
        batch: &name,
        now,
        lang: "ja-JP",
    };
    let press = match &batch.ready {
        None => {
            let press = CopyPress::build(&forme.fonts, &forme.layers, &meta);
            let codes = learn(batch, &press, pieces)?;
            Press::Set(Box::new(press.with_codes(codes)))
        }
        Some(ready) => {
            let (fonts, layers) = (&forme.fonts, &forme.layers);
            let press = ReadyCopyPress::build(fonts, layers, ready.shared(), &meta);
            Press::Ready(Box::new(press), ready)
        }
    };
    let shared = out.publish_bytes(&out.pack(part, "shared"), press.shared())?;
    let head = PackHead {
        sender: part.sender.clone(),
        batch: letter::BatchId::parse(&name).context("the part's name is no id")?,
        shared_len: press.shared().len() as u64,
        shared_seal: Seal::of(press.shared()),
    };
    let mut tree = Tree::default();
    let pack = out.publish(&out.pack(part, "pack"), |writer| {
        let mut pack = PackWriter::new(writer, &head)?;
        crew.map_in_order(
            pieces.chunks(COPIES_PER_BLOCK).map(Ok),
            Desk::default,
            |desk, pieces| desk.seal(batch, &press, pieces, mailboxes),
            |copies: Result<Vec<Sealed>>| {
                for copy in copies? {
                    tree.push(copy.piece, &Seal(copy.made.digest));
                    pack.push(&CopyEntry {
                        piece: copy.piece,
                        mailbox: copy.mailbox,
                        row_id: &copy.row_id,
                        title: batch.template.title(),
                        received: now,
                        seal: Seal(copy.made.digest),
                        alike: copy.made.alike,
                        tail: &copy.tail,
                    })?;
                }
                Ok::<_, anyhow::Error>(())
            },
        )?;
        pack.finish()?;
        Ok(())
    })?;
    let seal = BatchSeal::of(&tree, head.sender, head.batch, now);
    let seal = seals::written(seal, counter.shop.seal_key.as_ref());
    let beside = out.publish_bytes(&out.pack(part, seals::EXTENSION), &seal)?;
    let name = format!("{name}.{}", seals::EXTENSION);
    let told = out.publish_bytes(&out.outbox(part.sender.as_str(), &name), &seal)?;
    Ok(vec![shared, pack, beside, told])
}

/// Makes the codes of the copies from letters all over the batch.
fn learn(batch: &Batch<'_>, press: &CopyPress<'_>, pieces: &[Measured]) -> Result<CopyCodes> {
    let mut lesson = CopyLesson::begin(press);
    let mut desk = Desk::default();
    let examples = pieces.len().min(EXAMPLES);
    for example in 0..examples {
        desk.typeset(batch, pieces[example * pieces.len() / examples].record)?;
        lesson.letter(desk.letters.render.pages())?;
    }
    Ok(lesson.codes())
}

impl Desk {
    fn seal(
        &mut self,
        batch: &Batch<'_>,
        press: &Press<'_>,
        pieces: &[Measured],
        mailboxes: &[MailboxId],
    ) -> Result<Vec<Sealed>> {
        pieces
            .iter()
            .map(|piece| self.seal_one(batch, press, piece, mailboxes[piece.record as usize]))
            .collect()
    }

    fn seal_one(
        &mut self,
        batch: &Batch<'_>,
        press: &Press<'_>,
        piece: &Measured,
        mailbox: MailboxId,
    ) -> Result<Sealed> {
        self.typeset(batch, piece.record)?;
        let letters = &self.letters;
        let view = view(&letters.bytes)?;
        let id = batch.piece(&view);
        let row_id = batch.key(&view).to_owned();
        let meta = CopyMeta { id, row_id: &row_id };
        let mut tail = Vec::new();
        let (scratch, pages) = (&mut self.press, letters.render.pages());
        let made = match press {
            Press::Set(press) => press.copy(scratch, &meta, pages, &mut tail)?,
            Press::Ready(press, ready) => {
                let (pages, letter) = ready.letter(piece.record, pages)?;
                press.copy(scratch, &meta, &pages, &letter, &mut tail)?
            }
        };
        Ok(Sealed { piece: id, mailbox, row_id, made, tail })
    }

    /// Reads a record and sets it as a copy.
    fn typeset(&mut self, batch: &Batch<'_>, record: u32) -> Result<()> {
        let letters = &mut self.letters;
        batch.spool.read(record, &mut letters.bytes).context("reading the spool")?;
        let view = view(&letters.bytes)?;
        let again = |reason: letter::Reason| {
            anyhow::anyhow!("record {record} was measured and now fails: {}", reason.code())
        };
        let resolved = batch.resolve(&mut letters.address, &view).map_err(again)?;
        let facts = batch.facts(&resolved);
        batch.template.typeset_copy(&mut letters.render, &view, &facts).map_err(again)?;
        Ok(())
    }
}
