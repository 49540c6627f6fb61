//! What applicants fill in, as JSON and as XML.

use letter::{Date, Moment};
use serde_json::{json, Map, Value};

use super::citizen::{Citizen, Sex};
use super::draft::Draft;
use super::own_words;
use super::town::Municipality;
use crate::people::Person;
use crate::random::Random;

/// A procedure of the samples; `config/procedures` says what each asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Procedure {
    /// 児童手当認定請求.
    ChildAllowance,
    /// 転出届.
    MoveOut,
    /// 保育施設利用申込.
    Nursery,
}

impl Procedure {
    /// Every procedure.
    pub const ALL: [Self; 3] = [Self::ChildAllowance, Self::MoveOut, Self::Nursery];

    /// Returns its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::ChildAllowance => "child-allowance",
            Self::MoveOut => "move-out",
            Self::Nursery => "nursery",
        }
    }
}

/// A complete form and the names of the attachments that it asks for.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    /// Its fields.
    pub fields: Value,
    /// 添付書類, `account`.
    pub attachments: Vec<&'static str>,
}

/// How a form is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// JSON in UTF-8.
    Json,
    /// JSON in ASCII: everything else is escaped, as many programs do.
    JsonAscii,
    /// XML; a list then has two items at least, or it would not be known for one.
    Xml,
}

impl Writing {
    /// Returns the form's file name.
    pub fn file(self) -> &'static str {
        match self {
            Self::Json | Self::JsonAscii => "form.json",
            Self::Xml => "form.xml",
        }
    }
}

impl Form {
    /// Fills in a draft's form, with nothing wrong in it.
    pub fn fill(
        draft: &Draft,
        home: &Municipality<'_>,
        writing: Writing,
        random: &mut Random,
    ) -> Self {
        let mut filler = Filler { draft, home, writing, random };
        let (fields, attachments) = match draft.procedure {
            Procedure::ChildAllowance => filler.child_allowance(),
            Procedure::MoveOut => filler.move_out(),
            Procedure::Nursery => filler.nursery(),
        };
        let mut form = Self { fields, attachments };
        if random.chance(AT_LENGTH) {
            own_words::write(draft.procedure, writing, &mut form.fields, random);
        }
        form
    }

    /// Writes a field of the applicant's over.
    pub fn set_applicant(&mut self, field: &str, value: &str) {
        self.fields["applicant"][field] = value.into();
    }

    /// Returns a field of the applicant's.
    pub fn applicant(&self, field: &str) -> &str {
        self.fields["applicant"][field].as_str().unwrap_or_default()
    }

    /// Writes the file.
    pub fn write(&self, writing: Writing) -> Vec<u8> {
        match writing {
            Writing::Json => format!("{:#}\n", self.fields).into_bytes(),
            Writing::JsonAscii => ascii(&format!("{:#}\n", self.fields)).into_bytes(),
            Writing::Xml => {
                let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n");
                element("application", &self.fields, 0, &mut text);
                text.into_bytes()
            }
        }
    }
}

/// Share of forms on which every field of free text is filled in.
const AT_LENGTH: f64 = 0.5;

/// Escapes what is not ASCII, beyond U+FFFF as two halves (RFC 8259, 7).
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    for c in json.chars() {
        match c.is_ascii() {
            true => out.push(c),
            false => c.encode_utf16(&mut [0; 2]).iter().for_each(|half| {
                out += &format!("\\u{half:04x}");
            }),
        }
    }
    out
}

/// Writes an element a line, with CR LF as Windows programs do.
fn element(name: &str, value: &Value, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Array(items) => items.iter().for_each(|item| element(name, item, depth, out)),
        Value::Object(fields) => {
            *out += &format!("{indent}<{name}>\r\n");
            fields.iter().for_each(|(name, value)| element(name, value, depth + 1, out));
            *out += &format!("{indent}</{name}>\r\n");
        }
        _ => {
            let text = value.as_str().unwrap_or_default();
            *out += &format!("{indent}<{name}>{}</{name}>\r\n", escaped(text));
        }
    }
}

/// Escapes text for XML.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

struct Filler<'a> {
    draft: &'a Draft,
    home: &'a Municipality<'a>,
    writing: Writing,
    random: &'a mut Random,
}

type Filled = (Value, Vec<&'static str>);

impl Filler<'_> {
    fn child_allowance(&mut self) -> Filled {
        let Citizen { person, .. } = &self.draft.citizen;
        let holder_kana = person.kana.clone();
        let pension = *self.random.pick(&["employee", "employee", "national", "mutual", "none"]);
        let mut attachments = vec!["account"];
        if pension == "mutual" {
            attachments.push("insurance");
        }
        let children: Vec<Value> = (0..self.items(1, 4)).map(|_| self.child()).collect();
        if children.iter().any(|child| child["living_together"] == "no") {
            attachments.push("custody");
        }
        let event = self.day_before_receipt(1, 14);
        let own = json!({
            "event": { "date": event.to_string() },
            "account": {
                "bank": self.random.pick(&["みらい銀行", "あおぞら北信用金庫", "くらし銀行"]),
                "branch": self.random.pick(&["本店", "中央支店", "駅前支店", "東支店"]),
                "number": format!("{:07}", self.random.below(10_000_000)),
                "holder_kana": holder_kana,
            },
            "children": children,
        });
        let mut fields = self.form(own);
        fields["applicant"]["pension"] = pension.into();
        fields["applicant"]["email"] = format!("a{}@example.jp", self.draft.number).into();
        (fields, attachments)
    }

    fn move_out(&mut self) -> Filled {
        let person = &self.draft.citizen.person;
        let name = person.name.clone();
        let elsewhere = Person::draw_at(self.home.town(self.random), self.random);
        let moving = self.day_after_receipt(-9, 40);
        let members = match self.random.chance(0.4) {
            true => (0..self.items(1, 3)).map(|_| self.member()).collect(),
            false => Vec::new(),
        };
        let own = json!({
            "new": {
                "postal_code": hyphened(&elsewhere.postal),
                "address": format!("{}　{}号棟", elsewhere.address1, self.random.between(2, 9)),
                "householder": name,
            },
            "moving": { "date": moving.to_string(), "abroad": "no" },
        });
        let mut fields = self.form(own);
        if !members.is_empty() {
            fields["members"] = members.into();
        }
        let attachments = match self.random.chance(0.5) {
            true => vec!["identity"],
            false => Vec::new(),
        };
        (fields, attachments)
    }

    fn nursery(&mut self) -> Filled {
        let (reason, attachment) = *self.random.pick(&[
            ("work", Some("employment")),
            ("work", Some("employment")),
            ("work", Some("employment")),
            ("childbirth", Some("maternity")),
            ("illness", Some("medical")),
            ("study", None),
            ("seeking", None),
        ]);
        let allergy = self.random.chance(0.1);
        let mut attachments: Vec<&'static str> = attachment.into_iter().collect();
        if allergy {
            attachments.push("allergy");
        }
        let birth = self.day("2021-04-02", "2026-06-30");
        let wishes: Vec<Value> = (0..self.items(1, 5))
            .map(|_| {
                let kind = self.random.pick(&["保育園", "こども園", "第二保育園"]);
                let name = self.random.pick(&["みどり", "ひかり", "わかば", "さくら", "つばさ"]);
                json!({ "facility": format!("{name}{kind}") })
            })
            .collect();
        let own = json!({
            "child": { "name": self.relative(), "birth_date": birth.to_string() },
            "start": { "date": "2027-04-01" },
            "wishes": wishes,
            "reason": reason,
            "income": { "tax_yen": self.random.below(300_000).to_string() },
            "allergy": if allergy { "yes" } else { "no" },
            "remarks": REMARKS[self.random.below(REMARKS.len() as u64) as usize],
        });
        let mut fields = self.form(own);
        if reason == "work" {
            let employer = self.random.pick(&["みらい製作所", "ほしみ運輸", "かわせ病院"]);
            let hours = self.random.between(64, 180).to_string();
            fields["work"] = json!({ "employer": employer, "hours_month": hours });
        }
        (fields, attachments)
    }

    /// Joins what every form has with what this one has.
    fn form(&mut self, own: Value) -> Value {
        let Value::Object(mut fields) = own else { unreachable!("a form is an object") };
        fields.insert("applicant".into(), self.applicant());
        fields.insert("municipality".into(), self.municipality().into());
        Value::Object(fields)
    }

    fn applicant(&mut self) -> Value {
        let citizen = &self.draft.citizen;
        let (mut name, mut address) = (citizen.person.name.clone(), citizen.address());
        if self.draft.written_otherwise {
            (name, address) = (name.replace('　', " "), narrow(&address));
        }
        let birth = match self.random.chance(0.3) {
            true => citizen.birth.wareki(),
            false => citizen.birth.to_string(),
        };
        let sex = match citizen.sex {
            Sex::Male => "male",
            Sex::Female => "female",
        };
        // No telephone number of Japan goes on with 0 after 090.
        let phone = (self.random.below(1_000), self.random.below(10_000));
        let mut applicant = Map::new();
        applicant.insert("name".into(), name.into());
        applicant.insert("kana".into(), citizen.person.kana.clone().into());
        applicant.insert("birth_date".into(), birth.into());
        applicant.insert("sex".into(), sex.into());
        applicant.insert("postal_code".into(), hyphened(&citizen.person.postal).into());
        applicant.insert("address".into(), address.into());
        applicant.insert("phone".into(), format!("090-0{:03}-{:04}", phone.0, phone.1).into());
        Value::Object(applicant)
    }

    /// Writes the code with five digits, with six, or leaves it to the address.
    fn municipality(&mut self) -> String {
        match self.random.below(10) {
            0..6 => format!("{:05}", self.home.code),
            6..8 => format!("{:05}{}", self.home.code, check_digit(self.home.code)),
            _ => String::new(),
        }
    }

    fn child(&mut self) -> Value {
        let together = if self.random.chance(0.05) { "no" } else { "yes" };
        json!({
            "name": self.relative(),
            "birth_date": self.day("2009-04-02", "2026-10-31").to_string(),
            "relation": "child",
            "living_together": together,
        })
    }

    fn member(&mut self) -> Value {
        json!({
            "name": self.relative(),
            "birth_date": self.day("1950-01-01", "2026-10-31").to_string(),
            "relation": self.random.pick(&["配偶者", "子", "母", "父"]),
        })
    }

    /// Returns somebody of the applicant's family name.
    fn relative(&mut self) -> String {
        let name = &self.draft.citizen.person.name;
        let family = name.split('　').next().unwrap_or_default();
        let other = Person::draw_at(self.home.town(self.random), self.random);
        format!("{family}　{}", other.name.split('　').nth(1).unwrap_or_default())
    }

    fn items(&mut self, first: u64, last: u64) -> u64 {
        let first = if self.writing == Writing::Xml { first.max(2) } else { first };
        self.random.between(first, last)
    }

    fn day(&mut self, first: &str, last: &str) -> Date {
        let day = |text| Date::parse(text).expect("a day of this file").days_since_epoch();
        let width = (day(last) - day(first) + 1) as u64;
        let days = day(first) + self.random.below(width) as i64;
        Date::from_days_since_epoch(days).expect("between two days")
    }

    fn day_before_receipt(&mut self, least: u64, most: u64) -> Date {
        let days = self.random.between(least, most) as i64;
        self.day_after_receipt(-days, 0)
    }

    fn day_after_receipt(&mut self, least: i64, width: u64) -> Date {
        let Moment(received) = self.draft.received;
        let days = least + self.random.below(width + 1) as i64;
        Moment(received + days * 86_400).date_jst()
    }
}

/// Writes digits, hyphens and blanks in half width.
fn narrow(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        '－' => '-',
        '　' => ' ',
        _ => c,
    };
    text.chars().map(narrow).collect()
}

fn hyphened(postal: &str) -> String {
    format!("{}-{}", &postal[..3], &postal[3..])
}

/// Returns the check digit of a municipality's code (JIS X 0402: weights 6 to 2, modulus 11).
pub(crate) fn check_digit(code: u32) -> u32 {
    let digits = [code / 10_000, code / 1_000 % 10, code / 100 % 10, code / 10 % 10, code % 10];
    let sum: u32 = digits.iter().zip([6, 5, 4, 3, 2]).map(|(digit, weight)| digit * weight).sum();
    (11 - sum % 11) % 10
}

const REMARKS: [&str; 4] = [
    "",
    "第一希望の施設に入れないときは、年度途中からの利用も希望します。",
    "兄が同じ施設を利用しています。送り迎えのため、できるだけ同じ施設への入所をお願いします。\n面談は平日の夕方を希望します。",
    "祖父母は遠方に住んでおり、日中に保育できる者がほかにいません。勤務の開始は四月一日の予定です。",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_known_codes() {
        // 札幌市 011002, 千代田区 131016, つくば市 082201, 横浜市 141003.
        for (code, digit) in [(1_100, 2), (13_101, 6), (8_220, 1), (14_100, 3)] {
            assert_eq!(check_digit(code), digit, "{code}");
        }
    }

    #[test]
    fn a_form_is_written_as_xml_element_by_element() {
        let form = Form {
            fields: json!({ "a": { "b": "<&>" }, "c": [{ "d": "1" }, { "d": "2" }] }),
            attachments: Vec::new(),
        };
        let text = String::from_utf8(form.write(Writing::Xml)).expect("text");
        assert_eq!(
            text.replace("\r\n", "").replace(' ', ""),
            "<?xmlversion=\"1.0\"encoding=\"UTF-8\"?><application><a><b>&lt;&amp;&gt;</b></a>\
             <c><d>1</d></c><c><d>2</d></c></application>"
        );
    }
}
