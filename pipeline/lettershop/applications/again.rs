//! Applications that waited for a revocation list, taken up again from the night's evidence pack.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use anyhow::{Context, Result};
use application::parcel::{read_form, Application, Attachment, SignatureFile};
use application::SignatureKind;
use letter::Moment;
use signature::evidence::{Kept, Pack};
use signature::verifier::{Body, Container, Request, Verifier};

use super::examine::{Bench, Examined, One};
use super::ground::seal_of_lists;
use super::row::{read_lines, End, ParcelNote, Row};
use super::{hand_over, spool};
use crate::out::{night_name, Out};
use crate::receive::Counter;

/// What waited at the end of the last night that had applications.
pub struct Waiting {
    /// The night.
    night: u32,
    /// The parcels with something that waits, and what of each.
    parcels: Vec<(ParcelNote, Vec<Row>)>,
    /// The seal of the lists of that night; empty if it is not known.
    lists: String,
}

impl Waiting {
    /// Returns what waits from before `night`.
    ///
    /// # Errors
    /// If a night's rows cannot be read.
    pub fn before(out: &Out, night: u32) -> Result<Self> {
        let has_ended = |night: &u32| out.applications(*night).join(hand_over::DROPS).exists();
        let Some(night) = (1..night).rev().find(has_ended) else {
            return Ok(Self { night: 0, parcels: Vec::new(), lists: String::new() });
        };
        let folder = out.applications(night);
        let rows: Vec<Row> = read_lines(&folder.join(spool::ROWS))?;
        let notes: Vec<ParcelNote> = read_lines(&folder.join(spool::PARCELS))?;
        let parcels = (0u32..).zip(notes).map(|(number, note)| {
            let waits = |row: &&Row| row.parcel == number && row.end == End::Waiting;
            (note, rows.iter().filter(waits).cloned().collect::<Vec<Row>>())
        });
        let parcels = parcels.filter(|(_, rows)| !rows.is_empty()).collect();
        // An older version has noted none: then the lists there are now are news.
        let lists = match folder.join(spool::LISTS) {
            path if path.exists() => {
                fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?
            }
            _ => String::new(),
        };
        Ok(Self { night, parcels, lists })
    }

    /// Returns whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.parcels.is_empty()
    }

    /// Returns whether something waits and other lists have come than it was examined with.
    ///
    /// # Errors
    /// If a list cannot be read.
    pub fn has_news(&self, shop: &Path) -> Result<bool> {
        Ok(!self.is_empty() && seal_of_lists(&shop.join("crl"))? != self.lists)
    }

    /// Examines what waited with the lists that are there now, parcel by parcel.
    ///
    /// # Errors
    /// If the evidence pack cannot be read.
    pub fn examine(&self, counter: &Counter<'_>, bench: &Bench<'_>) -> Result<Vec<Examined>> {
        if self.is_empty() {
            return Ok(Vec::new());
        }
        let path = counter.out.evidence(self.night);
        let reading = || format!("reading {}", path.display());
        let mut source = BufReader::new(File::open(&path).with_context(reading)?);
        let pack = Pack::open(&mut source).with_context(reading)?;
        let mut parcels = Vec::new();
        for (note, rows) in &self.parcels {
            let Some(site) = counter.shop.sites.get(&note.drop.sender) else { continue };
            let mut all = Vec::with_capacity(rows.len());
            for row in rows {
                let index = row.evidence.context("what waits is in the evidence pack")?;
                let kept = pack.application(&mut source, index as usize).with_context(reading)?;
                let one = again(bench, site, row, &kept)?;
                // What the applicant was told when it began to wait is not told again.
                let told = row.notice.or(row.told);
                let notice = one.row.notice.filter(|kind| Some(*kind) != told);
                all.push(One { row: Row { index: row.index, told, notice, ..one.row }, ..one });
            }
            let from = night_name(self.night);
            let note = ParcelNote {
                parcel: format!("{}.from-{from}", note.parcel.split(".from-").next().unwrap_or("")),
                applications: rows.len() as u32,
                unlisted: Vec::new(),
                waited_since: Some(self.night),
                ..note.clone()
            };
            parcels.push(Examined { note, all });
        }
        Ok(parcels)
    }
}

fn again(bench: &Bench<'_>, site: &application::Site, row: &Row, kept: &Kept) -> Result<One> {
    let request = kept.request();
    let policy = kept.policy().context("a policy that this version does not know")?;
    let verifier = Verifier::new(&bench.ground.anchors, &bench.ground.crls, policy);
    let verdict = verifier.verify(&request);
    let application = application(row, &request)?;
    let procedure = bench.ground.procedures.get(&row.procedure);
    let placed = procedure.map(|procedure| procedure.place(&application.form));
    let rules = procedure.zip(placed.as_ref());
    Ok(bench.one(site, &application, rules, (&request, verdict), &policy))
}

/// Puts an application together from what the pack keeps of it: the form comes first.
fn application<'a>(row: &Row, request: &Request<'a>) -> Result<Application<'a>> {
    let mut files = request.files.iter().filter_map(|file| match file.body {
        Body::Bytes(bytes) => Some((file.name, bytes)),
        Body::Digests { .. } => None,
    });
    let (form_member, form_bytes) = files.next().context("an application without a form")?;
    let form = read_form(form_member, form_bytes)
        .map_err(|refusal| anyhow::anyhow!("a form that was read before: {}", refusal.english))?;
    let attachment = |(member, bytes): (&str, &'a [u8])| Attachment {
        member: member.to_owned(),
        title: String::new(),
        bytes,
    };
    let (kind, bytes) = match request.container {
        Container::Cms { bytes, .. } => (SignatureKind::Cms, bytes),
        Container::Digests { bytes } => (SignatureKind::Digests, bytes),
        Container::Xml { bytes, .. } | Container::Certificate { bytes } => {
            (SignatureKind::Xml, bytes)
        }
    };
    Ok(Application {
        receipt: row.receipt.clone(),
        received_at: Moment::parse_rfc3339(&row.received).context("a moment of receipt")?,
        procedure: row.procedure.clone(),
        recipient: row.recipient.clone(),
        form_member: form_member.to_owned(),
        form_bytes,
        form,
        attachments: files.map(attachment).collect(),
        signature: SignatureFile { kind, member: String::new(), bytes, content: None },
    })
}
