//! What a shop's files mean: configuration merged over the defaults, senders, stock.

mod keys;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};
use application::Site;
use edge::seal_key::SealKey;
use edge::sftp::Door;
use intake::Sender;
use letter::stock::{EnvelopeProfile, InserterProfile, Paper};
use letter::SenderId;
use presort::{Districts, TariffBook};
use render::TemplateSource;
use serde::Deserialize;

pub use self::keys::{Config, DropKeys, LinkingKeys, PortalKeys, PushKeys, SenderPosting};
use crate::applications::COUNTER;
use crate::out::Out;
use crate::postbox::POSTBOX;
use crate::stock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelopes {
    envelopes: Vec<EnvelopeProfile>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inserters {
    inserters: Vec<InserterProfile>,
}

/// A shop: its directory, its configuration, its senders and the stock it works with.
#[derive(Debug)]
pub struct Shop {
    /// The directory.
    pub root: PathBuf,
    /// The configuration.
    pub config: Config,
    /// The senders by id; each procedure site is one, for its notices, and so is the counter.
    pub senders: BTreeMap<String, Sender>,
    /// The procedure sites by id.
    pub sites: BTreeMap<String, Site>,
    /// The envelope of templates that name one which the shop does not have, and of stationery.
    pub envelope: EnvelopeProfile,
    /// All envelopes; each template names its own.
    pub envelopes: Vec<EnvelopeProfile>,
    /// The inserter in use.
    pub inserter: InserterProfile,
    /// The postage tariffs.
    pub tariffs: TariffBook,
    /// 郵便区番号 by the posting office's list.
    pub districts: Districts,
    /// What the seals of batches are signed with, if the shop has a key.
    pub seal_key: Option<SealKey>,
}

impl Shop {
    /// Reads the shop in `root`.
    ///
    /// # Errors
    /// If the directory is no shop, or a file of it cannot be read or understood; the message names
    /// the file and the line.
    pub fn open(root: &Path) -> Result<Self> {
        if !root.join("senders").is_dir() && !root.join("sites").is_dir() {
            bail!("{} is not a shop: it has neither senders/ nor sites/", root.display());
        }
        let config = read_config(root)?;
        let envelopes: Envelopes = stock_toml(root, "envelopes.toml", stock::ENVELOPES)?;
        let inserters: Inserters = stock_toml(root, "inserters.toml", stock::INSERTERS)?;
        let tariffs: TariffBook = stock_toml(root, "tariffs.toml", stock::TARIFFS)?;
        tariffs.check().context("in tariffs.toml")?;
        let districts = stock_text(root, "districts.csv", stock::DISTRICTS)?;
        let districts = Districts::parse(&districts).context("in districts.csv")?;
        config.posting.check().map_err(anyhow::Error::msg).context("in lettershop.toml")?;
        let envelopes = envelopes.envelopes;
        let envelope = by_name("envelope", &config.print.envelope, envelopes.clone(), |e| &e.name)?;
        let inserter =
            by_name("inserter", &config.print.inserter, inserters.inserters, |i| &i.name)?;
        if let Some(omr) = &inserter.omr {
            let trouble = |trouble| anyhow::anyhow!("inserter {}: {trouble}", inserter.name);
            omr.check().map_err(trouble).context("in inserters.toml")?;
        }
        let mut senders = read_senders(&root.join("senders"))?;
        let sites = read_sites(&root.join("sites"))?;
        if !sites.is_empty() {
            let names = sites.values().map(|site| (&*site.site, &*site.name, &*site.office));
            for (id, name, office) in names.chain([(COUNTER, &*config.shop.name, &[][..])]) {
                if !senders.contains_key(id) {
                    senders.insert(id.to_owned(), counter_sender(id, name, office)?);
                }
            }
        }
        if !senders.contains_key(POSTBOX) {
            let own = own_sender(stock::POSTBOX, POSTBOX, &config.shop.name);
            senders.insert(POSTBOX.to_owned(), own.context("in config/postbox.toml")?);
        }
        let key = root.join(&config.seal.key);
        let seal_key = (!config.seal.key.is_empty())
            .then(|| SealKey::read(&key))
            .transpose()
            .with_context(|| {
                "the key of lettershop.toml's [seal]; `openssl genpkey -algorithm RSA` makes one"
            })?;
        let root = root.to_owned();
        Ok(Self {
            root,
            config,
            senders,
            sites,
            envelope,
            envelopes,
            inserter,
            tariffs,
            districts,
            seal_key,
        })
    }

    /// Returns the paper in use.
    pub fn paper(&self) -> Paper {
        self.config.print.paper()
    }

    /// Returns the envelope that a template names, or the default one if the shop has none of that
    /// name: the template is then refused.
    pub fn envelope_of(&self, template: &TemplateSource<'_>) -> &EnvelopeProfile {
        let named = template.envelope().ok();
        let found = named.and_then(|name| self.envelopes.iter().find(|one| one.name == name));
        found.unwrap_or(&self.envelope)
    }

    /// Returns an envelope and those that follow it for what it does not take.
    ///
    /// # Errors
    /// If one names an envelope that is not there, or leads back to one before.
    pub fn envelopes_from<'s>(
        &'s self,
        first: &'s EnvelopeProfile,
    ) -> Result<Vec<&'s EnvelopeProfile>> {
        let mut found = vec![first];
        while let Some(next) = &found[found.len() - 1].next {
            let one = self.envelopes.iter().find(|envelope| envelope.name == *next);
            let one = one.with_context(|| format!("envelopes.toml has no {next:?}"))?;
            if found.iter().any(|before| before.name == *next) {
                bail!("envelopes.toml: {next:?} follows itself");
            }
            found.push(one);
        }
        Ok(found)
    }

    /// Returns where nights write: what was typed, or else what the configuration says.
    pub fn out(&self, typed: Option<&Path>) -> Out {
        match typed {
            Some(out) => Out::at(out),
            None => Out::at(&self.root.join(&self.config.shop.out)),
        }
    }

    /// Returns where drops lie for the night.
    pub fn inbox(&self) -> PathBuf {
        self.root.join(&self.config.doors.inbox)
    }

    /// Returns the door of a sender, whose account is named after it.
    pub fn door(&self, sender: &SenderId) -> Door {
        let account = edge::sftp::account_of(sender).unwrap_or_else(|| sender.to_string());
        Door::of(&self.root.join(&self.config.doors.sftp), sender, &account)
    }

    /// Returns how much a sender's drop may hold: with ready PDFs, one a recipient, more members.
    pub fn drop_limits(&self, sender: &Sender) -> intake::Limits {
        let keys = &self.config.drop;
        let has_ready = sender.layouts.values().any(|layout| layout.ready.is_some());
        intake::Limits {
            entries: if has_ready {
                READY_ENTRIES_MAX.max(keys.entries_max)
            } else {
                keys.entries_max
            },
            member_bytes: keys.member_bytes_max,
            total_bytes: keys.total_bytes_max,
            ratio: keys.ratio_max,
            ..intake::Limits::default()
        }
    }

    /// Returns the bytes of the shop's own postcode dictionary, or of the built-in one.
    ///
    /// # Errors
    /// If the shop's own cannot be read.
    pub fn postcodes(&self) -> Result<std::borrow::Cow<'static, [u8]>> {
        let own = self.root.join("postcodes.bin");
        Ok(if own.exists() { read(&own)?.into() } else { stock::POSTCODES.into() })
    }

    /// Returns the faces of the font chain, name and bytes.
    ///
    /// # Errors
    /// If a face is neither built in nor a readable file below the shop.
    pub fn faces(&self) -> Result<Vec<(String, std::borrow::Cow<'static, [u8]>)>> {
        let own = |name: &String| match stock::face(name) {
            Some(bytes) => Ok((name.clone(), bytes.into())),
            None => Ok((name.clone(), read(&self.root.join(name))?.into())),
        };
        self.config.fonts.faces.iter().map(own).collect()
    }

    /// Returns a template's files: the shop's own, or the stock's.
    ///
    /// # Errors
    /// If the shop's own cannot be read.
    pub fn template(&self, name: &str) -> Result<Option<TemplateFiles>> {
        let folder = self.root.join("templates").join(name);
        if folder.is_dir() {
            return TemplateFiles::read(&folder).map(Some);
        }
        Ok(TemplateFiles::stock(name))
    }
}

/// The files of a template's folder.
#[derive(Debug)]
pub struct TemplateFiles {
    /// `template.toml`
    pub toml: String,
    /// `body.txt`
    pub body: String,
    /// `stationery.pdf`
    pub stationery: Option<Vec<u8>>,
    /// Pictures by name, PNG and JPEG.
    pub pictures: Vec<(String, Vec<u8>)>,
    /// `sample.toml`
    pub sample: Option<String>,
}

impl TemplateFiles {
    /// Reads a template's folder.
    ///
    /// # Errors
    /// If `template.toml` or `body.txt` cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let stationery = folder.join("stationery.pdf");
        let sample = folder.join("sample.toml");
        Ok(Self {
            toml: read_text(&folder.join("template.toml"))?,
            body: read_text(&folder.join("body.txt"))?,
            stationery: stationery.exists().then(|| read(&stationery)).transpose()?,
            pictures: read_pictures(folder)?,
            sample: sample.exists().then(|| read_text(&sample)).transpose()?,
        })
    }

    /// Returns the files as a template is compiled from them.
    pub fn source(&self) -> TemplateSource<'_> {
        TemplateSource {
            toml: &self.toml,
            body: &self.body,
            stationery: self.stationery.as_deref(),
            pictures: &self.pictures,
        }
    }

    /// Returns the version that `template.toml` declares.
    ///
    /// # Errors
    /// If it declares none.
    pub fn version(&self) -> Result<u32> {
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        let head: Head = toml::from_str(&self.toml).context("template.toml has no version")?;
        Ok(head.version)
    }

    /// Returns a template of the stock.
    pub fn stock(name: &str) -> Option<Self> {
        let (_, toml, body, sample) = stock::TEMPLATES.iter().find(|(n, ..)| *n == name)?;
        Some(Self {
            toml: (*toml).to_owned(),
            body: (*body).to_owned(),
            stationery: None,
            pictures: Vec::new(),
            sample: Some((*sample).to_owned()),
        })
    }
}

/// Returns the stock's envelope of that name, or the default one, and the default inserter.
///
/// # Errors
/// If there is no such envelope.
pub fn stock_profiles(envelope: Option<&str>) -> Result<(EnvelopeProfile, InserterProfile)> {
    let config: Config = toml::from_str(stock::CONFIG).context("the built-in configuration")?;
    let envelopes: Envelopes = toml::from_str(stock::ENVELOPES).context("the built-in stock")?;
    let inserters: Inserters = toml::from_str(stock::INSERTERS).context("the built-in stock")?;
    let envelope = envelope.unwrap_or(&config.print.envelope);
    Ok((
        by_name("envelope", envelope, envelopes.envelopes, |e| &e.name)?,
        by_name("inserter", &config.print.inserter, inserters.inserters, |i| &i.name)?,
    ))
}

fn read_config(root: &Path) -> Result<Config> {
    let own = root.join("lettershop.toml");
    let text = if own.exists() { read_text(&own)? } else { String::new() };
    let table = text.parse().with_context(|| format!("{} is not TOML", own.display()))?;
    over_defaults(table).with_context(|| match line_at_fault(&text) {
        Some(line) => format!("in {}, line {line}", own.display()),
        None => format!("in {}", own.display()),
    })
}

/// Lays a shop's keys over the defaults.
fn over_defaults(own: toml::Table) -> Result<Config, toml::de::Error> {
    let mut keys: toml::Table =
        stock::CONFIG.parse().expect("the built-in configuration is sound; a test reads it");
    merge(&mut keys, own);
    toml::Value::Table(keys).try_into()
}

/// Returns the first line of a shop's configuration up to which it cannot be used, from 1.
fn line_at_fault(text: &str) -> Option<usize> {
    let ends = text.match_indices('\n').map(|(at, _)| at + 1).chain([text.len()]);
    let unusable = |end: &usize| {
        // A value of several lines is not TOML before its last one.
        text[..*end].parse().is_ok_and(|own| over_defaults(own).is_err())
    };
    ends.enumerate().find(|(_, end)| unusable(end)).map(|(line, _)| line + 1)
}

/// Lays `over` onto `under`: tables are merged, everything else is replaced.
fn merge(under: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (under.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => merge(below, above),
            (_, value) => {
                under.insert(key, value);
            }
        }
    }
}

fn stock_toml<T: serde::de::DeserializeOwned>(root: &Path, name: &str, stock: &str) -> Result<T> {
    let text = stock_text(root, name, stock)?;
    toml::from_str(&text).with_context(|| format!("in {}", root.join(name).display()))
}

/// Returns the shop's own file, or else the stock's.
fn stock_text(root: &Path, name: &str, stock: &str) -> Result<String> {
    let own = root.join(name);
    Ok(if own.exists() { read_text(&own)? } else { stock.to_owned() })
}

fn by_name<T>(kind: &str, name: &str, all: Vec<T>, name_of: impl Fn(&T) -> &String) -> Result<T> {
    let known: Vec<String> = all.iter().map(|one| name_of(one).clone()).collect();
    let found = all.into_iter().find(|one| name_of(one) == name);
    found.with_context(|| format!("no {kind} is called {name:?}; there are {}", known.join(", ")))
}

fn read_senders(folder: &Path) -> Result<BTreeMap<String, Sender>> {
    let mut senders = BTreeMap::new();
    for (name, text) in toml_files(folder)? {
        let place = folder.join(&name);
        let sender = Sender::parse(&text).with_context(|| format!("in {}", place.display()))?;
        must_agree(&place, &name, sender.sender.as_str())?;
        senders.insert(name, sender);
    }
    Ok(senders)
}

fn read_sites(folder: &Path) -> Result<BTreeMap<String, Site>> {
    let mut sites = BTreeMap::new();
    for (name, text) in toml_files(folder)? {
        let place = folder.join(&name);
        let site = Site::parse(&text).with_context(|| format!("in {}", place.display()))?;
        must_agree(&place, &name, &site.site)?;
        sites.insert(name, site);
    }
    Ok(sites)
}

fn must_agree(place: &Path, name: &str, content: &str) -> Result<()> {
    if name != content {
        bail!("{}.toml speaks of {content}; name and content must agree", place.display());
    }
    Ok(())
}

/// Returns the TOML files of a folder by name, without their ending; none if there is no folder.
///
/// # Errors
/// If one cannot be read.
pub fn toml_files(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in folder.read_dir().with_context(|| format!("reading {}", folder.display()))? {
        let path = entry.with_context(|| format!("reading {}", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(name, read_text(&path)?);
        }
    }
    Ok(files)
}

/// Returns a built-in agreement in somebody's name.
fn own_sender(stock: &str, id: &str, name: &str) -> Result<Sender> {
    let mut table: toml::Table =
        stock.parse().expect("the built-in agreement is sound; a test reads it");
    table.insert("sender".to_owned(), id.into());
    table.insert("name".to_owned(), name.into());
    Ok(Sender::parse(&table.to_string())?)
}

/// Returns the agreement under which the shop's own drops are taken, in somebody's name.
fn counter_sender(id: &str, name: &str, office: &[String]) -> Result<Sender> {
    let mut table: toml::Table =
        stock::COUNTER.parse().expect("the built-in agreement is sound; a test reads it");
    table.insert("sender".to_owned(), id.into());
    table.insert("name".to_owned(), name.into());
    table.insert("office".to_owned(), office.to_vec().into());
    Sender::parse(&table.to_string()).context("in config/counter.toml")
}

/// Members of a drop with ready PDFs: five thousand fill a print file.
const READY_ENTRIES_MAX: usize = 5_100;

/// Reads the pictures of a template's folder, by name.
fn read_pictures(folder: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let mut pictures = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        let ending = path.extension().unwrap_or_default().to_ascii_lowercase();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if ["png", "jpg", "jpeg"].iter().any(|known| ending == *known) {
            pictures.push((name, read(&path)?));
        }
    }
    pictures.sort();
    Ok(pictures)
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("reading {}", path.display()))
}

fn read_text(path: &Path) -> Result<String> {
    String::from_utf8(read(path)?).with_context(|| format!("{} is not UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use super::keys::PrintForm;
    use super::*;

    #[test]
    fn a_shop_key_replaces_its_default_and_leaves_the_rest() {
        let mut keys: toml::Table = stock::CONFIG.parse().expect("sound");
        merge(&mut keys, "[print]\nduplex = false".parse().expect("sound"));
        let config: Config = toml::Value::Table(keys).try_into().expect("sound");
        assert!(!config.print.duplex);
        assert_eq!(config.print.file_pieces_max.get(), 5000);
    }

    #[test]
    fn the_form_of_print_files_is_one_of_two_and_a_fault_has_its_line() {
        let read = |text: &str| over_defaults(text.parse().expect("TOML"));
        let form = |text| read(text).expect("sound").print.form;
        assert_eq!(form(""), PrintForm::Compact);
        assert_eq!(form("[print]\nform = \"conservative\""), PrintForm::Conservative);
        let wrong = "[fonts]\nfaces = [\n  \"BIZUDPMincho-Regular\"\n]\n\n[print]\n\
                     duplex = true\nform = \"plain\"\nsheet_mg = 4000\nsheet_um = 90\n";
        let said = read(wrong).expect_err("no such form").to_string();
        assert!(said.contains("plain") && said.contains("conservative"), "{said}");
        assert_eq!(line_at_fault(wrong), Some(8));
        assert_eq!(line_at_fault("[print]\nduplexx = false"), Some(2));
        assert_eq!(line_at_fault("[print]\nduplex = false"), None);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let mut keys: toml::Table = stock::CONFIG.parse().expect("sound");
        merge(&mut keys, "[print]\nduplexx = false".parse().expect("sound"));
        assert!(toml::Value::Table(keys).try_into::<Config>().is_err());
    }
}
