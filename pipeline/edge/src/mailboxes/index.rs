//! The keys of the tree `mailbox`, and how a record of the log changes them.

use std::path::{Path, PathBuf};

use letter::{Moment, PieceId};
use mailbox::{MailboxId, OpenNotice};

use super::{DeliveredPack, MailboxError, OpenPack};
use crate::store::{Batch, StoreError, View};

/// Where a copy lies.
pub(super) struct Place {
    /// The pack's number, in the order of delivery.
    pub(super) pack: u32,
    /// Where its entry begins in the pack.
    pub(super) offset: u64,
}

/// Returns the file of a pack, or of its prefix.
pub(super) fn path(folder: &Path, name: &str, extension: &str) -> PathBuf {
    folder.join(format!("{name}.{extension}"))
}

/// Writes the log's record of a delivery.
pub(super) fn delivered_record(pack: &DeliveredPack) -> Vec<u8> {
    let mut record = vec![DELIVERED];
    serde_json::to_writer(&mut record, pack).expect("a delivery is plain data");
    record
}

/// Writes the log's record of an opening.
pub(super) fn opened_record(notice: &OpenNotice) -> Vec<u8> {
    [&[OPENED], notice.to_line().as_bytes()].concat()
}

/// Reads a record of the log as an open notice, if it is one.
pub(super) fn parse_opened(view: &View, record: &[u8]) -> Result<Option<OpenNotice>, StoreError> {
    let Some((&OPENED, line)) = record.split_first() else { return Ok(None) };
    let line = std::str::from_utf8(line).ok();
    let notice = line.and_then(OpenNotice::parse_line);
    notice.map(Some).ok_or_else(|| view.damaged())
}

/// Applies a record of the log; the same record once more changes nothing.
pub(super) fn apply(
    batch: &mut Batch<'_>,
    folder: &Path,
    view: &View,
    record: &[u8],
) -> Result<(), MailboxError> {
    if let Some(notice) = parse_opened(view, record)? {
        let key = opened_key(notice.piece);
        if batch.get(&key)?.is_none() {
            batch.put(key, &notice.opened.0.to_be_bytes());
        }
        return Ok(());
    }
    let Some((&DELIVERED, json)) = record.split_first() else { return Err(view.damaged().into()) };
    apply_delivery(batch, folder, view, json)
}

fn apply_delivery(
    batch: &mut Batch<'_>,
    folder: &Path,
    view: &View,
    json: &[u8],
) -> Result<(), MailboxError> {
    let delivered = parse_pack(view, json)?;
    let mut pack = OpenPack::open(folder, &delivered.name)?;
    if pack.identity(&delivered.name) != delivered {
        return Err(MailboxError::PackChanged { name: delivered.name });
    }
    let number = number(batch, &delivered.name)?;
    let labels: Vec<_> = pack.read(|reader| {
        let places = reader.labels()?;
        places.map(|label| label.map(|(offset, l)| (l.piece, l.mailbox, offset))).collect()
    })?;
    for (piece, mailbox, offset) in labels {
        let key = copy_key(piece);
        // A copy is delivered once: a later pack with the same piece changes nothing.
        if batch.get(&key)?.is_none() {
            batch.put(key, &[&number.to_be_bytes()[..], &offset.to_be_bytes()].concat());
            batch.put(mailbox_key(mailbox, Some(piece)), b"");
            batch.spill_when_full()?;
        }
    }
    batch.put(pack_key(&delivered.name), json);
    Ok(())
}

/// Returns the number of a pack; a new one gets the next number.
fn number(batch: &mut Batch<'_>, name: &str) -> Result<u32, MailboxError> {
    let mut number = 0u32;
    while let Some(known) = batch.get(&number_key(number))? {
        if *known == *name.as_bytes() {
            return Ok(number);
        }
        number += 1;
    }
    batch.put(number_key(number), name.as_bytes());
    Ok(number)
}

/// Reads a delivery as it stands in the log and under its name.
pub(super) fn parse_pack(view: &View, json: &[u8]) -> Result<DeliveredPack, MailboxError> {
    Ok(serde_json::from_slice(json).map_err(|_| view.damaged())?)
}

/// Returns the delivery of the pack of that name.
pub(super) fn pack(view: &View, name: &str) -> Result<Option<DeliveredPack>, MailboxError> {
    view.get(&pack_key(name))?.map(|json| parse_pack(view, &json)).transpose()
}

/// Returns a pack's name by its number.
pub(super) fn name(view: &View, number: u32) -> Result<String, MailboxError> {
    let name = view.get(&number_key(number))?.ok_or_else(|| view.damaged())?;
    Ok(String::from_utf8(name.to_vec()).map_err(|_| view.damaged())?)
}

/// Returns where a copy lies.
pub(super) fn place(view: &View, piece: PieceId) -> Result<Place, MailboxError> {
    let Some(value) = view.get(&copy_key(piece))? else {
        return Err(MailboxError::NoSuchPiece(piece));
    };
    let place = value.split_first_chunk().and_then(|(pack, offset)| {
        let (pack, offset) =
            (u32::from_be_bytes(*pack), u64::from_be_bytes(offset.try_into().ok()?));
        Some(Place { pack, offset })
    });
    Ok(place.ok_or_else(|| view.damaged())?)
}

/// Returns when a copy was first read.
pub(super) fn opened(view: &View, piece: PieceId) -> Result<Option<Moment>, MailboxError> {
    let Some(value) = view.get(&opened_key(piece))? else { return Ok(None) };
    let seconds = value.as_ref().try_into().map_err(|_| view.damaged())?;
    Ok(Some(Moment(i64::from_be_bytes(seconds))))
}

/// Returns the pieces of a mailbox, ascending.
pub(super) fn pieces_of(
    view: &View,
    mailbox: MailboxId,
) -> impl Iterator<Item = Result<PieceId, MailboxError>> + '_ {
    let prefix = mailbox_key(mailbox, None);
    let len = prefix.len();
    view.scan(&prefix).map(move |pair| {
        let (key, _) = pair?;
        let piece = key[len..].try_into().map_err(|_| view.damaged())?;
        Ok(PieceId(u64::from_be_bytes(piece)))
    })
}

fn pack_key(name: &str) -> Vec<u8> {
    [b"p", name.as_bytes()].concat()
}

fn number_key(number: u32) -> Vec<u8> {
    [b"n".as_slice(), &number.to_be_bytes()].concat()
}

fn copy_key(piece: PieceId) -> Vec<u8> {
    [b"c".as_slice(), &piece.0.to_be_bytes()].concat()
}

fn opened_key(piece: PieceId) -> Vec<u8> {
    [b"o".as_slice(), &piece.0.to_be_bytes()].concat()
}

fn mailbox_key(mailbox: MailboxId, piece: Option<PieceId>) -> Vec<u8> {
    let mut key = [b"m".as_slice(), &mailbox.0.to_be_bytes()].concat();
    if let Some(piece) = piece {
        key.extend_from_slice(&piece.0.to_be_bytes());
    }
    key
}

const DELIVERED: u8 = b'D';
const OPENED: u8 = b'O';
