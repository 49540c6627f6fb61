//! The mailbox's door below OUT: its files, and what a night takes over from it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use edge::Memory;
use letter::{Date, Moment};
use runner::SeenDrop;
use serde::{Deserialize, Serialize};
use web::act::{Errand, Order};
use web::books::CODE_LIVES_SECONDS;
use web::news::{self, News};
use web::{PasscodeKey, SiteFiles};

use crate::applications::own_drop::{OwnDrop, PASSCODES};
use crate::config::Shop;
use crate::out::Out;

/// The sender of opening codes: the print centre itself.
pub const POSTBOX: &str = "postbox";

/// Returns the files of the door.
pub fn files(out: &Out) -> SiteFiles {
    let state = out.state();
    SiteFiles {
        mailboxes: out.root().join("mailboxes"),
        deliveries: state.join("mailboxes.log"),
        registry: state.join("registry.log"),
        acts: state.join("door.log"),
        invitations: state.join("invitations.log"),
        papers: state.join("papers"),
    }
}

/// Returns the key of the codes; a shop without one gets one.
///
/// # Errors
/// If it can be neither read nor made.
pub fn key(out: &Out) -> Result<PasscodeKey> {
    let path = out.state().join("passcode.key");
    let reading = || format!("reading {}", path.display());
    if !path.exists() {
        let bytes = edge::random::bytes::<32>().context("drawing a key")?;
        edge::durable::publish_secret(&path, &bytes).with_context(reading)?;
    }
    let bytes = fs::read(&path).with_context(reading)?;
    let bytes = bytes.try_into().ok().context("a key has 32 bytes").with_context(reading)?;
    Ok(PasscodeKey(bytes))
}

/// How far the registry knows what people did: records of the two logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Taken {
    invitations: u64,
    acts: u64,
}

/// Returns how many records of the two logs (invitations, acts) the registry has taken over.
///
/// # Errors
/// If the note of it cannot be read.
pub fn taken(out: &Out) -> Result<[u64; 2]> {
    let path = note(out);
    if !path.exists() {
        return Ok([0, 0]);
    }
    let reading = || format!("reading {}", path.display());
    let bytes = fs::read(&path).with_context(reading)?;
    let Taken { invitations, acts } = serde_json::from_slice(&bytes).with_context(reading)?;
    Ok([invitations, acts])
}

/// Reads what has come since the registry last took over.
///
/// # Errors
/// If a log cannot be read.
pub fn read(out: &Out, since: [u64; 2]) -> Result<(News, [u64; 2])> {
    let files = files(out);
    news::read(&files.invitations, &files.acts, since).context("reading the door's logs")
}

/// Takes over openings into the mailboxes and wishes into the registry; the same once more changes
/// nothing.
///
/// # Errors
/// If a log, the mailboxes or the registry cannot be read or written.
pub fn take_over(out: &Out, memory: &mut Memory) -> Result<()> {
    let since = taken(out)?;
    let (news, upto) = read(out, since)?;
    memory.mailboxes.take_openings(news.openings)?;
    if upto == since {
        return Ok(());
    }
    for told in news.told {
        let before = memory.registry.recipient(told.recipient())?;
        memory.registry.import(told.change(before.as_ref()))?;
    }
    let [invitations, acts] = upto;
    let bytes = serde_json::to_vec(&Taken { invitations, acts })?;
    out.publish_bytes(&note(out), &bytes)?;
    Ok(())
}

/// Which orders a night has made letters of: records of the two logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ordered {
    night: u32,
    from: [u64; 2],
    upto: [u64; 2],
}

/// Makes a drop of the codes that were ordered by letter since the last night, if there are any;
/// asked again for the same night, it makes the same drop.
///
/// # Errors
/// If a log cannot be read or the drop not be written.
pub fn code_letters(shop: &Shop, out: &Out, night: u32, day: Date) -> Result<Option<SeenDrop>> {
    let path = out.state().join("door-ordered.json");
    let reading = || format!("reading {}", path.display());
    let before: Ordered = match path.exists() {
        true => serde_json::from_slice(&fs::read(&path).with_context(reading)?),
        false => Ok(Ordered::default()),
    }
    .with_context(reading)?;
    // A night that was cut before it began is asked for its letters again.
    let is_again = before.night == night;
    let from = if is_again { before.from } else { before.upto };
    let (news, upto) = read(out, from)?;
    let ordered = Ordered { night, from, upto: if is_again { before.upto } else { upto } };
    let orders = news.orders.iter().filter(|order| is_before(order.place, ordered.upto));
    let letters = orders.filter_map(|order| match &order.order.to {
        Errand::Letter(addressee) => Some((order, addressee)),
        Errand::Counter => None,
    });
    let letters: Vec<_> = letters.collect();
    if letters.is_empty() {
        return Ok(None);
    }
    if let Err(fault) = priced(shop, day) {
        eprintln!("lettershop: {} opening codes wait: {fault:#}", letters.len());
        return Ok(None);
    }
    out.publish_bytes(&path, &serde_json::to_vec(&ordered)?)?;
    let key = key(out)?;
    let mut drop = OwnDrop::new(&PASSCODES, POSTBOX);
    let url = format!("{}/first", shop.config.postbox.url.trim_end_matches('/'));
    for (placed, addressee) in letters {
        let Order { number, issue, .. } = placed.order;
        let record_key = format!("{}-{issue}", number.get());
        let (shown, code) = (number.to_string(), key.code(number, issue));
        // The last whole day on which the code is good.
        let until = Moment(placed.at.0 + CODE_LIVES_SECONDS - DAY_SECONDS).date_jst().to_string();
        drop.record(|column| match column {
            "key" => &record_key,
            "postal" => &addressee.postal,
            "address1" => &addressee.address1,
            "address2" => &addressee.address2,
            "name" => &addressee.name,
            "number" => &shown,
            "code" => &code,
            "until" => &until,
            "url" => &url,
            _ => "",
        });
    }
    Ok(drop.finish(out, night, day)?.map(|(drop, _)| drop))
}

/// Checks that the post's services for these letters have a price: without it no night begins with
/// them that would then have to stop.
fn priced(shop: &Shop, day: Date) -> Result<()> {
    let tariff = shop.tariffs.on(day).context("tariffs.toml")?;
    let services = shop.config.posting.of(POSTBOX).services;
    tariff.tariff.services_yen(&services, ONE_SHEET_G)?;
    Ok(())
}

/// A sheet in its envelope, grams, rounded up to the least step of the tariff.
const ONE_SHEET_G: u32 = 50;

fn is_before((log, record): (usize, u64), upto: [u64; 2]) -> bool {
    record < upto[log]
}

const DAY_SECONDS: i64 = 24 * 3600;

fn note(out: &Out) -> PathBuf {
    out.state().join("door-taken.json")
}
