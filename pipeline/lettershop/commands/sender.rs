//! `sender add`: a new sender's door, agreement and kit.

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};
use edge::sftp::{account_of, Door, Owners};
use edge::ssh_key::PublicKey;
use edge::{accounts, durable};
use intake::Sender;
use letter::SenderId;
use serde_json::json;

use crate::args::doors::{SenderAdd, SenderCommand, SenderTry};
use crate::commands::night::read_clock;
use crate::config::Shop;
use crate::doors::agreement::{self, Terms, Wanted};
use crate::doors::kit::{Kit, GOOD};
use crate::{Ending, Unusable};

/// Runs `sender add`.
pub fn sender(command: &SenderCommand) -> Result<Ending> {
    match command {
        SenderCommand::Add(args) => add(args),
        SenderCommand::Try(args) => lay_sample(args),
    }
}

/// Lays the kit's good sample into a sender's inbox.
fn lay_sample(args: &SenderTry) -> Result<Ending> {
    let shop = Shop::open(&args.shop).context(Unusable)?;
    let sender = shop.senders.get(&args.sender);
    let sender = sender.with_context(|| format!("no sender {}", args.sender)).context(Unusable)?;
    let template = sender.layouts.keys().next().context("its agreement has no layout")?;
    let wanted = Wanted::of(&shop, template)?;
    let door = shop.door(&sender.sender);
    let posting_date = read_clock().date_jst();
    let kit = Kit { sender, account: door.account(), wanted: &wanted, posting_date };
    let path = door.inbox().join(format!("{GOOD}.zip"));
    durable::publish_bytes(&path, &kit.good()?)
        .with_context(|| format!("writing {}", path.display()))?;
    say!("{}", path.display());
    Ok(Ending::Well)
}

fn add(args: &SenderAdd) -> Result<Ending> {
    let sender = SenderId::parse(&args.sender)
        .with_context(|| format!("{:?} is no sender id (a-z A-Z 0-9 . _ -)", args.sender))
        .context(Unusable)?;
    let text = std::fs::read_to_string(&args.key);
    let text = text.with_context(|| format!("reading {}", args.key.display())).context(Unusable)?;
    let keys = PublicKey::read_all(&text)
        .with_context(|| format!("in {}", args.key.display()))
        .context(Unusable)?;
    let senders = args.shop.join("senders");
    durable::make_folder(&senders).with_context(|| format!("making {}", senders.display()))?;
    let shop = Shop::open(&args.shop).context(Unusable)?;
    let Some((file, wanted)) = agreed(args, &shop, &sender)? else { return Ok(Ending::NotThere) };

    // The door, before the agreement says that it is there.
    let account = match &args.account {
        Some(account) => account.clone(),
        None => account_of(&sender)
            .with_context(|| format!("{sender} is too long or odd for an account: --account NAME"))
            .context(Unusable)?,
    };
    let door = Door::of(&args.shop.join(&shop.config.doors.sftp), &sender, &account);
    let owners = owners(&shop, &account)?;
    door.make(&keys, owners).with_context(|| format!("making {}", door.chroot().display()))?;
    let snippet = args.sshd.join(snippet_name(&sender));
    durable::publish_bytes(&snippet, door.sshd_config().as_bytes())
        .with_context(|| format!("writing {}", snippet.display()))?;
    durable::make_folder(&shop.inbox().join(sender.as_str())).context("making the inbox")?;
    if let Some(owners) = owners {
        let own = shop.inbox().join(sender.as_str());
        let given = std::os::unix::fs::chown(&own, Some(owners.shop.0), Some(owners.shop.1));
        given.with_context(|| format!("giving {} to the shop", own.display()))?;
    }
    let place = senders.join(format!("{sender}.toml"));
    if !place.exists() {
        durable::publish_bytes(&place, file.as_bytes())
            .with_context(|| format!("writing {}", place.display()))?;
    }
    let kit = write_kit(&shop, &place, &account, &wanted)?;
    tell(args, &door, &keys, &[&place, &snippet, &kit], owners.is_some())
}

/// Returns the sender file and the template it is about; nothing if nobody confirmed the guess.
fn agreed(args: &SenderAdd, shop: &Shop, sender: &SenderId) -> Result<Option<(String, Wanted)>> {
    let place = shop.root.join("senders").join(format!("{sender}.toml"));
    if place.exists() {
        let text = std::fs::read_to_string(&place).context("reading the sender file")?;
        let known = Sender::parse(&text).context("in the sender file").context(Unusable)?;
        let first = known.layouts.keys().next().context("its agreement has no layout")?;
        let wanted = Wanted::of(shop, args.template.as_ref().unwrap_or(first))?;
        return Ok(Some((text, wanted)));
    }
    let terms = Terms {
        sender: sender.clone(),
        name: args.name.clone().unwrap_or_else(|| sender.to_string()),
        class: args.class.clone(),
    };
    let Some(sample) = &args.sample else {
        let template = args.template.as_ref();
        let template = template.context("either --sample or --template is needed");
        let wanted = Wanted::of(shop, template.context(Unusable)?).context(Unusable)?;
        return Ok(Some((agreement::sender_toml(&terms, &wanted, None)?, wanted)));
    };
    let bytes = std::fs::read(sample);
    let bytes = bytes.with_context(|| format!("reading {}", sample.display())).context(Unusable)?;
    let guessed = match &args.template {
        Some(name) => Wanted::of(shop, name).and_then(|wanted| {
            let guess = intake::guess::guess(&bytes, &wanted.schema())?;
            Ok((wanted, guess))
        }),
        None => Wanted::best(shop, &bytes),
    };
    let (wanted, guess) =
        guessed.with_context(|| format!("in {}", sample.display())).context(Unusable)?;
    let shown = agreement::shown(&wanted, &guess);
    if !args.json {
        say!("{}", shown.trim_end());
    }
    if !guess.missing.is_empty() {
        let missing = guess.missing.join(", ");
        let how = "name the columns as the template's fields, or write the sender file by hand";
        return Err(anyhow::anyhow!("no column was found for {missing}: {how}").context(Unusable));
    }
    if !args.yes && !confirmed()? {
        return Ok(None);
    }
    Ok(Some((agreement::sender_toml(&terms, &wanted, Some(&guess))?, wanted)))
}

fn confirmed() -> Result<bool> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        let why = "nobody is there to confirm the columns; look at them and add --yes";
        return Err(anyhow::anyhow!(why).context(Unusable));
    }
    say!("is it so? [y/N]");
    let mut answer = String::new();
    input.lock().read_line(&mut answer).context("reading the answer")?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

/// Returns who owns what at the door, making the account where there is none; nothing without root.
fn owners(shop: &Shop, account: &str) -> Result<Option<Owners>> {
    if !accounts::is_root() {
        return Ok(None);
    }
    let asking = || format!("asking for the account {account}");
    if accounts::ids_of(account).with_context(asking)?.is_none() {
        accounts::make(account).with_context(|| format!("making the account {account}"))?;
    }
    let Some(of_account) = accounts::ids_of(account).with_context(asking)? else {
        bail!("the account {account} was made and is not there");
    };
    // A shop that runs as whoever calls it, before its package has made an account.
    let of_shop = accounts::ids_of(&shop.config.doors.account).with_context(asking)?;
    Ok(Some(Owners { account: of_account, shop: of_shop.unwrap_or((0, 0)) }))
}

fn write_kit(shop: &Shop, place: &Path, account: &str, wanted: &Wanted) -> Result<PathBuf> {
    let text = std::fs::read_to_string(place).context("reading the sender file")?;
    let sender = Sender::parse(&text).context("in the sender file")?;
    let posting_date = read_clock().date_jst();
    let kit = Kit { sender: &sender, account, wanted, posting_date };
    let path = shop.out(None).root().join("kits").join(format!("{}.zip", sender.sender));
    durable::publish_bytes(&path, &kit.zip().context("writing the kit")?)
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(path)
}

/// Returns the name of a sender's piece of sshd's configuration.
pub fn snippet_name(sender: &SenderId) -> String {
    format!("lettershop-{sender}.conf")
}

fn tell(
    args: &SenderAdd,
    door: &Door,
    keys: &[PublicKey],
    files: &[&Path; 3],
    is_owned: bool,
) -> Result<Ending> {
    let [agreement, snippet, kit] = files.map(Path::display);
    if args.json {
        let keys: Vec<String> = keys.iter().map(PublicKey::fingerprint).collect();
        say!(
            "{}",
            json!({
                "sender": args.sender, "account": door.account(), "keys": keys,
                "agreement": files[0], "sshd": files[1], "kit": files[2],
                "chroot": door.chroot(), "owned": is_owned,
            })
        );
        return Ok(Ending::Well);
    }
    say!("agreement  {agreement}");
    say!("door       {} for the account {}", door.chroot().display(), door.account());
    keys.iter().try_for_each(|key| {
        say!("key        {} {}", key.kind(), key.fingerprint());
        Ok::<_, anyhow::Error>(())
    })?;
    say!("sshd       {snippet}");
    say!("kit        {kit}");
    match is_owned {
        true => say!("then: sshd -t && systemctl reload ssh; lettershop doctor looks at all of it"),
        false => say!("not run as root: no account was made, and the folders are yours"),
    }
    Ok(Ending::Well)
}
