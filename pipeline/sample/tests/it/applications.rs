//! Applications are the same however they are made, and say what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use application::municipality::assign;
use application::parcel::Arrival;
use application::{
    completeness, Application, Assignment, Filing, JisCode, Municipality, Parcel, Places,
    Procedure, Procedures, Site,
};
use letter::{Moment, PostalCode};
use sample::{ApplicationDefect, ApplicationOrder, Key, MadeParcel, Maker, Tally};

use crate::files::{collect, dictionary, Files};

/// Every application has a defect, and every defect comes several times.
const ORDER: ApplicationOrder = ApplicationOrder {
    applications: 140,
    seed: 3,
    defects: 1.0,
    municipalities: 12,
    parcel_applications: 35,
};

#[test]
fn the_same_seed_gives_the_same_bytes_in_any_order_of_making() {
    let keys: Vec<Key> = (0..ORDER.keys()).map(|number| Key::make(ORDER.seed, number)).collect();
    assert_eq!(format!("{:?}", keys[8]), format!("{:?}", Key::make(ORDER.seed, 8)));
    let dictionary = dictionary();
    let one = Maker::new(&dictionary, ORDER, keys.clone());
    let other = Maker::new(&dictionary, ORDER, keys);
    let forwards: Vec<MadeParcel> = (0..ORDER.parcels()).map(|n| one.parcel(n)).collect();
    let mut backwards: Vec<MadeParcel> =
        (0..ORDER.parcels()).rev().map(|n| other.parcel(n)).collect();
    backwards.reverse();
    assert_eq!(forwards, backwards);
    let ((), shop) = collect(|sink| one.shop(sink));
    let ((), again) = collect(|sink| other.shop(sink));
    assert_eq!(shop, again);
    every_defect_comes_and_is_counted_once(&forwards);
    lists_of_the_second_generation_are_missing_until_the_day_after(shop.keys());
    half_of_the_forms_are_as_long_as_real_ones(&forwards);
    let desk = Desk::open(&shop);
    forwards.iter().for_each(|parcel| desk.takes(parcel));
}

fn every_defect_comes_and_is_counted_once(parcels: &[MadeParcel]) {
    let mut tally = Tally::new();
    parcels.iter().for_each(|parcel| tally.add_parcel(parcel));
    let all: BTreeSet<&str> = ApplicationDefect::ALL.iter().map(|defect| defect.name()).collect();
    let met: BTreeSet<&str> = tally.by_defect.keys().copied().collect();
    assert_eq!(met, all);
    for counts in [&tally.by_defect, &tally.by_end, &tally.by_basic_four, &tally.by_container] {
        assert_eq!(counts.values().sum::<u64>(), ORDER.applications, "{counts:?}");
    }
    let verdicts: u64 = tally.by_verdict.values().sum();
    assert_eq!((verdicts, tally.applications), (ORDER.applications, ORDER.applications));
    assert_eq!(tally.defective.len() as u64, tally.by_defect.values().sum::<u64>());
}

/// Short ones have a dozen fields; the others some 4 KB with their free text.
fn half_of_the_forms_are_as_long_as_real_ones(parcels: &[MadeParcel]) {
    let zips = parcels.iter().flat_map(|parcel| &parcel.files);
    let members = zips.flat_map(|(_, zip)| unpacked(zip));
    // A form with its signature in it is longer in any case.
    let forms = members.filter(|(name, _)| name.contains("/form."));
    let signed = |form: &[u8]| form.windows(10).any(|window| window == b"<Signature");
    let forms: Vec<usize> =
        forms.filter(|(_, form)| !signed(form)).map(|(_, form)| form.len()).collect();
    let long = forms.iter().filter(|len| (2_800..6_000).contains(*len)).count();
    let short = forms.iter().filter(|len| **len < 2_000).count();
    assert!(long * 5 > forms.len() * 2 && short * 5 > forms.len() * 2, "{forms:?}");
    // What is cut off may be of any length.
    let all = parcels.iter().flat_map(|parcel| &parcel.applications);
    let cut = all.filter(|one| one.defect == Some("broken-form")).count();
    assert!(long + short + cut >= forms.len(), "{forms:?}");
}

fn lists_of_the_second_generation_are_missing_until_the_day_after<'a>(
    paths: impl Iterator<Item = &'a String>,
) {
    let paths: Vec<&str> = paths.map(String::as_str).collect();
    let lists = |folder| paths.iter().filter(|path| path.starts_with(folder)).count();
    assert_eq!((lists("crl/"), lists("crl-later/"), lists("trust/")), (23, 24, 6));
}

/// The shop's settings, as the applications' craft reads them.
struct Desk {
    sites: BTreeMap<String, Site>,
    procedures: Procedures,
    municipalities: BTreeMap<u32, Municipality>,
}

impl Desk {
    fn open(shop: &Files) -> Self {
        let texts = |folder: &str| {
            let files = shop.iter().filter(|(path, _)| path.starts_with(folder));
            files.map(|(_, text)| std::str::from_utf8(text).unwrap()).collect::<Vec<_>>()
        };
        let sites = texts("sites/").into_iter().map(|text| Site::parse(text).unwrap());
        let procedures =
            texts("procedures/").into_iter().map(|text| Procedure::parse(text).unwrap());
        let procedures = Procedures::new(procedures.collect()).unwrap();
        let municipalities = texts("municipalities/")
            .into_iter()
            .map(|text| {
                Municipality::parse(text, &procedures).unwrap_or_else(|e| panic!("{e}\n{text}"))
            })
            .map(|municipality| (municipality.code.number(), municipality))
            .collect();
        Self {
            sites: sites.map(|site| (site.site.clone(), site)).collect(),
            procedures,
            municipalities,
        }
    }

    /// Reads every parcel, checks every application and files it in its municipality's format.
    fn takes(&self, made: &MadeParcel) {
        let mut expected = made.applications.iter();
        for (path, zip) in &made.files {
            let mut parts = path.split('/').skip(1);
            let site = &self.sites[parts.next().unwrap()];
            let name = parts.next().unwrap().trim_end_matches(".zip");
            let members = unpacked(zip);
            let received_at = Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").unwrap();
            let arrival = Arrival { parcel: name, received_at };
            let parcel = Parcel::open(site, &arrival, &members).unwrap();
            assert!(parcel.unlisted.is_empty(), "{:?}", parcel.unlisted);
            let mut read = parcel.applications.iter();
            let set_aside: BTreeSet<usize> = parcel.set_aside.iter().map(|one| one.index).collect();
            for index in 0..parcel.applications.len() + set_aside.len() {
                let expected = expected.next().unwrap();
                assert_eq!(expected.parcel, name);
                let broken = expected.defect == Some("broken-form");
                assert_eq!(set_aside.contains(&index), broken, "{expected:?}");
                if !broken {
                    self.files(read.next().unwrap(), expected);
                }
            }
        }
        assert_eq!(expected.next(), None);
    }

    fn files(&self, one: &Application<'_>, expected: &sample::Expected) {
        assert_eq!(
            (one.receipt.as_str(), one.procedure.as_str()),
            (&*expected.receipt, expected.procedure)
        );
        let procedure = self.procedures.get(&one.procedure).unwrap();
        let day = one.received_at.date_jst();
        let findings = completeness::check(procedure, &one.form, &one.attachments, day);
        let fields: Vec<&str> = findings.iter().map(|finding| finding.field.as_str()).collect();
        assert_eq!(fields, Vec::from_iter(expected.finding), "{expected:?} {findings:?}");
        let code = JisCode::parse(&expected.municipality).unwrap();
        let assigned = assign(procedure, &one.form, self);
        if expected.defect == Some("unknown-municipality") {
            assert!(matches!(assigned, Assignment::Person(_)), "{assigned:?}");
            return;
        }
        // Where the form has no code the dictionary decides, which is not asked here.
        if one.form.filled("municipality").is_some() {
            assert_eq!(assigned, Assignment::To(code));
        }
        let municipality = &self.municipalities[&code.number()];
        let placed = procedure.place(&one.form);
        let filing = Filing {
            procedure,
            placed: &placed,
            receipt: &one.receipt,
            received_at: one.received_at,
            municipality: code,
            verdict: "TOTAL_PASSED",
            night: day,
        };
        let format = municipality.format_on(&one.procedure, day);
        let mut file = Vec::new();
        format.begin(&mut file);
        format.convert(&filing, &mut file).unwrap_or_else(|e| panic!("{expected:?} {e:?}"));
        assert_eq!(file.is_empty(), format.kind() == application::FormatKind::Paper);
        if let Some(back) = format.read_back(&file) {
            assert_eq!((back.len(), &back[0].form), (1, &format.canonical(&filing)));
        }
    }
}

impl Places for Desk {
    fn find(&self, _: Option<PostalCode>, _: &str) -> Option<u32> {
        None
    }

    fn is_registered(&self, code: JisCode) -> bool {
        self.municipalities.contains_key(&code.number())
    }
}

fn unpacked(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut members = BTreeMap::new();
    for number in 0..zip.len() {
        let mut member = zip.by_index(number).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        members.insert(member.name().unwrap().into_owned(), bytes);
    }
    members
}
