//! Compares a split with that of another table, and says what kind of miss a difference is.

use std::collections::{BTreeMap, HashSet};

use address::{barcode, comparable, find, Dictionary, Found, Grade};

/// A row of the table.
pub struct Row {
    /// 住所.
    pub address: String,
    /// 都道府県.
    pub prefecture: String,
    /// 市区町村.
    pub city: String,
    /// 町字 with its 丁目.
    pub town: String,
    /// 番地号.
    pub block: String,
    /// What follows.
    pub others: String,
}

/// What a split is against the table's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Prefecture, city and town are the table's.
    Right,
    /// The town is the table's as far as the dictionary knows it: its 小字 stands in our rest.
    Hamlet,
    /// The dictionary has a longer town than the table: what is more of it stands in their rest.
    Finer,
    /// Missing: no municipality was found, or two fit alike.
    NoCity,
    /// Missing: the municipality is right, no town was found.
    NoTown,
    /// The table knows no town where we find one.
    TableHasNoTown,
    /// Wrong: another municipality.
    OtherCity,
    /// Wrong: another town.
    OtherTown,
}

impl Verdict {
    /// Returns whether the split is right at town level.
    pub fn is_right(self) -> bool {
        matches!(self, Self::Right | Self::Hamlet | Self::Finer)
    }

    /// Returns whether the split says something else than the table.
    pub fn is_wrong(self) -> bool {
        matches!(self, Self::OtherCity | Self::OtherTown | Self::TableHasNoTown)
    }
}

/// The towns that the dictionary knows, to tell a hamlet from a town that was missed.
pub struct Judge<'d> {
    dictionary: &'d Dictionary,
    towns: HashSet<(u32, String)>,
}

/// What the judgements come to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows by verdict.
    pub verdicts: BTreeMap<Verdict, usize>,
    /// Rows right at town level whose address number is the table's too.
    pub numbers: usize,
    /// Rows right at town level whose town has one postal code.
    pub codes: usize,
}

/// Reads a table with the columns of Geolonia's.
pub fn rows(table: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let row = |row: csv::StringRecord| {
        let [address, prefecture, city, town, block, others] =
            [0, 1, 2, 3, 4, 5].map(|at| row[at].to_owned());
        Row { address, prefecture, city, town, block, others }
    };
    reader.records().map(|record| row(record.expect("the table is CSV"))).collect()
}

impl<'d> Judge<'d> {
    /// Makes a judge of splits by this dictionary.
    pub fn new(dictionary: &'d Dictionary) -> Self {
        let towns = dictionary.all_places().flat_map(|place| {
            place.town.split('、').map(move |town| (place.jis_code, comparable(town)))
        });
        Self { dictionary, towns: towns.collect() }
    }

    /// Splits the addresses of all rows and calls `see` with each verdict.
    pub fn judge(&self, rows: &[Row], mut see: impl FnMut(&Row, Verdict, Option<&Found>)) -> Tally {
        let mut tally = Tally::default();
        for row in rows {
            let found = find(self.dictionary, &row.address).ok().flatten();
            let verdict = found.as_ref().map_or(Verdict::NoCity, |found| self.verdict(row, found));
            *tally.verdicts.entry(verdict).or_default() += 1;
            if let Some(found) = found.as_ref().filter(|_| verdict.is_right()) {
                tally.codes += usize::from(found.postal.is_some());
                tally.numbers += usize::from(has_number_of(row, found));
            }
            see(row, verdict, found.as_ref());
        }
        tally
    }

    fn verdict(&self, row: &Row, found: &Found) -> Verdict {
        let is_city =
            found.prefecture == row.prefecture && comparable(found.city) == comparable(&row.city);
        if !is_city {
            return Verdict::OtherCity;
        }
        let (theirs, ours) = (comparable(&row.town), comparable(found.town));
        match (found.grade == Grade::Town, theirs.is_empty()) {
            (false, true) => return Verdict::Right,
            (false, false) => return Verdict::NoTown,
            (true, true) => return Verdict::TableHasNoTown,
            (true, false) => {}
        }
        let whole = without_section(&format!("{ours}{}", comparable(&found.rest)));
        let (theirs, ours) = (without_section(&theirs), without_section(&ours));
        let (name, chome) = split_chome(&theirs);
        let has_chome = |whole: &str| {
            let digits = whole.len() - whole.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            whole[..digits] == *chome
        };
        let agrees = |name: &str| whole.strip_prefix(name);
        if ours == theirs || (ours == name && agrees(name).is_some_and(has_chome)) {
            return Verdict::Right;
        }
        let is_known = |name: &str| self.towns.contains(&(found.jis_code, name.to_owned()));
        let begins_ours = agrees(name).is_some() && name.starts_with(ours.as_str());
        match () {
            () if begins_ours && !is_known(name) && !is_known(&theirs) => Verdict::Hamlet,
            () if ours.starts_with(name) && agrees(name).is_some() => Verdict::Finer,
            () => Verdict::OtherTown,
        }
    }
}

/// Returns whether the number of our rest is that of what the table has after our town.
fn has_number_of(row: &Row, found: &Found) -> bool {
    let (theirs, ours) = (comparable(&row.town), comparable(found.town));
    let (theirs, ours) = (without_section(&theirs), without_section(&ours));
    let more = theirs.strip_prefix(ours.as_str()).unwrap_or_default();
    let expected = format!("{more} {} {}", row.block, row.others);
    barcode::address_number(&found.rest) == barcode::address_number(&expected)
}

/// Leaves 大字 and 字 out, which the table has where the dictionary has not.
fn without_section(town: &str) -> String {
    let town = town.strip_prefix("大字").or_else(|| town.strip_prefix('字')).unwrap_or(town);
    town.replace("大字", "")
}

/// Splits `中葛西3丁目` into name and number, `北花田町2丁` (堺市) likewise.
fn split_chome(town: &str) -> (&str, &str) {
    let head = town.strip_suffix("丁目").or_else(|| town.strip_suffix('丁'));
    let Some(head) = head else { return (town, "") };
    head.split_at(head.trim_end_matches(|c: char| c.is_ascii_digit()).len())
}
