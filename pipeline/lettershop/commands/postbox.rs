//! `mailbox serve` and `mailbox invite`: the recipients' door.

use std::time::Duration;

use anyhow::{Context, Result};
use edge::durable::AppendLog;
use letter::SenderId;
use serde_json::json;
use signature::verdict::{Indication, Policy, Purpose};
use signature::verifier::{Body, Container, File, Request, Verifier};
use web::act::{Act, Addressee, Entry, Errand, Order};
use web::{CardReader, Class, Number, OutwardPlan, SenderCard, Site, SitePlan};

use super::night::read_clock;
use super::verify::folder;
use crate::args::postbox::{Invite, Push, Serve};
use crate::config::Shop;
use crate::out::Out;
use crate::outward::{Outbox, Round};
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
        outward: outward(&shop),
        card: card_reader(&shop)?,
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

/// Returns where copies may go besides the mailboxes.
fn outward(shop: &Shop) -> OutwardPlan {
    let keys = &shop.config.push;
    let has_mail = !keys.mail.server.is_empty();
    let domains = keys.mail.domains.iter().filter(|_| has_mail);
    let title = |name: &String, title: &str| match title {
        "" => name.clone(),
        title => title.to_owned(),
    };
    let portals = keys.portals.iter();
    OutwardPlan {
        domains: domains.map(|domain| domain.to_ascii_lowercase()).collect(),
        portals: portals.map(|(name, keys)| (name.clone(), title(name, &keys.title))).collect(),
    }
}

/// Sends what is due in the outbox, again and again.
pub fn push(args: &Push) -> Result<Ending> {
    let shop = Shop::open(&args.shop).context(Unusable)?;
    let out = Out::at(args.out.as_deref().unwrap_or(&args.shop));
    edge::durable::make_folder(&out.state())?;
    let Some(mut outbox) = Outbox::open(&shop, &out)? else {
        eprintln!("lettershop: another process sends already");
        return Ok(Ending::NotThere);
    };
    loop {
        let now = args.now.unwrap_or_else(read_clock);
        let round = outbox.round(now)?;
        if args.once || round.sent() > 0 {
            let Round { arrived, failed, given_up, waiting } = round;
            say!(
                "{}",
                json!({
                    "arrived": arrived, "failed": failed, "given_up": given_up, "waiting": waiting,
                })
            );
        }
        if args.once {
            return Ok(Ending::Well);
        }
        std::thread::sleep(Duration::from_secs(shop.config.push.round_seconds));
    }
}

/// Returns what reads cards, if the shop has anchors in `trust/`. Revocation lists in `crl/` are
/// read anew for every card: they change while the door is open.
fn card_reader(shop: &Shop) -> Result<Option<CardReader>> {
    let (trust, crl) = (shop.root.join("trust"), shop.root.join("crl"));
    if !trust.is_dir() || !crl.is_dir() {
        return Ok(None);
    }
    let anchors = folder::trust(&trust).context(Unusable)?.anchors;
    Ok(Some(Box::new(move |challenge, signature, now| {
        let bytes = folder::der(signature, "CMS");
        let request = Request {
            container: Container::Cms { bytes: &bytes, content: Some(CHALLENGE) },
            files: vec![File { name: CHALLENGE, body: Body::Bytes(challenge) }],
            certificates: Vec::new(),
            received: now,
            form: None,
        };
        // The signer's certificate alone, so that there is no doubt whose it is.
        let mut certificates = request.all_certificates();
        if certificates.len() != 1 {
            return None;
        }
        let lists = folder::lists(Some(&crl), &anchors, &certificates).ok()?;
        let policy = Policy::of(Purpose::JpkiAuth);
        let verdict = Verifier::new(&anchors, &lists.crls, policy).verify(&request);
        (verdict.indication == Indication::TotalPassed).then(|| certificates.swap_remove(0))
    })))
}

/// The name of what a card signs.
const CHALLENGE: &str = "challenge.txt";

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
    let to = errand(args)?;
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
    let by_letter = to != Errand::Counter;
    let order = Order { number, issue, recipient, to };
    let entry = Entry { at: read_clock(), act: Act::Ordered(order) };
    log.append(&serde_json::to_vec(&entry)?)?;
    log.sync()?;
    match args.json {
        // Of a letter's code nobody here learns.
        true if by_letter => say!("{}", json!({"number": number.to_string()})),
        false if by_letter => say!("user number {number}; the next night prints the letter"),
        true => say!("{}", json!({"number": number.to_string(), "code": code})),
        false => say!("user number {number}\nopening code {code}\ngood for thirty days, once"),
    }
    Ok(Ending::Well)
}

fn errand(args: &Invite) -> Result<Errand> {
    if !args.letter {
        return match args.counter {
            true => Ok(Errand::Counter),
            false => Err(anyhow::anyhow!("say --counter or --letter").context(Unusable)),
        };
    }
    let given = |value: &Option<String>| value.clone().unwrap_or_default();
    Ok(Errand::Letter(Addressee {
        name: given(&args.name),
        postal: given(&args.postal),
        address1: given(&args.address1),
        address2: args.address2.clone(),
    }))
}
