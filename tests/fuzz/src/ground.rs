//! What inputs are judged with: a small sample shop, its anchors and lists, and a second set of
//! both with a key of our own.

use std::collections::BTreeMap;

use address::{Dictionary, Scratch};
use application::parcel::Arrival;
use application::{JisCode, Municipality, Parcel, Places, Procedure, Procedures, Site};
use letter::{Moment, PostalCode};
use sample::{ApplicationOrder, Key, Maker};
use signature::path::Anchors;
use signature::revocation::{Crls, Gathering};

use crate::seal::Seal;
use crate::suites;

/// Small, and with every container and most defects.
const ORDER: ApplicationOrder = ApplicationOrder {
    applications: 40,
    seed: 11,
    defects: 0.3,
    municipalities: 4,
    parcel_applications: 2,
};
/// Certificates of CAs of the suite whose lists are odd.
const ODD: [&str; 9] = [
    "indirectCRLCA1",
    "indirectCRLCA3",
    "deltaCRLCA1",
    "onlySomeReasonsCA1",
    "distributionPoint1CA",
    "LongSerialNumberCA",
    "NegativeSerialNumberCA",
    "UnknownCRLExtensionCA",
    "OldCRLnextUpdateCA",
];

/// Anchors and what their lists say.
pub struct Trust {
    /// The anchors.
    pub anchors: Anchors,
    /// Their certificates, DER.
    pub authorities: Vec<Vec<u8>>,
    /// The lists, DER.
    pub lists: Vec<Vec<u8>>,
    /// What the lists say.
    pub crls: Crls,
}

impl Trust {
    fn new(authorities: Vec<Vec<u8>>, lists: Vec<Vec<u8>>) -> Self {
        let mut anchors = Anchors::default();
        let mut gathering = Gathering::new(authorities.iter().map(Vec::as_slice));
        for der in &authorities {
            // Those who only sign lists are no anchors.
            let _ = anchors.add(der);
        }
        let taken = lists.iter().filter(|list| gathering.take(list).is_ok()).count();
        assert!(taken * 2 > lists.len(), "most lists are taken, not {taken} of {}", lists.len());
        Self { anchors, authorities, lists, crls: gathering.finish() }
    }
}

/// A parcel of the sample shop.
pub struct Zip {
    /// The site that sends it.
    pub site: String,
    /// Its name without `.zip`.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its members.
    pub members: BTreeMap<String, Vec<u8>>,
}

impl Zip {
    /// Reads the parcel.
    pub fn open<'m>(
        site: &Site,
        name: &str,
        members: &'m BTreeMap<String, Vec<u8>>,
    ) -> Option<Parcel<'m>> {
        let received_at = Moment::parse_rfc3339("2026-11-22T02:00:00+09:00").expect("a moment");
        Parcel::open(site, &Arrival { parcel: name, received_at }, members).ok()
    }
}

/// Everything that inputs are judged with.
pub struct Ground {
    /// Rules by procedure.
    pub procedures: Procedures,
    /// Sites by name.
    pub sites: BTreeMap<String, Site>,
    /// Municipalities by code.
    pub municipalities: BTreeMap<u32, Municipality>,
    /// The sample shop's, and the suite's anchor.
    pub real: Trust,
    /// The same CAs with our key.
    pub ours: Trust,
    /// Our key.
    pub seal: Seal,
    /// The parcels.
    pub zips: Vec<Zip>,
    dictionary: &'static Dictionary,
}

impl Ground {
    /// Makes the sample shop and reads the suites.
    pub fn make() -> Self {
        let stock = include_bytes!("../../../config/postcodes/postcodes.bin");
        let dictionary: &'static Dictionary =
            Box::leak(Box::new(Dictionary::read(stock).expect("the stock's dictionary")));
        let keys = (0..ORDER.keys()).map(|number| Key::make(ORDER.seed, number)).collect();
        let maker = Maker::new(dictionary, ORDER, keys);
        let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut sink = |path: &str, bytes: &[u8]| {
            files.insert(path.to_owned(), bytes.to_vec());
            Ok(())
        };
        maker.shop(&mut sink).expect("memory takes all files");
        let in_folder = |folder: &str| -> Vec<Vec<u8>> {
            let all = files.iter().filter(|(path, _)| path.starts_with(folder));
            all.map(|(_, bytes)| bytes.clone()).collect()
        };
        let texts = |folder: &str| -> Vec<String> {
            let all = in_folder(folder).into_iter();
            all.map(|bytes| String::from_utf8(bytes).expect("a text")).collect()
        };
        let parse = |text: String| Procedure::parse(&text).expect("the stock's rules");
        let procedures = texts("procedures/").into_iter().map(parse).collect();
        let procedures = Procedures::new(procedures).expect("the stock's rules");
        let municipalities = texts("municipalities/").into_iter().map(|text| {
            let one = Municipality::parse(&text, &procedures).expect("a municipality");
            (one.code.number(), one)
        });
        let municipalities = municipalities.collect();
        let sites = texts("sites/").into_iter().map(|text| {
            let site = Site::parse(&text).expect("a site");
            (site.site.clone(), site)
        });
        let sites = sites.collect();
        let mut authorities = in_folder("trust/");
        authorities.extend(suites::pkits("certs/TrustAnchorRootCertificate"));
        let lists = in_folder("crl/");
        let seal = Seal::new();
        let odd = ODD.iter().flat_map(|name| suites::pkits(&format!("certs/{name}")));
        let ours: Vec<Vec<u8>> =
            authorities.iter().cloned().chain(odd).map(|der| seal.authority(&der)).collect();
        let ours_lists = lists.iter().map(|list| seal.sealed(&seal.ready(list))).collect();
        let zips = (0..ORDER.parcels()).flat_map(|number| maker.parcel(number).files).map(zip);
        Self {
            zips: zips.collect(),
            real: Trust::new(authorities, lists),
            ours: Trust::new(ours, ours_lists),
            procedures,
            sites,
            municipalities,
            seal,
            dictionary,
        }
    }
}

fn zip((path, bytes): (String, Vec<u8>)) -> Zip {
    let mut parts = path.trim_end_matches(".zip").split('/').skip(1);
    let mut part = || parts.next().expect("inbox/site/name.zip").to_owned();
    let members = suites::unzip(&bytes, "").into_iter().collect();
    Zip { site: part(), name: part(), bytes, members }
}

impl Places for Ground {
    fn find(&self, postal: Option<PostalCode>, address: &str) -> Option<u32> {
        let found = match postal {
            Some(postal) => {
                let mut scratch = Scratch::default();
                let postal = postal.to_string();
                address::resolve(self.dictionary, &mut scratch, &postal, address, "").ok()?.jis_code
            }
            None => address::find(self.dictionary, address).ok()??.jis_code,
        };
        Some(found)
    }

    fn is_registered(&self, code: JisCode) -> bool {
        self.municipalities.contains_key(&code.number())
    }
}
