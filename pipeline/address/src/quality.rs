//! 住所品質 (jūsho hinshitsu): how good a record's address is, and what was perhaps meant.
//!
//! Nothing here is applied: what goes on to print is what [`resolve`](crate::resolve()) says of the
//! record as the sender wrote it. A suggestion is for the sender, who knows its recipients.

use letter::{PostalCode, Reason};

use crate::dictionary::{Dictionary, Kind};
use crate::find::only_town;
use crate::resolve::{resolve, Grade, Scratch};

/// What is found about a postal code and its address, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// Code and town agree.
    Town,
    /// 大口事業所個別番号: the code is an office's own, and the address is the office's.
    Office,
    /// 私書箱: the code is shared by boxes, and the address names one.
    PoBox,
    /// 以下に掲載がない場合: the code stands for the towns that have none of their own.
    NotListed,
    /// The municipality agrees; the town, or its 丁目, has another code.
    OtherTown,
    /// The municipality agrees; the address names no town of the dictionary.
    NoTown,
    /// The code belongs to another municipality of the prefecture.
    OtherCity,
    /// The code belongs to another prefecture.
    OtherPrefecture,
    /// The address names neither the code's place nor any other for certain.
    NoPlace,
    /// No such code exists.
    UnknownCode,
    /// The code is no seven digits.
    BadCode,
}

/// How far an address agrees with its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// 町域, or a box or an office, which are as good.
    Town,
    /// 市区町村.
    City,
    /// 都道府県.
    Prefecture,
    /// Nothing agrees.
    Nothing,
}

/// One address, examined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Examined<'d> {
    /// What is found.
    pub finding: Finding,
    /// The code of the place that the address names by itself, if it is another than the record's.
    pub suggestion: Option<Suggestion<'d>>,
}

/// The only code of a place that an address names without its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suggestion<'d> {
    /// 郵便番号.
    pub postal: PostalCode,
    /// 都道府県.
    pub prefecture: &'d str,
    /// 市区町村.
    pub city: &'d str,
    /// 町域.
    pub town: &'d str,
}

impl Finding {
    /// All findings, the best first.
    pub const ALL: [Self; 11] = [
        Self::Town,
        Self::Office,
        Self::PoBox,
        Self::NotListed,
        Self::OtherTown,
        Self::NoTown,
        Self::OtherCity,
        Self::OtherPrefecture,
        Self::NoPlace,
        Self::UnknownCode,
        Self::BadCode,
    ];

    /// Returns what a grade says without further looking; none where the town is in doubt.
    pub fn of_grade(grade: Grade) -> Option<Self> {
        match grade {
            Grade::Town => Some(Self::Town),
            Grade::Office => Some(Self::Office),
            Grade::PoBox => Some(Self::PoBox),
            Grade::City => None,
        }
    }

    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        self.words().0
    }

    /// Returns what it is called in Japanese.
    pub fn japanese(self) -> &'static str {
        self.words().1
    }

    /// Returns what it is called in English.
    pub fn english(self) -> &'static str {
        self.words().2
    }

    /// Returns how far code and address agree.
    pub fn level(self) -> Level {
        match self {
            Self::Town | Self::Office | Self::PoBox => Level::Town,
            Self::NotListed | Self::OtherTown | Self::NoTown => Level::City,
            Self::OtherCity => Level::Prefecture,
            Self::OtherPrefecture | Self::NoPlace | Self::UnknownCode | Self::BadCode => {
                Level::Nothing
            }
        }
    }

    /// Returns whether the piece is printed without a barcode, and so without its discount.
    pub fn loses_barcode(self) -> bool {
        self.level() == Level::City
    }

    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Town => ("town", "町域まで一致", "code and town agree"),
            Self::Office => ("office", "大口事業所の個別番号", "an office's own code"),
            Self::PoBox => ("po-box", "私書箱", "a post-office box"),
            Self::NotListed => {
                ("not-listed", "「以下に掲載がない場合」の番号", "code of towns not listed")
            }
            Self::OtherTown => {
                ("other-town", "町域の郵便番号が異なる", "the town has another code")
            }
            Self::NoTown => ("no-town", "町域が確認できない", "no known town in the address"),
            Self::OtherCity => ("other-city", "市区町村が異なる", "another municipality's code"),
            Self::OtherPrefecture => {
                ("other-prefecture", "都道府県が異なる", "another prefecture's code")
            }
            Self::NoPlace => ("no-place", "住所が確認できない", "no known place in the address"),
            Self::UnknownCode => ("unknown-code", "存在しない郵便番号", "no such code"),
            Self::BadCode => ("bad-code", "郵便番号の形でない", "not seven digits"),
        }
    }
}

impl Level {
    /// Returns the stable name: `town`, `city`, `prefecture` or `nothing`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Town => "town",
            Self::City => "city",
            Self::Prefecture => "prefecture",
            Self::Nothing => "nothing",
        }
    }
}

/// Examines a record's postal code and address.
pub fn examine<'d>(
    dictionary: &'d Dictionary,
    scratch: &mut Scratch,
    postal: &str,
    address1: &str,
    address2: &str,
) -> Examined<'d> {
    let graded = resolve(dictionary, scratch, postal, address1, address2);
    let graded = graded.map(|resolved| (resolved.grade, resolved.postal));
    let sound = |finding| Examined { finding, suggestion: None };
    if let Some(finding) = graded.as_ref().ok().and_then(|(grade, _)| Finding::of_grade(*grade)) {
        return sound(finding);
    }
    let finding = match graded {
        Ok((_, code)) if stands_for_all(dictionary, code) => Finding::NotListed,
        Ok(_) => Finding::NoTown,
        Err(Reason::UnknownPostalCode { .. }) => Finding::UnknownCode,
        Err(Reason::BadPostalCode { .. }) => Finding::BadCode,
        Err(_) => Finding::NoPlace,
    };
    // A record whose code is none has not been taken up yet.
    scratch.set(address1, address2);
    let code = PostalCode::parse(postal);
    let Some(row) = only_town(dictionary, &scratch.address) else { return sound(finding) };
    let place = dictionary.place(row.row);
    let finding = match finding {
        Finding::NotListed | Finding::NoTown => Finding::OtherTown,
        Finding::NoPlace => elsewhere(dictionary, code, place.prefecture),
        other => other,
    };
    let suggestion = Suggestion {
        postal: place.postal,
        prefecture: place.prefecture,
        city: place.city,
        town: row.town_name(dictionary),
    };
    Examined { finding, suggestion: Some(suggestion).filter(|other| Some(other.postal) != code) }
}

/// Returns a digest of texts by which the same ones are known again within a batch; blanks do not
/// count. FNV-1a (draft-eastlake-fnv §2) with a character in a byte's place: among a million people
/// two share one by chance once in 37 million batches.
pub fn digest(texts: &[&str]) -> u64 {
    const PRIME: u64 = 0x0100_0000_01B3;
    let mut digest = 0xCBF2_9CE4_8422_2325_u64;
    for text in texts {
        let characters = text.chars().filter(|c| !c.is_whitespace()).map(u64::from);
        for character in characters.chain([u64::MAX]) {
            digest = (digest ^ character).wrapping_mul(PRIME);
        }
    }
    digest
}

/// Returns whether a code is that of a municipality's towns that are not listed, and no other.
fn stands_for_all(dictionary: &Dictionary, code: PostalCode) -> bool {
    dictionary.places(code).all(|place| place.kind == Kind::Representative)
}

/// Returns whether the place of another code lies in the same prefecture.
fn elsewhere(dictionary: &Dictionary, code: Option<PostalCode>, prefecture: &str) -> Finding {
    let mut places = code.into_iter().flat_map(|code| dictionary.places(code));
    match places.any(|place| place.prefecture == prefecture) {
        true => Finding::OtherCity,
        false => Finding::OtherPrefecture,
    }
}
