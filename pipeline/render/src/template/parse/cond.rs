//! Conditions as they are written: `{% if a and not b == "text" or c >= 100 %}`.

use crate::template::fault::{Place, TemplateFault};

/// A condition: it is met when all tests of one of its groups are.
#[derive(Clone, Debug, PartialEq)]
pub struct Cond {
    /// Groups between `or`, each of tests between `and`.
    pub groups: Vec<Vec<Test>>,
    /// Where it stands.
    pub place: Place,
}

/// `[not] name [sign operand]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The name of the value.
    pub name: String,
    /// Whether the test is turned round.
    pub negated: bool,
    /// What it is compared with; without it, the value must not be empty.
    pub compared: Option<(Sign, Operand)>,
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// `==`.
    Equal,
    /// `!=`.
    Unequal,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    More,
    /// `>=`.
    AtLeast,
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// `"text"`.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A fact of the letter, a column or its sum, by its name.
    Name(String),
}

/// Reads what stands after `if`.
///
/// # Errors
/// It is no condition.
pub fn read(text: &str, place: Place) -> Result<Cond, TemplateFault> {
    let mut words = words(text, place)?.into_iter().peekable();
    let wrong = || place.fault(format!("{:?} is not a condition", text.trim()), FIX);
    let mut groups = vec![Vec::new()];
    loop {
        let mut negated = false;
        while words.next_if_eq(&Word::Bare("not")).is_some() {
            negated = !negated;
        }
        let Some(Word::Bare(name)) = words.next() else { return Err(wrong()) };
        if matches!(name, "and" | "or") {
            return Err(wrong());
        }
        let compared = match words.peek() {
            Some(&Word::Sign(sign)) => {
                words.next();
                Some((sign, operand(words.next().ok_or_else(wrong)?, place)?))
            }
            _ => None,
        };
        let group = groups.last_mut().expect("a group is open");
        group.push(Test { name: name.to_owned(), negated, compared });
        match words.next() {
            None => return Ok(Cond { groups, place }),
            Some(Word::Bare("and")) => {}
            Some(Word::Bare("or")) => groups.push(Vec::new()),
            Some(_) => return Err(wrong()),
        }
    }
}

fn operand(word: Word<'_>, place: Place) -> Result<Operand, TemplateFault> {
    match word {
        Word::Text(text) => Ok(Operand::Text(text.to_owned())),
        Word::Bare(bare) => match bare.parse() {
            Ok(number) => Ok(Operand::Number(number)),
            Err(_) if FACTS.contains(&bare) || bare.contains('.') => {
                Ok(Operand::Name(bare.to_owned()))
            }
            Err(_) => Err(place.fault(format!("{bare} has no quotes"), FIX)),
        },
        Word::Sign(_) => Err(place.fault("nothing stands between two signs", FIX)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Word<'a> {
    Bare(&'a str),
    Text(&'a str),
    Sign(Sign),
}

fn words(text: &str, place: Place) -> Result<Vec<Word<'_>>, TemplateFault> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let len = if let Some(quoted) = rest.strip_prefix('"') {
            let unclosed = || place.fault(format!("{rest} has no closing quote"), FIX);
            let end = quoted.find('"').ok_or_else(unclosed)?;
            words.push(Word::Text(&quoted[..end]));
            end + 2
        } else if let Some(&(sign, meaning)) = SIGNS.iter().find(|(sign, _)| rest.starts_with(sign))
        {
            words.push(Word::Sign(meaning));
            sign.len()
        } else {
            let ends = |c: char| c.is_whitespace() || "\"=!<>".contains(c);
            let end = rest.find(ends).unwrap_or(rest.len());
            if end == 0 {
                return Err(place.fault(format!("{rest} begins with no sign that is known"), FIX));
            }
            words.push(Word::Bare(&rest[..end]));
            end
        };
        rest = rest[len..].trim_start();
    }
    Ok(words)
}

/// Longer signs stand before those with which they begin.
const SIGNS: [(&str, Sign); 6] = [
    ("==", Sign::Equal),
    ("!=", Sign::Unequal),
    ("<=", Sign::AtMost),
    (">=", Sign::AtLeast),
    ("<", Sign::Less),
    (">", Sign::More),
];
/// Facts of the letter that need no quotes at a condition's right side.
const FACTS: [&str; 4] = ["page", "pages", "rows", "posting_date"];
const FIX: &str = "write {% if field %}, {% if not field %}, {% if field == \"text\" %} or \
                   {% if field >= 100 and other != \"text\" %}";
