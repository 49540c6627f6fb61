//! `watch`: goes round the doors whenever something stirs.

use anyhow::{Context, Result};
use runner::{Crew, SeenDrop};

use crate::args::doors::WatchDoors;
use crate::batch::House;
use crate::commands::night::read_clock;
use crate::config::Shop;
use crate::doors::answer::Day;
use crate::doors::taking::{Doorkeeper, Round};
use crate::out::Out;
use crate::receive::is_known;
use crate::{Ending, Unusable};

/// Takes what is whole at the doors, again and again.
pub fn watch(args: &WatchDoors) -> Result<Ending> {
    let shop = Shop::open(&args.shop).context(Unusable)?;
    let out = shop.out(args.out.as_deref());
    let mut keeper = Doorkeeper::default();
    let house = House::open(&shop)?;
    let crew = Crew::new(args.threads)?;
    let day = Day { shop: &shop, out: &out, house: &house, crew: &crew };
    let mut is_due = !args.take_only;
    let mut stir = edge::stir::Stir::at(doors(&shop)).context("watching the doors")?;
    loop {
        let round = take(&shop, &out, &mut keeper)?;
        for taken in &round.taken {
            let (sender, name) = (&taken.sender, &taken.name);
            say!("{}", serde_json::json!({"taken": name, "sender": sender, "len": taken.len}));
        }
        is_due |= !args.take_only && (!round.taken.is_empty() || round.notes > 0);
        if is_due {
            // A night at work answers itself; what is left is answered after it.
            let answered = day.round(&round.waiting)?;
            is_due = answered.is_none();
            for part in answered.into_iter().flatten() {
                say!("{}", serde_json::json!({"answered": part.name(), "sender": part.sender}));
            }
        }
        if args.once {
            return Ok(Ending::Well);
        }
        for sign in stir.wait(ROUND_SECONDS).context("watching the doors")? {
            keeper.note(&shop, &sign);
        }
    }
}

/// Goes round the doors once.
///
/// # Errors
/// The machine's trouble.
pub fn take(shop: &Shop, out: &Out, keeper: &mut Doorkeeper) -> Result<Round> {
    let is_settled = |sender: &str, name: &str, sha256: &str| {
        // Looked into only when a name comes again; whoever has it open is at work on it.
        let Ok(journal) = out.journal() else { return false };
        let path = shop.inbox().join(sender).join(name);
        let len = std::fs::metadata(path).map_or(0, |meta| meta.len());
        let drop = SeenDrop { sender: sender.to_owned(), name: name.to_owned(), len };
        is_known(&journal, &drop, sha256)
    };
    keeper.round(shop, out, read_clock(), &is_settled)
}

fn doors(shop: &Shop) -> Vec<std::path::PathBuf> {
    shop.senders.values().map(|sender| shop.door(&sender.sender).inbox()).collect()
}

/// A round is made at least so often, whatever stirs: quiet periods end without a sign.
const ROUND_SECONDS: u64 = 5;
