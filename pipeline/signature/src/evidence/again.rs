//! The verdicts of a pack, given again.

use std::io::{Read, Seek};
use std::ops::Range;

use super::{Kept, Pack, PackError};
use crate::path::Anchors;
use crate::revocation::{Crls, Gathering};
use crate::verdict::{Policy, Verdict};
use crate::verifier::{Request, Verifier};

/// A pack with its anchors and lists made ready.
pub struct Again<'p> {
    pack: &'p Pack,
    anchors: Anchors,
    crls: Crls,
}

impl<'p> Again<'p> {
    /// Makes a pack ready; `newer` are lists and responses, DER, that came after it was sealed:
    /// with them provisional verdicts become final, without them every verdict is the one that
    /// was given when the pack was sealed.
    ///
    /// Anchors and lists that cannot be accepted are passed over, as they were then.
    pub fn new(pack: &'p Pack, newer: &[&[u8]]) -> Self {
        let mut anchors = Anchors::default();
        for anchor in &pack.anchors {
            let _ = anchors.add(anchor);
        }
        let signers = pack.anchors.iter().chain(&pack.certificates).map(Vec::as_slice);
        let mut gathering = Gathering::new(signers);
        for list in pack.lists.iter().map(Vec::as_slice) {
            let _ = gathering.take(list);
        }
        for response in pack.ocsp.iter().map(Vec::as_slice) {
            let _ = gathering.take_response(response);
        }
        for bytes in newer {
            let _ = gathering.take(bytes).or_else(|_| gathering.take_response(bytes));
        }
        Self { pack, anchors, crls: gathering.finish() }
    }

    /// Gives the verdicts of some applications by their receipt numbers, in the pack's order.
    ///
    /// # Errors
    /// Those of reading the pack.
    ///
    /// # Panics
    /// If the range reaches beyond [`Pack::len`].
    pub fn verdicts<R: Read + Seek>(
        &self,
        source: &mut R,
        range: Range<usize>,
    ) -> Result<Vec<(String, Verdict)>, PackError> {
        let kept: Vec<Kept> = range
            .map(|index| self.pack.application(source, index))
            .collect::<Result<_, PackError>>()?;
        let mut verdicts = Vec::with_capacity(kept.len());
        // Applications of one policy that follow each other are verified together.
        let mut rest = kept.as_slice();
        while let Some(first) = rest.first() {
            let policy: Policy = first.policy().expect("a kept application has its policy");
            let same = rest.iter().take_while(|kept| kept.policy() == Some(policy)).count();
            let (batch, others) = rest.split_at(same);
            rest = others;
            let requests: Vec<Request<'_>> = batch.iter().map(Kept::request).collect();
            let verifier = Verifier::new(&self.anchors, &self.crls, policy);
            let given = verifier.verify_batch(&requests);
            let receipts = batch.iter().map(|kept| kept.receipt().to_owned());
            verdicts.extend(receipts.zip(given));
        }
        Ok(verdicts)
    }
}

/// Gives every verdict of a pack once newer lists are in; see [`Again::new`].
///
/// # Errors
/// Those of reading the pack.
pub fn finalise<R: Read + Seek>(
    source: &mut R,
    newer: &[&[u8]],
) -> Result<Vec<(String, Verdict)>, PackError> {
    let pack = Pack::open(source)?;
    let again = Again::new(&pack, newer);
    let mut verdicts = Vec::with_capacity(pack.len());
    for from in (0..pack.len()).step_by(BATCH_LEN) {
        verdicts.extend(again.verdicts(source, from..(from + BATCH_LEN).min(pack.len()))?);
    }
    Ok(verdicts)
}

/// Applications that are read and verified together.
const BATCH_LEN: usize = 512;
