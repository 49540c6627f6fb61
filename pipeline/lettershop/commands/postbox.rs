//! `mailbox serve` and `mailbox invite`: the recipients' door.

use anyhow::{Context, Result};
use edge::durable::AppendLog;
use letter::SenderId;
use serde_json::json;
use web::act::{Act, Entry, Errand, Order};
use web::{Class, Number, SenderCard, Site, SitePlan};

use super::night::read_clock;
use crate::args::postbox::{Invite, Serve};
use crate::config::Shop;
use crate::out::Out;
use crate::postbox;
use crate::{Ending, Unusable};

/// Serves the mailboxes until the program is asked to end.
pub fn serve(args: &Serve) -> Result<Ending> {
    let shop = Shop::open(&args.shop).context(Unusable)?;
    let out = Out::at(args.out.as_deref().unwrap_or(&args.shop));
    edge::durable::make_folder(&out.state())?;
    let plan = SitePlan {
        files: postbox::files(&out),
        shop: shop.config.shop.name.clone(),
        senders: directory(&shop)?,
        key: postbox::key(&out)?,
        taken: postbox::taken(&out)?,
        clock: Box::new(read_clock),
    };
    let site = Site::open(plan).context("opening the mailboxes")?;
    web::run(site, &args.listen, |bound| {
        let address = bound.address;
        match args.json {
            true => println!("{}", json!({"listens": format!("http://{address}/")})),
            false => println!("the mailboxes are served at http://{address}/"),
        }
    })
    .with_context(|| format!("serving at {}", args.listen))?;
    Ok(Ending::Well)
}

/// Returns the senders whose letters may be delivered electronically, by id.
fn directory(shop: &Shop) -> Result<Vec<SenderCard>> {
    let mut cards = Vec::new();
    for (id, sender) in &shop.senders {
        let classes = sender.classes.iter().map(|(name, rule)| Class {
            name: name.clone(),
            paper_only: rule.paper_only,
            identity_level: rule.identity_level,
        });
        let classes: Vec<Class> = classes.collect();
        if classes.iter().all(|class| class.paper_only) {
            continue;
        }
        let id = SenderId::parse(id).context("a sender's name is an id")?;
        cards.push(SenderCard { id, name: sender.name.clone(), classes });
    }
    Ok(cards)
}

/// Orders a code for a recipient.
pub fn invite(args: &Invite) -> Result<Ending> {
    let out = Out::at(&args.out);
    let journal = super::operator::existing_journal(&out)?;
    let memory = crate::registry_import::open_memory(&out, &journal)?;
    if memory.registry.recipient(&args.recipient)?.is_none() {
        eprintln!("lettershop: the registry knows no recipient {:?}", args.recipient);
        return Ok(Ending::NotThere);
    }
    drop(memory);
    let path = postbox::files(&out).invitations;
    let mut earlier = None;
    let mut log = AppendLog::open(&path, |record| {
        let entry: Entry = serde_json::from_slice(record).map_err(std::io::Error::other)?;
        match entry.act {
            Act::Ordered(order) if order.recipient == args.recipient => earlier = Some(order),
            _ => {}
        }
        Ok(())
    })?;
    let (number, issue) = match earlier {
        Some(order) => (order.number, order.issue + 1),
        None => (Number::of(u64::from_be_bytes(edge::random::bytes()?)), 1),
    };
    let code = postbox::key(&out)?.code(number, issue);
    let recipient = args.recipient.clone();
    let order = Order { number, issue, recipient, to: Errand::Counter };
    let entry = Entry { at: read_clock(), act: Act::Ordered(order) };
    log.append(&serde_json::to_vec(&entry)?)?;
    log.sync()?;
    match args.json {
        true => say!("{}", json!({"number": number.to_string(), "code": code})),
        false => say!("user number {number}\nopening code {code}\ngood for thirty days, once"),
    }
    Ok(Ending::Well)
}
