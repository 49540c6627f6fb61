//! Examining a parcel: verified, checked, assigned and converted, application by application.

use std::path::Path;

use anyhow::{Context, Result};
use application::parcel::Arrival;
use application::parcel::SetAside;
use application::procedure::Placed;
use application::{
    completeness, municipality, Application, Assignment, Filing, FormatKind, Notice, Parcel,
    Procedure, SignatureKind, Site,
};
use letter::{Moment, Refusal};
use runner::SeenDrop;
use signature::basic_four::{Form, Grade};
use signature::evidence::{Block, Keep};
use signature::verdict::{Indication, Policy, Purpose, SubIndication, Verdict};
use signature::verifier::{Body, Container, File, Request, Verifier};

use super::ground::Ground;
use super::parcel::{unpack, Unpacked};
use super::row::{why_not, Applicant, End, NoticeKind, ParcelNote, Row, Said, Why};
use crate::config::DropKeys;

/// Applications that are verified together: enough to fill the lanes, few enough for the cache.
const BATCH_LEN: usize = 256;

/// What one parcel has come to.
pub struct Examined {
    /// The parcel.
    pub note: ParcelNote,
    /// Its applications, in the manifest's order.
    pub all: Vec<One>,
}

/// One application, examined.
pub struct One {
    /// What the night knows of it.
    pub row: Row,
    /// Its place in the evidence pack, unless it could not be read.
    pub block: Option<Block>,
    /// The verdict as JSON.
    pub verdict: Vec<u8>,
    /// The form as the municipality wants it.
    pub converted: Vec<u8>,
    /// [`Applicant`] as JSON, if a notice goes out or may follow.
    pub applicant: Vec<u8>,
}

/// What parcels of one night are examined with.
pub struct Bench<'g> {
    /// Rules, municipalities, anchors and lists.
    pub ground: &'g Ground<'g>,
    /// Limits of what is unpacked.
    pub keys: &'g DropKeys,
    /// The moment of the night.
    pub now: Moment,
}

impl Bench<'_> {
    /// Examines one parcel.
    ///
    /// # Errors
    /// If its file cannot be read; a parcel that is refused is no error.
    pub fn examine(&self, site: &Site, drop: &SeenDrop, path: &Path) -> Result<Examined> {
        let Unpacked { sha256, members } = unpack(path, self.keys)?;
        let stem = drop.name.rsplit_once('.').map_or(drop.name.as_str(), |(stem, _)| stem);
        let mut note = ParcelNote {
            drop: drop.clone(),
            sha256,
            parcel: stem.to_owned(),
            applications: 0,
            unlisted: Vec::new(),
            refusal: None,
            waited_since: None,
        };
        let members = match members {
            Ok(members) => members,
            Err(refusal) => return Ok(refused(note, refusal)),
        };
        let arrival = Arrival { parcel: stem, received_at: self.now };
        let parcel = match Parcel::open(site, &arrival, &members) {
            Ok(parcel) => parcel,
            Err(refusal) => return Ok(refused(note, Box::new(refusal))),
        };
        let purpose = Purpose::parse(&site.profile)
            .with_context(|| format!("site {} has an unknown profile", site.site))?;
        let policy = Policy::of(purpose);
        note.parcel.clone_from(&parcel.parcel);
        note.applications = (parcel.applications.len() + parcel.set_aside.len()) as u32;
        note.unlisted.clone_from(&parcel.unlisted);
        let all = self.applications(site, &parcel, policy);
        Ok(Examined { note, all })
    }

    /// Examines the applications of a parcel and puts those that could not be read between them.
    fn applications(&self, site: &Site, parcel: &Parcel<'_>, policy: Policy) -> Vec<One> {
        let verifier = Verifier::new(&self.ground.anchors, &self.ground.crls, policy);
        let mut read = Vec::with_capacity(parcel.applications.len());
        for chunk in parcel.applications.chunks(BATCH_LEN) {
            let procedures: Vec<Option<&Procedure>> =
                chunk.iter().map(|one| self.ground.procedures.get(&one.procedure)).collect();
            let placed: Vec<_> = chunk
                .iter()
                .zip(&procedures)
                .map(|(one, procedure)| procedure.map(|procedure| procedure.place(&one.form)))
                .collect();
            let requests: Vec<Request<'_>> = chunk
                .iter()
                .zip(&procedures)
                .zip(&placed)
                .map(|((one, procedure), placed)| {
                    let form = procedure.zip(placed.as_ref()).map(|(procedure, placed)| {
                        let role =
                            |role: &Option<String>| placed.get(procedure, role.as_deref()?, 0);
                        let roles = &procedure.roles;
                        Form {
                            name: role(&roles.name),
                            birth: role(&roles.birth),
                            sex: role(&roles.sex),
                            address: role(&roles.address),
                        }
                    });
                    request(one, form)
                })
                .collect();
            let verdicts = verifier.verify_batch(&requests);
            let answered = requests.iter().zip(verdicts);
            for (((one, procedure), placed), answer) in
                chunk.iter().zip(&procedures).zip(&placed).zip(answered)
            {
                let rules = procedure.zip(placed.as_ref());
                read.push(self.one(site, one, rules, answer, &policy));
            }
        }
        let mut read = read.into_iter();
        let mut all = Vec::with_capacity(parcel.applications.len() + parcel.set_aside.len());
        for set_aside in &parcel.set_aside {
            while all.len() < set_aside.index {
                all.extend(read.next());
            }
            all.push(unreadable(set_aside));
        }
        all.extend(read);
        for (index, one) in all.iter_mut().enumerate() {
            one.row.index = index as u32;
        }
        all
    }

    /// Decides what becomes of one application.
    pub fn one(
        &self,
        site: &Site,
        one: &Application<'_>,
        rules: Option<(&Procedure, &Placed<'_>)>,
        (request, verdict): (&Request<'_>, Verdict),
        policy: &Policy,
    ) -> One {
        let said = Said::of(&verdict);
        let mut row = Row {
            receipt: one.receipt.clone(),
            procedure: one.procedure.clone(),
            received: one.received_at.rfc3339_jst(),
            recipient: one.recipient.clone(),
            said: Some(said),
            ..Row::new(End::Person)
        };
        let mut converted = Vec::new();
        let mut whom = Applicant::default();
        match rules {
            None => {
                row.why = Some(why(
                    "no-rules",
                    "この手続の規則がありません",
                    "there is no rule file of the procedure",
                ));
            }
            Some((procedure, placed)) => {
                let day = one.received_at.date_jst();
                row.findings = completeness::check_placed(procedure, placed, &one.attachments, day);
                whom = applicant(one, procedure, placed);
                self.decide(one, procedure, placed, &verdict, &mut row, &mut converted);
            }
        }
        row.notice = notice(site, &row);
        // What goes on paper is acknowledged on paper, by its slip: nobody reads that here.
        row.tells_accepted =
            row.end == End::HandedOverElectronic && site.notices.contains(&Notice::Accepted);
        One {
            block: Some(Block::application(&one.receipt, request, policy, Keep::Bytes)),
            verdict: serde_json::to_vec(&verdict).expect("a verdict is plain data"),
            applicant: match row.tells() {
                true => serde_json::to_vec(&whom).expect("texts are plain data"),
                false => Vec::new(),
            },
            converted,
            row,
        }
    }

    /// Decides where an application ends, and converts it if it is handed over.
    fn decide(
        &self,
        one: &Application<'_>,
        procedure: &Procedure,
        placed: &Placed<'_>,
        verdict: &Verdict,
        row: &mut Row,
        converted: &mut Vec<u8>,
    ) {
        let assigned = municipality::assign(procedure, &one.form, self.ground);
        if let Assignment::To(code) = assigned {
            row.municipality = Some(code.to_string());
        }
        let said = row.said.expect("it was verified");
        if let Some((end, why)) = of_verdict(&said) {
            (row.end, row.why) = (end, Some(why));
            return;
        }
        let code = match assigned {
            Assignment::To(code) => code,
            Assignment::Person(cause) => {
                row.why = Some(why(cause.code(), cause.japanese(), cause.english()));
                return;
            }
        };
        let municipality = self.ground.municipality(code).expect("it is registered");
        if !agrees(verdict, municipality.grade) {
            row.why = Some(why(
                "basic-four",
                "証明書の基本4情報と申請書の記載が一致しません",
                "the basic four of certificate and form do not agree as far as is asked",
            ));
            return;
        }
        let night = self.now.date_jst();
        let format = municipality.format_on(&procedure.code, night);
        let filing = Filing {
            procedure,
            placed,
            receipt: &one.receipt,
            received_at: one.received_at,
            municipality: code,
            verdict: said.indication.name(),
            night,
        };
        match format.convert(&filing, converted) {
            Ok(carried) => row.substituted = carried.substituted,
            Err(uncarried) => {
                row.why = Some(why(
                    uncarried.why.code(),
                    uncarried.why.japanese(),
                    uncarried.why.english(),
                ));
                return;
            }
        }
        row.kind = Some(format.kind());
        row.end = match format.kind() {
            FormatKind::Paper => {
                let lines = procedure.lines(&one.form);
                *converted = serde_json::to_vec(&lines).expect("texts are plain data");
                End::HandedOverPaper
            }
            _ => End::HandedOverElectronic,
        };
    }
}

/// Returns whether certificate and form agree as far as the municipality asks.
fn agrees(verdict: &Verdict, least: application::municipality::Grade) -> bool {
    use application::municipality::Grade as Asked;
    let least = match least {
        Asked::Exact => Grade::Exact,
        Asked::Normalised => Grade::Normalised,
        Asked::Substituted => Grade::Substituted,
    };
    verdict.basic_four.as_ref().is_some_and(|four| !four.is_below(least))
}

/// Returns which notice the applicant gets, if the site wants one.
fn notice(site: &Site, row: &Row) -> Option<NoticeKind> {
    let wants = |notice: Notice| site.notices.contains(&notice);
    match row.end {
        End::Rejected => wants(Notice::Incomplete).then_some(NoticeKind::Rejected),
        End::SetAside => None,
        _ if row.is_incomplete() && wants(Notice::Incomplete) => Some(NoticeKind::Incomplete),
        _ => wants(Notice::Received).then_some(NoticeKind::Received),
    }
}

/// Says what the verdict alone makes of an application; `None` if it may go on.
fn of_verdict(said: &Said) -> Option<(End, Why)> {
    use SubIndication as Sub;
    let end = match (said.indication, said.sub_indication) {
        (Indication::TotalPassed, _) => return None,
        (Indication::TotalFailed, _) => End::Rejected,
        (Indication::Indeterminate, Some(Sub::TryLater)) => End::Waiting,
        (
            Indication::Indeterminate,
            Some(
                Sub::NoCertificateChainFound
                | Sub::ChainConstraintsFailure
                | Sub::SigConstraintsFailure
                | Sub::NoSigningCertificateFound,
            ),
        ) => End::Rejected,
        (Indication::Indeterminate, _) => End::Person,
    };
    let words = said.words();
    let why = Why {
        code: words.clone(),
        japanese: why_not(said.sub_indication).to_owned(),
        english: format!("the signature's verdict is {words}"),
    };
    Some((end, why))
}

/// Puts an application as the verifier wants it.
///
/// The references of an XML signature are names within the application's folder, those of the
/// other containers are names within the parcel.
fn request<'a>(one: &'a Application<'a>, form: Option<Form<'a>>) -> Request<'a> {
    let signature = &one.signature;
    let folder = format!("{}/", one.receipt);
    let name = |member: &'a str| match signature.kind {
        SignatureKind::Xml => member.strip_prefix(&folder).unwrap_or(member),
        SignatureKind::Cms | SignatureKind::Digests => member,
    };
    let file = |(member, bytes)| File { name: name(member), body: Body::Bytes(bytes) };
    let mut files: Vec<File<'a>> = one.files().map(file).collect();
    let content = signature.content.as_ref().map(|(member, bytes)| {
        let content = name(member);
        if !files.iter().any(|file| file.name == content) {
            files.push(File { name: content, body: Body::Bytes(bytes) });
        }
        content
    });
    let container = match signature.kind {
        SignatureKind::Cms => Container::Cms { bytes: signature.bytes, content },
        SignatureKind::Digests => Container::Digests { bytes: signature.bytes },
        SignatureKind::Xml => {
            Container::Xml { bytes: signature.bytes, name: Some(name(&signature.member)) }
        }
    };
    Request { container, files, certificates: Vec::new(), received: one.received_at, form }
}

fn applicant(one: &Application<'_>, procedure: &Procedure, placed: &Placed<'_>) -> Applicant {
    let role = |role: &Option<String>| {
        let value = role.as_deref().and_then(|path| placed.get(procedure, path, 0));
        value.unwrap_or_default().to_owned()
    };
    let roles = &procedure.roles;
    Applicant {
        name: role(&roles.name),
        postal: role(&roles.postal),
        address: role(&roles.address),
        recipient: one.recipient.clone(),
    }
}

/// Makes the row of an application that could not be read.
fn unreadable(set_aside: &SetAside) -> One {
    let refusal = &set_aside.refusal;
    let row = Row {
        receipt: set_aside.receipt.clone().unwrap_or_default(),
        procedure: set_aside.procedure.clone().unwrap_or_default(),
        why: Some(why(&refusal.code, &refusal.japanese, &refusal.english)),
        refusal: Some(refusal.clone()),
        ..Row::new(End::SetAside)
    };
    One { row, block: None, verdict: Vec::new(), converted: Vec::new(), applicant: Vec::new() }
}

fn refused(note: ParcelNote, refusal: Box<Refusal>) -> Examined {
    Examined { note: ParcelNote { refusal: Some(refusal), ..note }, all: Vec::new() }
}

fn why(code: &str, japanese: &str, english: &str) -> Why {
    Why { code: code.into(), japanese: japanese.into(), english: english.into() }
}
