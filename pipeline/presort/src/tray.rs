//! 把束 (taba) and トレー: which neighbours in print order are tied together and travel together.

use letter::piece::Measured;
use letter::PostalCode;

use crate::order::Ordered;
use crate::{Franking, Group, Limits};

/// One tray, for its label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraySummary {
    /// Its number, from 1.
    pub tray: u32,
    /// The posting of all its pieces, an index of the plan's.
    pub posting: u32,
    /// The envelope of all its pieces, an index of the batch's.
    pub envelope: u8,
    /// The sequence number of its first piece.
    pub first_sequence: u32,
    /// Its pieces.
    pub pieces: u32,
    /// The weight of its pieces, milligrams.
    pub weight_mg: u64,
    /// What its bundles are tied for, in print order, each once.
    pub districts: Vec<Group>,
    /// The postal code of its first piece.
    pub first_postal: PostalCode,
    /// The postal code of its last piece.
    pub last_postal: PostalCode,
    /// Its bundles, in print order; never empty.
    pub bundles: Vec<BundleSummary>,
}

/// One bundle, for its slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BundleSummary {
    /// Its number within the tray, from 1.
    pub bundle: u32,
    /// What it is tied for.
    pub group: Group,
    /// The posting of all its pieces, an index of the plan's.
    pub posting: u32,
    /// The envelope of all its pieces, an index of the batch's.
    pub envelope: u8,
    /// The sequence number of its first piece.
    pub first_sequence: u32,
    /// Its pieces, at least one.
    pub pieces: u32,
    /// The weight of its pieces, milligrams.
    pub weight_mg: u64,
    /// The postal code of its first piece.
    pub first_postal: PostalCode,
    /// The postal code of its last piece.
    pub last_postal: PostalCode,
}

/// Ties the pieces into bundles and fills trays with them, each as full as its limits allow.
///
/// A bundle never holds two groups and never lies in two trays; neither holds two postings, since
/// these are handed in apart, nor two kinds of envelope. The last bundle of a group takes
/// what is left of it, be it one piece.
pub(crate) fn fill(limits: &Limits, franking: &Franking, ordered: &Ordered) -> Vec<TraySummary> {
    let mut trays: Vec<TraySummary> = Vec::new();
    for bundle in tie(limits, franking, ordered) {
        match trays.last_mut().filter(|tray| tray.takes(limits, &bundle)) {
            Some(tray) => tray.push(bundle),
            None => trays.push(TraySummary::start(trays.len() as u32 + 1, bundle)),
        }
    }
    trays
}

fn tie(limits: &Limits, franking: &Franking, ordered: &Ordered) -> Vec<BundleSummary> {
    let mut bundles: Vec<BundleSummary> = Vec::new();
    let mut pieces = ordered.pieces.iter();
    let mut sequence = 0;
    for span in &ordered.groups {
        for (place, piece) in pieces.by_ref().take(span.len).enumerate() {
            sequence += 1;
            let weight_mg = weight_mg(franking, piece);
            let open = bundles.last_mut().filter(|_| place > 0);
            match open.filter(|bundle| bundle.takes(limits, weight_mg)) {
                Some(bundle) => bundle.push(weight_mg, piece.postal),
                None => bundles.push(BundleSummary {
                    bundle: 0, // the tray numbers it
                    group: span.group,
                    posting: span.posting,
                    envelope: span.envelope,
                    first_sequence: sequence,
                    pieces: 1,
                    weight_mg,
                    first_postal: piece.postal,
                    last_postal: piece.postal,
                }),
            }
        }
    }
    bundles
}

fn weight_mg(franking: &Franking, piece: &Measured) -> u64 {
    let weighed = franking.weigh(piece.pages).expect("what cannot be weighed is held before");
    weighed.weight_mg.into()
}

impl BundleSummary {
    /// Returns whether one more piece keeps the bundle within its limits and within any tray's.
    fn takes(&self, limits: &Limits, weight_mg: u64) -> bool {
        let pieces_max = limits.bundle_pieces_max.min(limits.tray_pieces_max);
        self.pieces < pieces_max.get() && self.weight_mg + weight_mg <= limits.tray_weight_mg_max
    }

    fn push(&mut self, weight_mg: u64, postal: PostalCode) {
        self.pieces += 1;
        self.weight_mg += weight_mg;
        self.last_postal = postal;
    }
}

impl TraySummary {
    fn start(tray: u32, bundle: BundleSummary) -> Self {
        let mut tray = Self {
            tray,
            posting: bundle.posting,
            envelope: bundle.envelope,
            first_sequence: bundle.first_sequence,
            pieces: 0,
            weight_mg: 0,
            districts: Vec::new(),
            first_postal: bundle.first_postal,
            last_postal: bundle.last_postal,
            bundles: Vec::new(),
        };
        tray.push(bundle);
        tray
    }

    fn takes(&self, limits: &Limits, bundle: &BundleSummary) -> bool {
        (self.posting, self.envelope) == (bundle.posting, bundle.envelope)
            && self.pieces + bundle.pieces <= limits.tray_pieces_max.get()
            && self.weight_mg + bundle.weight_mg <= limits.tray_weight_mg_max
    }

    fn push(&mut self, bundle: BundleSummary) {
        self.pieces += bundle.pieces;
        self.weight_mg += bundle.weight_mg;
        self.last_postal = bundle.last_postal;
        if self.districts.last() != Some(&bundle.group) {
            self.districts.push(bundle.group);
        }
        let number = self.bundles.len() as u32 + 1;
        self.bundles.push(BundleSummary { bundle: number, ..bundle });
    }
}
