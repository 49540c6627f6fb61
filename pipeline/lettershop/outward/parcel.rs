//! What a dispatch looks like: a message for a mail server, or a payload for a portal.

use anyhow::{Context, Result};
use base64::prelude::{Engine as _, BASE64_STANDARD};
use letter::{Moment, PieceId};
use mail_builder::MessageBuilder;
use serde_json::json;
use web::outward::{Dispatch, Parcel};
use web::PasscodeKey;

use super::Name;
use crate::config::Shop;

/// A copy with what is said of it.
struct Letter {
    piece: PieceId,
    sender: String,
    title: String,
    received: Moment,
    pdf: Vec<u8>,
    sha256: String,
    /// Where it stands in the mailbox.
    link: String,
}

/// Returns the message to a mail server (RFC 5322), with the copy as its attachment.
///
/// # Errors
/// If the copy cannot be read.
pub fn message(
    shop: &Shop,
    key: &PasscodeKey,
    dispatch: &Dispatch,
    address: &str,
) -> Result<Vec<u8>> {
    let from = shop.config.push.mail.from.as_str();
    let domain = mailbox::mail_domain(from).context("[push.mail] from")?;
    let message = MessageBuilder::new()
        .from((shop.config.shop.name.as_str(), from))
        .to(address)
        .date(dispatch.since.0)
        // Of a repeat as of the first: by it the server knows that it has the message already.
        .message_id(format!("{}@{domain}", Name::from(dispatch.key())));
    let message = match &dispatch.what {
        Parcel::Code(number, asked) => message
            .subject("確認コード / Confirmation code")
            .text_body(code_words(&key.forward_code(*number, *asked))),
        Parcel::Copy(place) => {
            let letter = letter(shop, place)?;
            message
                .subject(format!("{}：{}", letter.sender, letter.title))
                .text_body(letter_words(&letter))
                .attachment("application/pdf", format!("{}.pdf", letter.piece), letter.pdf)
        }
    };
    message.write_to_vec().context("writing a message")
}

/// Returns the body of a push to a portal; the copy is in it as base64.
///
/// # Errors
/// If the copy cannot be read.
pub fn payload(
    shop: &Shop,
    key: &PasscodeKey,
    dispatch: &Dispatch,
    account: &str,
) -> Result<Vec<u8>> {
    let timestamp = dispatch.since.rfc3339_jst();
    let payload = match &dispatch.what {
        Parcel::Code(number, asked) => json!({
            "type": "account.code", "timestamp": timestamp,
            "data": {"account": account, "code": key.forward_code(*number, *asked)},
        }),
        Parcel::Copy(place) => {
            let letter = letter(shop, place)?;
            json!({
                "type": "letter.arrived", "timestamp": timestamp,
                "data": {
                    "account": account, "id": letter.piece.to_string(), "sender": letter.sender,
                    "title": letter.title, "received": letter.received.rfc3339_jst(),
                    "link": letter.link, "media_type": "application/pdf",
                    "sha256": letter.sha256, "content": BASE64_STANDARD.encode(&letter.pdf),
                },
            })
        }
    };
    Ok(serde_json::to_vec(&payload)?)
}

fn letter(shop: &Shop, place: &edge::reading_room::Place) -> Result<Letter> {
    let piece = place.piece();
    let (label, pdf) = place.copy().with_context(|| format!("reading copy {piece}"))?;
    let sender = place.sender().as_str();
    let name = shop.senders.get(sender).map_or(sender, |sender| sender.name.as_str());
    let url = shop.config.postbox.url.trim_end_matches('/');
    Ok(Letter {
        piece,
        sender: name.to_owned(),
        title: label.title,
        received: label.received,
        pdf,
        sha256: label.seal.to_string(),
        link: format!("{url}/letters/{piece}"),
    })
}

fn code_words(code: &str) -> String {
    format!(
        "電子ポストの「外部への配信」に、次の確認コードを24時間以内に入力してください。\n\n{code}\n\n\
         お心当たりがない場合は、このメールを破棄してください。\n\n\
         Enter this code under \"Forwarding\" in your electronic mailbox within a day.\n\
         If you did not ask for it, ignore this message.\n"
    )
}

fn letter_words(letter: &Letter) -> String {
    let Letter { sender, title, received, sha256, link, .. } = letter;
    let day = received.date_jst();
    format!(
        "{sender} からの文書をお届けします。\n\n{title}（{day}）\n\n\
         添付のPDFは電子ポストにある文書と同じものです。開封の記録は、電子ポストで読まれたときに付きます。\n\
         {link}\n\n\
         The attached PDF is the document in your electronic mailbox. It counts as opened when it is\n\
         read there.\n\nSHA-256: {sha256}\n"
    )
}
