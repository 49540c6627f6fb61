//! What an application will be, before anything of it is written or signed.
//!
//! A draft depends on seed and number alone, so lists can be made before, and parcels in any order.

use letter::{Date, Moment};

use super::authority::serial_of;
use super::certificate::Terms;
use super::citizen::Citizen;
use super::crl::{Cause, Issue, Revoked};
use super::defect::ApplicationDefect;
use super::form::Procedure;
use super::name::Use;
use super::office::Takes;
use super::town::Municipality;
use super::ApplicationOrder;
use crate::random::Random;

/// An application before it is written.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    /// Its number in the sample, from 0.
    pub number: u64,
    /// When the site received it.
    pub received: Moment,
    /// The applicant's municipality, an index.
    pub home: usize,
    /// Who applies.
    pub citizen: Citizen,
    /// For what.
    pub procedure: Procedure,
    /// How it is signed and packed.
    pub container: Container,
    /// What is wrong or odd.
    pub defect: Option<ApplicationDefect>,
    /// The generation of the authority that issued the certificate, 2 or 3.
    pub generation: usize,
    /// What the certificate says besides its holder.
    pub terms: Terms,
    /// Which of the citizens' keys.
    pub key: usize,
    /// If and when the certificate was revoked.
    pub revoked: Option<Revocation>,
    /// Whether the form writes name and address in other widths than the certificate.
    pub written_otherwise: bool,
    /// The source of everything else.
    pub random: Random,
}

/// How an application is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Container {
    /// CMS beside the form.
    CmsDetached,
    /// CMS with the form inside.
    CmsAttached,
    /// One raw signature a file.
    Digests,
    /// An XML signature over form and attachments, in a file of its own.
    Xml,
    /// An XML signature in the form, over form and attachments.
    XmlEnveloped,
    /// An e-Gov package of its own.
    EGov,
}

impl Container {
    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::CmsDetached => "cms-detached",
            Self::CmsAttached => "cms-attached",
            Self::Digests => "digests",
            Self::Xml => "xml",
            Self::XmlEnveloped => "xml-enveloped",
            Self::EGov => "e-gov",
        }
    }

    fn draw(random: &mut Random) -> Self {
        match random.below(1000) {
            0..700 => Self::CmsDetached,
            700..800 => Self::CmsAttached,
            800..900 => Self::Digests,
            900..950 => Self::Xml,
            950..996 => Self::XmlEnveloped,
            _ => Self::EGov,
        }
    }
}

/// A revoked certificate and which lists say so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Revocation {
    /// Its entry.
    pub entry: Revoked,
    /// Whether only the lists of the day after have it.
    pub only_later: bool,
}

/// Streams of random numbers that are the applications'.
const STREAMS: u64 = 5 << 56;
/// Share of sound forms that write the basic four in other widths.
const WRITTEN_OTHERWISE: f64 = 0.05;
/// Serial numbers that an application may use up, so that strangers' fit between them.
pub(crate) const SERIAL_STEP: u64 = 16;
const SERIAL_OFFSET: u64 = 5;
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

impl Draft {
    /// Draws application `number`.
    pub fn draw(order: &ApplicationOrder, towns: &Towns<'_>, number: u64) -> Self {
        let (mut random, mut defect, container) = first_draw(order, number);
        if defect == Some(ApplicationDefect::RepeatedReceipt) && repeated(order, number).is_none() {
            defect = Some(ApplicationDefect::BrokenForm);
        }
        let home = match defect {
            Some(ApplicationDefect::MissingPartition) => towns.draw_without_list(&mut random),
            _ => towns.draw(&mut random),
        };
        let citizen = match defect {
            Some(ApplicationDefect::SubstitutedCharacters) => {
                Citizen::draw_substituted(&towns.all[home], Takes::at(home), &mut random)
            }
            _ => Citizen::draw(&towns.all[home], &mut random),
        };
        let generation = match defect {
            Some(ApplicationDefect::MissingPartition | ApplicationDefect::Expired) => 2,
            Some(
                ApplicationDefect::AuthenticationCertificate | ApplicationDefect::UnknownAuthority,
            ) => 3,
            _ if towns.lacks_list(home) => 3,
            _ if random.chance(0.3) => 2,
            _ => 3,
        };
        let received = order.received(number);
        let issued = match defect {
            Some(ApplicationDefect::Expired) => issued_long_ago(&citizen, &mut random),
            _ => issued(generation, &mut random),
        };
        let of = match defect {
            Some(ApplicationDefect::AuthenticationCertificate) => Use::Authentication,
            _ => Use::Signature,
        };
        let serial = serial_of(of, generation) + SERIAL_STEP * (number + 1) + SERIAL_OFFSET;
        let terms = Terms {
            serial,
            not_before: at(issued, 9 * HOUR + random.below(8 * HOUR as u64) as i64),
            not_after: at(fifth_birthday(citizen.birth, issued), DAY - 1),
        };
        let revoked = revocation(defect, received, &terms, &mut random);
        Self {
            number,
            received,
            home,
            citizen,
            procedure: match defect {
                // It always asks for an attachment.
                Some(ApplicationDefect::MissingAttachment) => Procedure::ChildAllowance,
                _ => *random.pick(&Procedure::ALL),
            },
            container: match (container, defect) {
                // Half a form envelops nothing.
                (Container::XmlEnveloped, Some(ApplicationDefect::BrokenForm)) => Container::Xml,
                _ => container,
            },
            defect,
            generation,
            terms,
            key: random.below(order.citizen_keys()) as usize,
            revoked,
            written_otherwise: defect.is_none() && random.chance(WRITTEN_OTHERWISE),
            random,
        }
    }
}

/// Draws what is wrong and how it is packed.
fn first_draw(
    order: &ApplicationOrder,
    number: u64,
) -> (Random, Option<ApplicationDefect>, Container) {
    let mut random = Random::new(order.seed, STREAMS + number);
    let defect = ApplicationDefect::draw(order.defects, &mut random);
    let container = match (Container::draw(&mut random), defect) {
        (Container::EGov, Some(_)) => Container::Xml,
        (container, _) => container,
    };
    (random, defect, container)
}

/// Returns the application whose receipt number another repeats: the one at its place in the
/// parcel before, if that is read and has a number of its own.
pub(crate) fn repeated(order: &ApplicationOrder, number: u64) -> Option<u64> {
    let before = number.checked_sub(order.parcel_applications)?;
    let (_, defect, container) = first_draw(order, before);
    let unread = [ApplicationDefect::BrokenForm, ApplicationDefect::RepeatedReceipt];
    let is_read = !defect.is_some_and(|defect| unread.contains(&defect));
    (is_read && container != Container::EGov).then_some(before)
}

/// Days of issue under which no certificate has expired by the day of receipt.
const ISSUED: [(&str, &str); 2] = [("2022-12-01", "2023-07-10"), ("2023-07-20", "2026-11-13")];

fn issued(generation: usize, random: &mut Random) -> Date {
    let day = |text| Date::parse(text).expect("the table has days").days_since_epoch();
    let (first, last) = ISSUED[generation - 2];
    let (first, last) = (day(first), day(last));
    let days = first + random.below((last - first + 1) as u64) as i64;
    Date::from_days_since_epoch(days).expect("between two days")
}

/// Draws a day of issue whose fifth birthday is the last one before receipt.
fn issued_long_ago(citizen: &Citizen, random: &mut Random) -> Date {
    let day = Date::parse(RECEIPT_DAY).expect("a day");
    let born = citizen.birth;
    let this_year = (born.month(), born.day()) < (day.month(), day.day());
    let last = day.year() - u16::from(!this_year);
    let first = Date::new(last - 5, born.month(), born.day()).expect("no leap day");
    let days = first.days_since_epoch() + random.between(1, 360) as i64;
    Date::from_days_since_epoch(days).expect("a day of ours")
}

/// Returns the fifth birthday after a day: until then a certificate lasts.
fn fifth_birthday(birth: Date, issued: Date) -> Date {
    let passed = (birth.month(), birth.day()) <= (issued.month(), issued.day());
    let year = issued.year() + 4 + u16::from(passed);
    Date::new(year, birth.month(), birth.day()).expect("no leap day")
}

/// Returns the moment `seconds` after a day began in Japan.
fn at(day: Date, seconds: i64) -> Moment {
    Moment(day.days_since_epoch() * DAY - 9 * HOUR + seconds)
}

fn revocation(
    defect: Option<ApplicationDefect>,
    received: Moment,
    terms: &Terms,
    random: &mut Random,
) -> Option<Revocation> {
    let (now, later) = (lists_of_the_day(), lists_of_the_day_after());
    let (first, last, only_later) = match defect? {
        ApplicationDefect::Revoked => {
            let first = terms.not_before.0.max(now.made.0 - 200 * DAY);
            (first, now.made.0 - HOUR, false)
        }
        ApplicationDefect::RevokedInLaterList => (now.made.0, received.0 - 60, true),
        ApplicationDefect::RevokedAfterReceipt => (received.0 + 60, later.made.0 - 60, true),
        _ => return None,
    };
    let since = Moment(random.between(first as u64, last as u64) as i64);
    let reason = *random.pick(&Cause::COMMON);
    Some(Revocation { entry: Revoked { serial: terms.serial, since, reason }, only_later })
}

/// The day on which everything is received; the night after it runs at 2:00.
pub(crate) const RECEIPT_DAY: &str = "2026-11-21";

/// The lists that lie in the shop: made when the day of receipt begins.
pub(crate) fn lists_of_the_day() -> Issue {
    Issue {
        number: 4_200,
        made: moment("2026-11-21T00:00:00+09:00"),
        next: moment("2026-11-22T12:00:00+09:00"),
    }
}

/// The lists that come after the night and settle its verdicts.
pub(crate) fn lists_of_the_day_after() -> Issue {
    Issue {
        number: 4_201,
        made: moment("2026-11-22T03:00:00+09:00"),
        next: moment("2026-11-23T12:00:00+09:00"),
    }
}

pub(crate) fn moment(text: &str) -> Moment {
    Moment::parse_rfc3339(text).expect("a moment of this file")
}

/// The municipalities, drawn by their size.
#[derive(Clone, Debug)]
pub(crate) struct Towns<'d> {
    /// All of them.
    pub all: Vec<Municipality<'d>>,
    /// Towns up to and with each municipality.
    sums: Vec<u64>,
    without_list: Vec<usize>,
}

/// Every tenth municipality, from this one, has no list of the second generation.
const WITHOUT_LIST: usize = 7;

impl<'d> Towns<'d> {
    /// Takes the municipalities; there is at least one.
    pub fn new(all: Vec<Municipality<'d>>) -> Self {
        let mut sum = 0;
        let sums = all
            .iter()
            .map(|town| {
                sum += town.size() as u64;
                sum
            })
            .collect();
        let first = WITHOUT_LIST.min(all.len() - 1);
        let without_list = (first..all.len()).step_by(10).collect();
        Self { all, sums, without_list }
    }

    /// Whether the list of the second generation has not come.
    pub fn lacks_list(&self, home: usize) -> bool {
        self.without_list.binary_search(&home).is_ok()
    }

    fn draw(&self, random: &mut Random) -> usize {
        let sum = self.sums.last().expect("there is a municipality");
        let drawn = random.below(*sum);
        self.sums.partition_point(|&sum| sum <= drawn)
    }

    fn draw_without_list(&self, random: &mut Random) -> usize {
        *random.pick(&self.without_list)
    }
}
