//! What is known of a person besides the id: the basic four, and what has happened since.
//!
//! Nothing is overwritten: a move, a new name, a closure or a death is an event of its own with the
//! day from which it holds, and what stands on a day follows from the events up to it.
//!
//! `people.csv`: `recipient`, `kind` (registered, moved, renamed, closed, opened or died), `from`,
//! `name`, `name_mask`, `birth`, `sex` (male, female or unknown), `address`, `address_mask`. A cell
//! that a kind has no use for is empty.

use std::cmp::Ordering;

use letter::Date;

use crate::entry::parse_key;
use crate::import::{key, Entry, Order};

/// 基本4情報 (kihon yon jōhō): name, birth date, sex and address as the registry holds them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BasicFour {
    /// 氏名
    pub name: Shown,
    /// 生年月日
    pub birth: Date,
    /// 性別
    pub sex: Sex,
    /// 住所, from the prefecture or without it.
    pub address: Shown,
}

/// A text with its mask of substituted characters (代替文字の使用位置).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The text.
    pub text: Box<str>,
    /// One `0` or `1` a character, `1` where it stands for another; empty where none does.
    pub mask: Box<str>,
}

/// 性別
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
    /// 不明
    Unknown,
}

impl Sex {
    const ALL: [Self; 3] = [Self::Male, Self::Female, Self::Unknown];

    /// Returns the name in the import file.
    pub fn name(self) -> &'static str {
        ["male", "female", "unknown"][self as usize]
    }
}

/// Something that happened to a person, and the day from which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonEvent {
    /// The registry's own id.
    pub recipient: Box<str>,
    /// The first day on which it holds.
    pub from: Date,
    /// What it is.
    pub event: Event,
}

/// What can happen to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// All four are known, or known better.
    Registered(BasicFour),
    /// 転居 (tenkyo): another address.
    Moved(Shown),
    /// 氏名変更: another name.
    Renamed(Shown),
    /// The mailbox is closed.
    Closed,
    /// The mailbox is open again.
    Opened,
    /// 死亡
    Died,
}

impl Event {
    /// Returns the name in the import file; of one day and name a person has one event.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Registered(_) => "registered",
            Self::Moved(_) => "moved",
            Self::Renamed(_) => "renamed",
            Self::Closed => "closed",
            Self::Opened => "opened",
            Self::Died => "died",
        }
    }

    /// Whether the event ends or begins the mailbox.
    pub fn is_of_mailbox(&self) -> bool {
        matches!(self, Self::Closed | Self::Opened | Self::Died)
    }
}

/// What stands of a person on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The basic four; `None` if only closures are known.
    pub four: Option<BasicFour>,
    /// Whether the mailbox was closed or the person has died.
    pub is_ended: bool,
}

/// Returns what stands on `day` after the events of one person, in the order of their days.
pub fn standing<'e>(events: impl IntoIterator<Item = &'e PersonEvent>, day: Date) -> Standing {
    let mut standing = Standing { four: None, is_ended: false };
    let mut has_died = false;
    for event in events.into_iter().filter(|event| event.from <= day) {
        match (&event.event, &mut standing.four) {
            (Event::Registered(four), known) => *known = Some(four.clone()),
            (Event::Moved(address), Some(four)) => four.address = address.clone(),
            (Event::Renamed(name), Some(four)) => four.name = name.clone(),
            (Event::Moved(_) | Event::Renamed(_), None) => {}
            (Event::Closed, _) => standing.is_ended = true,
            (Event::Opened, _) => standing.is_ended = false,
            (Event::Died, _) => has_died = true,
        }
    }
    standing.is_ended |= has_died;
    standing
}

impl Entry for PersonEvent {
    const COLUMNS: &'static [&'static str] = &[
        "recipient",
        "kind",
        "from",
        "name",
        "name_mask",
        "birth",
        "sex",
        "address",
        "address_mask",
    ];

    fn parse(cells: &[&str]) -> Result<Self, (&'static str, String)> {
        let name = || shown(["name", "name_mask"], [cells[3], cells[4]]);
        let address = || shown(["address", "address_mask"], [cells[7], cells[8]]);
        let (event, used) = match cells[1] {
            "registered" => {
                let (birth, sex) = (day("birth", cells[5])?, sex(cells[6])?);
                let four = BasicFour { name: name()?, birth, sex, address: address()? };
                (Event::Registered(four), 3..9)
            }
            "moved" => (Event::Moved(address()?), 7..9),
            "renamed" => (Event::Renamed(name()?), 3..5),
            "closed" => (Event::Closed, 9..9),
            "opened" => (Event::Opened, 9..9),
            "died" => (Event::Died, 9..9),
            other => return Err(("kind", format!("{other:?} is no kind of event"))),
        };
        let is_stray = |at: &usize| !used.contains(at) && !cells[*at].is_empty();
        if let Some(stray) = (3..cells.len()).find(is_stray) {
            let what = format!("an event of the kind {} says nothing here", cells[1]);
            return Err((Self::COLUMNS[stray], what));
        }
        Ok(Self { recipient: key("recipient", cells[0])?, from: day("from", cells[2])?, event })
    }

    const UNIQUE: &'static [(&'static str, Order<Self>)] = &[("from", Self::merge_order)];

    fn merge_order(&self, other: &Self) -> Ordering {
        (&self.recipient, self.from, self.event.kind()).cmp(&(
            &other.recipient,
            other.from,
            other.event.kind(),
        ))
    }
}

fn shown(columns: [&'static str; 2], cells: [&str; 2]) -> Result<Shown, (&'static str, String)> {
    let [text, mask] = cells;
    let text = parse_text(text).ok_or_else(|| (columns[0], "not a text of ours".to_owned()))?;
    let digits = mask.chars().all(|digit| matches!(digit, '0' | '1'));
    let fits = mask.is_empty() || mask.len() == text.chars().count();
    match digits && fits {
        true => Ok(Shown { text, mask: mask.into() }),
        false => Err((columns[1], "not one 0 or 1 a character".to_owned())),
    }
}

/// Parses a name or an address: 1 to [`TEXT_LEN_MAX`] bytes without control characters.
pub(crate) fn parse_text(text: &str) -> Option<Box<str>> {
    let fits = (1..=TEXT_LEN_MAX).contains(&text.len());
    let plain = !text.chars().any(char::is_control) && !text.trim().is_empty();
    (fits && plain).then(|| text.into())
}

/// The longest name or address, bytes: 200 characters of a certificate's address, thrice.
pub const TEXT_LEN_MAX: usize = 800;

pub(crate) fn day(column: &'static str, text: &str) -> Result<Date, (&'static str, String)> {
    Date::parse(text).ok_or_else(|| (column, "not a day".to_owned()))
}

fn sex(text: &str) -> Result<Sex, (&'static str, String)> {
    let found = Sex::ALL.into_iter().find(|sex| sex.name() == text);
    found.ok_or_else(|| ("sex", "not male, female or unknown".to_owned()))
}

/// Reads an event's text, `recipient` being parsed already, as the log keeps it.
pub(crate) fn of_log(recipient: &str, cells: &[&str]) -> Option<PersonEvent> {
    parse_key(recipient)?;
    let cells: Vec<&str> = std::iter::once(recipient).chain(cells.iter().copied()).collect();
    (cells.len() == PersonEvent::COLUMNS.len()).then(|| PersonEvent::parse(&cells).ok())?
}

/// Returns an event's cells after the recipient, as [`Entry::parse`] takes them.
pub(crate) fn cells(event: &PersonEvent) -> [String; 8] {
    let mut cells: [String; 8] = Default::default();
    let mut set = |at: usize, text: &str| cells[at] = text.to_owned();
    set(0, event.event.kind());
    set(1, &event.from.to_string());
    let mut pair = |at: usize, shown: &Shown| {
        set(at, &shown.text);
        set(at + 1, &shown.mask);
    };
    match &event.event {
        Event::Registered(four) => {
            pair(2, &four.name);
            pair(6, &four.address);
            set(4, &four.birth.to_string());
            set(5, four.sex.name());
        }
        Event::Moved(address) => pair(6, address),
        Event::Renamed(name) => pair(2, name),
        Event::Closed | Event::Opened | Event::Died => {}
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{read_entries, ImportError};

    const HEAD: &str = "recipient,kind,from,name,name_mask,birth,sex,address,address_mask\n";
    const LIFE: &str =
        "r1,registered,2024-04-01,齋藤　花子,,1980-12-31,female,星見市緑区中野123,\n\
        r1,moved,2026-05-01,,,,,星見市緑区中野200,\n\
        r1,renamed,2026-06-01,山田　花子,,,,,\n\
        r1,closed,2026-07-01,,,,,,\n\
        r1,opened,2026-08-01,,,,,,\n\
        r1,died,2026-09-01,,,,,,\n";

    fn events() -> Vec<PersonEvent> {
        read_entries(format!("{HEAD}{LIFE}").as_bytes()).expect("a good file")
    }

    fn on(day: &str) -> (Option<[String; 2]>, bool) {
        let found = standing(&events(), Date::parse(day).expect("a day"));
        let texts = found.four.map(|four| [four.name.text.into(), four.address.text.into()]);
        (texts, found.is_ended)
    }

    #[test]
    fn what_stands_on_a_day_follows_from_the_events_up_to_it() {
        let texts =
            |name: &str, number: u32| Some([name.to_owned(), format!("星見市緑区中野{number}")]);
        assert_eq!(on("2024-03-31"), (None, false));
        assert_eq!(on("2026-04-30"), (texts("齋藤　花子", 123), false));
        assert_eq!(on("2026-05-31"), (texts("齋藤　花子", 200), false));
        assert_eq!(on("2026-06-30"), (texts("山田　花子", 200), false));
        assert_eq!(on("2026-07-31"), (texts("山田　花子", 200), true));
        assert_eq!(on("2026-08-31"), (texts("山田　花子", 200), false));
        assert_eq!(on("2026-09-30"), (texts("山田　花子", 200), true));
    }

    #[test]
    fn a_cell_out_of_place_is_refused_with_its_column() {
        for (row, column) in [
            ("r1,moved,2026-05-01,花子,,,,星見市1,", "name"),
            ("r1,died,2026-05-01,,,,,,0", "address_mask"),
            ("r1,renamed,2026-05-01,花子,012,,,,", "name_mask"),
            ("r1,renamed,2026-05-01,,,,,,", "name"),
            ("r1,born,2026-05-01,,,,,,", "kind"),
            ("r1,closed,soon,,,,,,", "from"),
            ("r1,registered,2026-05-01,花子,,1980-02-30,female,星見市1,", "birth"),
            ("r1,registered,2026-05-01,花子,,1980-02-28,2,星見市1,", "sex"),
        ] {
            match read_entries::<PersonEvent>(format!("{HEAD}{row}\n").as_bytes()) {
                Err(ImportError::Rows { faults, .. }) => {
                    assert_eq!(faults[0].column, column, "{row}");
                    assert!(!faults[0].what.contains("花子"), "no name reaches a log");
                }
                other => panic!("{row}: {other:?}"),
            }
        }
    }
}
