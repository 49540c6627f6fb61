//! What the three senders' forms have in common: a batch is written record by record.

use intake::layout::Gaiji;
use intake::{write::encode_cp932, Sender};
use letter::ChannelReason;

use crate::count::BatchCount;
use crate::defect::Defect;
use crate::gazetteer::Gazetteer;
use crate::package::Package;
use crate::random::Random;
use crate::record::Record;
use crate::register::{Class, Habits, Register, Standing};

/// How one sender writes its files.
pub(crate) trait Form {
    /// The sender's id.
    const SENDER: &'static str;
    /// The sender file.
    const TOML: &'static str;
    /// The template of its batches.
    const TEMPLATE: &'static str;
    /// The letter class of its batches.
    const CLASS: Class;
    /// The first character of its pseudonyms.
    const PREFIX: char;
    /// How its recipients stand.
    const HABITS: Habits;
    /// Defects that its form can carry in any number.
    const DEFECTS: &'static [Defect];
    /// Defects for a few records only.
    const RARE_DEFECTS: &'static [Defect];

    /// Begins a file.
    fn begin() -> Self;
    /// Returns the key of record number `index`.
    fn key(index: u64) -> String;
    /// Writes a record in its form, with the defects that are the form's own.
    fn write(&mut self, record: &Record, random: &mut Random);
    /// Ends the file; returns the members by name.
    fn finish(self, records: u64, hash_total: u64) -> Vec<(String, Vec<u8>)>;
}

/// A batch while it is written.
pub(crate) struct Batch<F> {
    form: F,
    class: Class,
    count: BatchCount,
    hash_total: u64,
    last_sound_key: Option<String>,
}

impl<F: Form> Batch<F> {
    /// Begins a batch of the form's own class.
    pub fn begin(batch: &str) -> Self {
        Self::of_class(batch, F::CLASS)
    }

    /// Begins a batch of another class.
    pub fn of_class(batch: &str, class: Class) -> Self {
        let count = BatchCount {
            sender: F::SENDER.to_owned(),
            batch: batch.to_owned(),
            ..BatchCount::default()
        };
        Self { form: F::begin(), class, count, hash_total: 0, last_sound_key: None }
    }

    /// Writes a citizen's record.
    pub fn add(
        &mut self,
        mut record: Record,
        citizen: u64,
        standing: Standing,
        world: &mut World<'_, '_>,
        random: &mut Random,
    ) {
        let Class { name, .. } = self.class;
        record.pseudonym = world.register.note(citizen, standing, F::SENDER, F::PREFIX, name);
        let mut why = standing.reason(citizen, self.class);
        if record.rows.is_some_and(|rows| rows >= crate::record::TOO_LARGE_ROWS)
            && matches!(why, ChannelReason::PrefersElectronic | ChannelReason::PrefersBoth)
        {
            why = ChannelReason::TooLarge;
        }
        self.add_routed(record, why, world.gazetteer, random);
    }

    fn add_routed(
        &mut self,
        mut record: Record,
        why: ChannelReason,
        gazetteer: &Gazetteer<'_>,
        random: &mut Random,
    ) {
        if record.defect == Some(Defect::DuplicateKey) {
            match &self.last_sound_key {
                Some(key) => key.clone_into(&mut record.key),
                None => record.defect = None,
            }
        }
        record.break_person(gazetteer, random);
        self.form.write(&record, random);
        self.hash_total += record.hash_number();
        self.count.add(record.defect, why);
        if record.defect.is_none() {
            self.last_sound_key = Some(record.key);
        }
    }

    /// Returns the form, for what no record speaks of.
    pub fn form_mut(&mut self) -> (&mut F, &mut BatchCount) {
        (&mut self.form, &mut self.count)
    }

    /// Ends the batch.
    pub fn finish(self) -> (Package, BatchCount) {
        let Self { form, class, count, hash_total, .. } = self;
        let records = count.records_in;
        let package = Package {
            sender: F::SENDER.to_owned(),
            batch: count.batch.clone(),
            template: F::TEMPLATE.to_owned(),
            class: class.name.to_owned(),
            records,
            hash_total,
            members: form.finish(records, hash_total),
        };
        (package, count)
    }
}

/// What the records of a sample are drawn from and noted in.
pub(crate) struct World<'g, 'd> {
    /// The places.
    pub gazetteer: &'g Gazetteer<'d>,
    /// The registry.
    pub register: &'g mut Register,
}

/// The fields of one row, as bytes of the sender's encoding.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    gaiji: Gaiji,
}

impl Cells {
    /// Takes the gaiji table of a sender file.
    pub fn of(toml: &str) -> Self {
        let sender = Sender::parse(toml).and_then(|sender| sender.gaiji_table());
        Self {
            gaiji: sender.expect("the sender files are sound; a test reads them"),
            ..Self::default()
        }
    }

    /// Appends a field in CP932.
    pub fn push_cp932(&mut self, text: &str) {
        if text.is_ascii() {
            return self.push(text.as_bytes());
        }
        let bytes = encode_cp932(text, &self.gaiji).expect("samples draw encodable text only");
        self.push(&bytes);
    }

    /// Appends a field.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.ends.push(self.bytes.len());
    }

    /// Appends bytes to the last field.
    pub fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if let Some(end) = self.ends.last_mut() {
            *end = self.bytes.len();
        }
    }

    /// Returns the fields.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, &end)| &self.bytes[start..end])
    }

    /// Forgets the fields.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }
}

/// A byte that is text in neither CP932 nor UTF-8.
pub(crate) const NO_TEXT: &[u8] = b"\xff";
/// The user-defined cell U+E001 in CP932; every table of the samples holds it.
pub(crate) const GAIJI_ON_HOLD: &[u8] = b"\xf0\x41";
/// The user-defined cell U+E010 in CP932; no table of the samples has it.
pub(crate) const GAIJI_UNKNOWN: &[u8] = b"\xf0\x50";
