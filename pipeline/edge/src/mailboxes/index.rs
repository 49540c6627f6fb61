//! The keys of the tree `mailbox`, and how a record of the log changes them.

use std::path::{Path, PathBuf};

use letter::{Moment, PieceId};
use mailbox::{MailboxId, OpenNotice};

use super::{DeliveredPack, MailboxError, OpenPack};
use crate::store::{Batch, Pair, StoreError, View};

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

/// Writes the log's record of a copy that is taken from its recipient, or given back.
pub(super) fn withdrawn_record(piece: PieceId, withdrawn: Option<Moment>) -> Vec<u8> {
    let at = withdrawn.map_or(String::new(), |moment| moment.0.to_string());
    [&[WITHDRAWN], format!("{piece} {at}").as_bytes()].concat()
}

/// Reads a record of the log as a copy that was withdrawn (when), or given back (nothing).
pub(crate) fn parse_withdrawn(record: &[u8]) -> Option<(PieceId, Option<Moment>)> {
    let (&WITHDRAWN, line) = record.split_first()? else { return None };
    let (piece, at) = std::str::from_utf8(line).ok()?.split_once(' ')?;
    let piece = PieceId(u64::from_str_radix(piece, 16).ok()?);
    match at.is_empty() {
        true => Some((piece, None)),
        false => Some((piece, Some(Moment(at.parse().ok()?)))),
    }
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
    if let Some((piece, withdrawn)) = parse_withdrawn(record) {
        match withdrawn {
            Some(moment) => batch.put(withdrawn_key(piece), &moment.0.to_be_bytes()),
            None => batch.remove(withdrawn_key(piece)),
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
    batch.spill()?; // so that the view knows the packs before this one
    let earlier = packs_of_batch(view, &delivered, number)?;
    let mut labels: Vec<_> = pack.read(|reader| {
        let places = reader.labels()?;
        places.map(|label| label.map(|(offset, l)| (l.piece, l.mailbox, offset))).collect()
    })?;
    // In the order of the keys, so that each block of the view is written once.
    labels.sort_unstable();
    let mut new = Vec::with_capacity(labels.len());
    for (piece, mailbox, offset) in labels {
        if !is_in_any(batch, &earlier, piece)? {
            batch.put(copy_key(number, piece), &offset.to_be_bytes());
            batch.spill_when_full()?;
            new.push((mailbox, piece, offset));
        }
    }
    new.sort_unstable();
    for (mailbox, piece, offset) in new {
        batch.put(mailbox_key(number, mailbox, Some(piece)), &offset.to_be_bytes());
        batch.spill_when_full()?;
    }
    batch.put(pack_key(&delivered.name), json);
    Ok(())
}

/// Returns the packs before number `before` that may hold the same pieces: a piece's id follows
/// from its sender, batch and record.
fn packs_of_batch(
    view: &View,
    delivered: &DeliveredPack,
    before: u32,
) -> Result<Vec<u32>, MailboxError> {
    let mut numbers = Vec::new();
    for (number, name) in names(view)? {
        let Some(pack) = pack(view, &name)? else { continue };
        let same_batch = pack.sender == delivered.sender && pack.batch == delivered.batch;
        if number < before && same_batch {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

/// A copy is delivered once: a later pack with the same piece changes nothing.
fn is_in_any(batch: &Batch<'_>, packs: &[u32], piece: PieceId) -> Result<bool, StoreError> {
    for &pack in packs {
        if batch.get(&copy_key(pack, piece))?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the number of a pack; a new one gets the next number.
fn number(batch: &mut Batch<'_>, name: &str) -> Result<u32, MailboxError> {
    let mut number = 0u32;
    while let Some(known) = batch.get(&number_key(number))? {
        if known == name.as_bytes() {
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

/// Returns the packs' numbers and names in the order of delivery.
pub(super) fn names(view: &View) -> Result<Vec<(u32, String)>, MailboxError> {
    let name = |pair: Result<Pair, StoreError>| {
        let (key, name) = pair?;
        let number = key[1..].try_into().map_err(|_| view.damaged())?;
        let name = String::from_utf8(name).map_err(|_| view.damaged())?;
        Ok((u32::from_be_bytes(number), name))
    };
    view.scan(b"n").map(name).collect()
}

/// Returns the pack in which a copy lies, and where; a withdrawn copy is in none.
pub(super) fn place(view: &View, piece: PieceId) -> Result<(String, u64), MailboxError> {
    if is_withdrawn(view, piece)? {
        return Err(MailboxError::NoSuchPiece(piece));
    }
    for (number, name) in names(view)? {
        if let Some(offset) = view.get(&copy_key(number, piece))? {
            return Ok((name, parse_offset(view, &offset)?));
        }
    }
    Err(MailboxError::NoSuchPiece(piece))
}

/// Returns where in a pack the copies of a mailbox lie, by piece.
pub(super) fn offsets_of(
    view: &View,
    pack: u32,
    mailbox: MailboxId,
) -> Result<Vec<u64>, StoreError> {
    let copies = view.scan(&mailbox_key(pack, mailbox, None));
    copies.map(|pair| parse_offset(view, &pair?.1)).collect()
}

fn parse_offset(view: &View, value: &[u8]) -> Result<u64, StoreError> {
    Ok(u64::from_be_bytes(value.try_into().map_err(|_| view.damaged())?))
}

/// Returns whether a copy was taken from its recipient.
pub(super) fn is_withdrawn(view: &View, piece: PieceId) -> Result<bool, StoreError> {
    Ok(view.get(&withdrawn_key(piece))?.is_some())
}

/// Returns when a copy was first read.
pub(super) fn opened(view: &View, piece: PieceId) -> Result<Option<Moment>, MailboxError> {
    let Some(value) = view.get(&opened_key(piece))? else { return Ok(None) };
    let seconds = value.try_into().map_err(|_| view.damaged())?;
    Ok(Some(Moment(i64::from_be_bytes(seconds))))
}

fn pack_key(name: &str) -> Vec<u8> {
    [b"p", name.as_bytes()].concat()
}

fn number_key(number: u32) -> Vec<u8> {
    [b"n".as_slice(), &number.to_be_bytes()].concat()
}

fn copy_key(pack: u32, piece: PieceId) -> Vec<u8> {
    [b"c".as_slice(), &pack.to_be_bytes(), &piece.0.to_be_bytes()].concat()
}

pub(super) fn opened_key(piece: PieceId) -> Vec<u8> {
    [b"o".as_slice(), &piece.0.to_be_bytes()].concat()
}

fn withdrawn_key(piece: PieceId) -> Vec<u8> {
    [b"w".as_slice(), &piece.0.to_be_bytes()].concat()
}

fn mailbox_key(pack: u32, mailbox: MailboxId, piece: Option<PieceId>) -> Vec<u8> {
    let mut key = [b"m".as_slice(), &pack.to_be_bytes(), &mailbox.0.to_be_bytes()].concat();
    if let Some(piece) = piece {
        key.extend_from_slice(&piece.0.to_be_bytes());
    }
    key
}

const DELIVERED: u8 = b'D';
const OPENED: u8 = b'O';
const WITHDRAWN: u8 = b'W';
