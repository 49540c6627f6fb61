//! What a sample is expected to come to.

use std::collections::BTreeMap;

use letter::ChannelReason;
use serde::Serialize;

use crate::defect::Defect;

/// Everything that was made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The batches, in the order in which they were made.
    pub batches: Vec<BatchCount>,
    /// The drops that the shop refuses whole.
    pub refused: Vec<Refused>,
}

/// What one batch is expected to come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BatchCount {
    /// Whose batch.
    pub sender: String,
    /// Which batch.
    pub batch: String,
    /// Records.
    #[serde(rename = "in")]
    pub records_in: u64,
    /// Records that are printed, those with a copy besides included.
    pub printed: u64,
    /// Records that are delivered as a copy only.
    pub delivered: u64,
    /// Records that go back to the sender.
    pub set_aside: u64,
    /// Records that wait for the operator.
    pub held: u64,
    /// Printed and delivered records by the reason for their channel.
    pub channels: BTreeMap<String, u64>,
    /// Records set aside or held by the reason's code.
    pub reasons: BTreeMap<String, u64>,
    /// Faults that end no record, by code: table rows without a recipient.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub notes: BTreeMap<String, u64>,
}

/// A drop that the shop refuses whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Whose inbox.
    pub sender: String,
    /// The file's name.
    pub drop: String,
    /// The refusal's code.
    pub code: String,
}

impl BatchCount {
    /// Counts a record.
    pub(crate) fn add(&mut self, defect: Option<Defect>, why: ChannelReason) {
        self.records_in += 1;
        let Some(defect) = defect else {
            *self.channels.entry(why.code().to_owned()).or_default() += 1;
            match why {
                ChannelReason::PrefersElectronic => self.delivered += 1,
                _ => self.printed += 1,
            }
            return;
        };
        *self.reasons.entry(defect.code().to_owned()).or_default() += 1;
        match defect.holds() {
            true => self.held += 1,
            false => self.set_aside += 1,
        }
    }
}
