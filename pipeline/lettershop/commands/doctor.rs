//! `doctor`: looks at what a shop stands on, and says how to mend what is not well.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::SystemTime;

use address::Dictionary;
use anyhow::{Context, Result};
use edge::sftp::{Ailment, Owners};
use edge::{accounts, disk};
use serde_json::json;

use crate::args::doors::Doctor;
use crate::commands::night::read_clock;
use crate::commands::sender::snippet_name;
use crate::config::Shop;
use crate::out::Out;
use crate::{Ending, Unusable};

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    /// What is so, when all is well.
    well: String,
    ailments: Vec<Ailment>,
}

/// Looks at everything; ends with 2 if anything is not well.
pub fn doctor(args: &Doctor) -> Result<Ending> {
    let shop = Shop::open(&args.shop).context(Unusable)?;
    let out = shop.out(args.out.as_deref());
    let mut findings = Vec::new();
    for sender in shop.senders.values() {
        let door = shop.door(&sender.sender);
        if door.chroot().exists() || args.sshd.join(snippet_name(&sender.sender)).exists() {
            findings.push(tree(&shop, &door)?);
            findings.push(sshd(&args.sshd.join(snippet_name(&sender.sender)), &door));
        }
    }
    findings.extend([sshd_itself(), space(&out)?, clock(), fonts(&shop), postcodes(&shop)]);
    let is_well = findings.iter().all(|finding| finding.ailments.is_empty());
    if args.json {
        let one = |ailment: &Ailment| json!({"what": ailment.what, "mend": ailment.mend});
        let all: Vec<_> = findings
            .iter()
            .map(|finding| {
                let ailments: Vec<_> = finding.ailments.iter().map(one).collect();
                json!({"looked_at": finding.what, "well": finding.well, "ailments": ailments})
            })
            .collect();
        say!("{}", json!({"well": is_well, "findings": all}));
    } else {
        for Finding { what, well, ailments } in &findings {
            if ailments.is_empty() {
                say!("well      {what}: {well}");
            }
            for Ailment { what: so, mend } in ailments {
                say!("NOT WELL  {what}: {so}");
                say!("          mend: {mend}");
            }
        }
    }
    Ok(if is_well { Ending::Well } else { Ending::Disagrees })
}

fn ailing(what: String, mend: &str) -> Ailment {
    Ailment { what, mend: mend.to_owned() }
}

fn tree(shop: &Shop, door: &edge::sftp::Door) -> Result<Finding> {
    let mut ailments = Vec::new();
    let mut owners = None;
    if accounts::is_root() {
        let account = accounts::ids_of(door.account()).context("asking for an account")?;
        let of_shop = accounts::ids_of(&shop.config.doors.account).context("asking")?;
        owners = account.map(|account| Owners { account, shop: of_shop.unwrap_or((0, 0)) });
        if account.is_none() {
            let what = format!("there is no account {}", door.account());
            ailments.push(ailing(what, "run `lettershop sender add` again as root"));
        }
    }
    ailments.extend(door.ailments(owners).context("looking at a door")?);
    let well = format!("owners and modes of {}", door.chroot().display());
    Ok(Finding { what: "door", well, ailments })
}

/// Compares a sender's piece of sshd's configuration with what it must be.
fn sshd(snippet: &Path, door: &edge::sftp::Door) -> Finding {
    let mut ailments = Vec::new();
    let written = std::fs::read_to_string(snippet).unwrap_or_default();
    let has = |line: &str| written.lines().any(|found| found.trim() == line);
    for line in door.sshd_config().lines().skip(2).map(str::trim).filter(|line| !line.is_empty()) {
        if !has(line) {
            let what = format!("{} lacks `{line}`", snippet.display());
            ailments.push(ailing(what, "run `lettershop sender add` again, then reload sshd"));
        }
    }
    let loose = ["PermitTTY yes", "AllowTcpForwarding yes", "DisableForwarding no"];
    for line in loose.into_iter().filter(|line| has(line)) {
        let what = format!("{} allows `{line}`", snippet.display());
        ailments.push(ailing(what, "take the line out, then reload sshd"));
    }
    let well = format!("{}: chroot, keys only, forwarding off", snippet.display());
    Finding { what: "sshd", well, ailments }
}

/// Asks sshd whether it can read its configuration, where there is one.
fn sshd_itself() -> Finding {
    let (what, mut ailments) = ("sshd", Vec::new());
    let asked = Command::new("/usr/sbin/sshd").arg("-t").stdin(Stdio::null()).output();
    let well = match asked {
        Ok(said) if said.status.success() => "its configuration can be read".to_owned(),
        Ok(said) if accounts::is_root() => {
            let said = String::from_utf8_lossy(&said.stderr).trim().to_owned();
            ailments.push(ailing(said, "mend what `sshd -t` says"));
            String::new()
        }
        Ok(_) => "only root can ask it".to_owned(),
        Err(_) => {
            let what = "/usr/sbin/sshd is not there".to_owned();
            ailments.push(ailing(what, "apt-get install openssh-server"));
            String::new()
        }
    };
    Finding { what, well, ailments }
}

fn space(out: &Out) -> Result<Finding> {
    let root = out.root();
    let free =
        disk::free(root).with_context(|| format!("asking for space at {}", root.display()))?;
    let mut ailments = Vec::new();
    let gigabytes = free.bytes as f64 / 1e9;
    if free.bytes < FREE_BYTES_MIN || free.share < FREE_SHARE_MIN {
        let what = format!("{gigabytes:.1} GB are free at {}", root.display());
        ailments.push(ailing(what, "move old print files and drops away, or give it more disk"));
    }
    if free.files_share < FREE_SHARE_MIN {
        let what = format!("hardly any file can be made at {} (inodes)", root.display());
        ailments.push(ailing(what, "remove old files, or make the file system anew with more"));
    }
    Ok(Finding { what: "disk", well: format!("{gigabytes:.1} GB free"), ailments })
}

/// A night of a million letters writes some ten gigabytes.
const FREE_BYTES_MIN: u64 = 10_000_000_000;
const FREE_SHARE_MIN: f64 = 0.05;

/// The clock cannot be before the program was made, and should be kept by somebody.
fn clock() -> Finding {
    let mut ailments = Vec::new();
    let now = read_clock();
    let made = std::env::current_exe().and_then(std::fs::metadata).and_then(|m| m.modified());
    if made.is_ok_and(|made| made > SystemTime::now() + CLOCK_LEEWAY) {
        let what = format!("the clock says {}, before this program was made", now.rfc3339_jst());
        ailments.push(ailing(what, "timedatectl set-ntp true"));
    }
    let kept = Command::new("timedatectl")
        .args(["show", "--property=NTPSynchronized", "--value"])
        .stdin(Stdio::null())
        .output();
    let said = kept.ok().map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    if said.as_deref() == Some("no") {
        let what = "nobody keeps the clock (NTPSynchronized=no)".to_owned();
        ailments.push(ailing(what, "timedatectl set-ntp true"));
    }
    let well = match said.as_deref() {
        Some("yes") => format!("{}, kept by NTP", now.rfc3339_jst()),
        _ => format!("{}; whether it is kept cannot be asked here", now.rfc3339_jst()),
    };
    Finding { what: "clock", well, ailments }
}

const CLOCK_LEEWAY: std::time::Duration = std::time::Duration::from_secs(86_400);

fn fonts(shop: &Shop) -> Finding {
    let loaded = shop.faces().and_then(|faces| Ok(render::FontChain::load(faces)?));
    let (well, ailments) = match loaded {
        Ok(chain) => (format!("{} faces", chain.faces().len()), Vec::new()),
        Err(error) => {
            let mend = "put the file where [fonts] of lettershop.toml says";
            (String::new(), vec![ailing(format!("{error:#}"), mend)])
        }
    };
    Finding { what: "fonts", well, ailments }
}

fn postcodes(shop: &Shop) -> Finding {
    let mend = "lettershop postcodes import KEN_ALL.CSV JIGYOSYO.CSV --month … --to postcodes.bin";
    let read = shop.postcodes().and_then(|bytes| Ok(Dictionary::read(&bytes)?));
    let dictionary = match read {
        Ok(dictionary) => dictionary,
        Err(error) => {
            let ailments = vec![ailing(format!("{error:#}"), mend)];
            return Finding { what: "postcodes", well: String::new(), ailments };
        }
    };
    let month = dictionary.month().to_owned();
    let today = read_clock().date_jst();
    let number = |year: u32, month: u32| year * 12 + month;
    let of =
        month.split_once('-').and_then(|(y, m)| Some(number(y.parse().ok()?, m.parse().ok()?)));
    let now = number(u32::from(today.year()), u32::from(today.month()));
    let mut ailments = Vec::new();
    if of.is_none_or(|of| now.saturating_sub(of) > POSTCODES_MONTHS_MAX) {
        ailments.push(ailing(format!("the dictionary is of {month}"), mend));
    }
    Finding { what: "postcodes", well: format!("of {month}"), ailments }
}

/// The post publishes its files at the end of every month.
const POSTCODES_MONTHS_MAX: u32 = 2;
