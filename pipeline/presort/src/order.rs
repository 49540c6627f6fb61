//! The print order: which piece leaves the inserter after which.

use letter::piece::Measured;

use crate::group::AREA_COUNT;
use crate::{District, Group, Rules};

/// The pieces of a batch in print order, posting after posting, group after group.
#[derive(Default)]
pub(crate) struct Ordered {
    /// The pieces.
    pub(crate) pieces: Vec<Measured>,
    /// The groups, which together are all pieces.
    pub(crate) groups: Vec<Span>,
}

/// A group's pieces: those of the group before it end where these start.
pub(crate) struct Span {
    pub(crate) group: Group,
    /// The posting, from 0.
    pub(crate) posting: u32,
    /// The envelope, from 0.
    pub(crate) envelope: u8,
    pub(crate) len: usize,
}

/// Orders pieces by postal code, walk and record, whatever order they came in.
pub(crate) fn by_code(mut pieces: Vec<Measured>) -> Vec<Measured> {
    pieces.sort_unstable_by_key(|piece| (piece.postal, piece.walk, piece.record));
    pieces
}

/// Adds the pieces of a posting, which stand [by code](by_code): envelope after envelope, and in
/// each group after group.
pub(crate) fn append(rules: &Rules, posting: u32, pieces: &[Measured], ordered: &mut Ordered) {
    if rules.franking.envelopes() == 1 {
        return append_in(rules, (posting, 0), pieces, ordered);
    }
    for envelope in 0..rules.franking.envelopes() {
        let is_in = |piece: &&Measured| {
            let weighed = rules.franking.weigh(piece.pages);
            weighed.expect("what cannot be weighed is held before").envelope == envelope
        };
        let own: Vec<Measured> = pieces.iter().filter(is_in).copied().collect();
        append_in(rules, (posting, envelope), &own, ordered);
    }
}

fn append_in(rules: &Rules, of: (u32, u8), pieces: &[Measured], ordered: &mut Ordered) {
    let mut runs = runs(rules, pieces);
    group(rules.limits.bundle_pieces_min.get() as usize, &mut runs);
    runs.sort_unstable_by_key(|run| (run.group.rank(), run.district, run.start));

    let in_order = runs.iter().flat_map(|run| &pieces[run.start..run.start + run.len]);
    ordered.pieces.extend(in_order);
    ordered.groups.extend(spans(of, &runs));
}

/// The pieces of one postal code, in walking order; `start` counts in order of postal codes.
struct Run {
    district: District,
    group: Group,
    start: usize,
    len: usize,
}

fn runs(rules: &Rules, pieces: &[Measured]) -> Vec<Run> {
    let mut start = 0;
    let mut runs = Vec::new();
    for run in pieces.chunk_by(|a, b| a.postal == b.postal) {
        let postal = run[0].postal;
        let district = District::of(postal, (rules.district_len)(postal));
        runs.push(Run { district, group: Group::District(district), start, len: run.len() });
        start += run.len();
    }
    runs
}

/// Moves districts of fewer than `min` pieces to their area, and areas of fewer to the mixed ones.
fn group(min: usize, runs: &mut [Run]) {
    runs.sort_unstable_by_key(|run| run.district);
    let mut rests = [0; AREA_COUNT];
    for district in runs.chunk_by_mut(|a, b| a.district == b.district) {
        let len: usize = district.iter().map(|run| run.len).sum();
        let area = district[0].district.area();
        if len < min {
            rests[usize::from(area)] += len;
            district.iter_mut().for_each(|run| run.group = Group::Area(area));
        }
    }
    for run in runs {
        if matches!(run.group, Group::Area(area) if rests[usize::from(area)] < min) {
            run.group = Group::Mixed;
        }
    }
}

fn spans((posting, envelope): (u32, u8), runs: &[Run]) -> impl Iterator<Item = Span> + '_ {
    let groups = runs.chunk_by(|a, b| a.group == b.group);
    let len = |runs: &[Run]| runs.iter().map(|run| run.len).sum();
    groups.map(move |runs| Span { group: runs[0].group, posting, envelope, len: len(runs) })
}
