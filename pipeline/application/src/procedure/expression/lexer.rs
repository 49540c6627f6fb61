//! An expression's words.

use super::{Comparison, Fault};

/// One word and the byte where it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word<'s> {
    Name(&'s str),
    Text(&'s str),
    Number(i64),
    Compare(Comparison),
    Open,
    Close,
    Comma,
}

/// Splits an expression into its words.
pub(super) fn words(source: &str) -> Result<Vec<(usize, Word<'_>)>, Fault> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        let (word, len) = match c {
            _ if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' => (Word::Open, 1),
            ')' => (Word::Close, 1),
            ',' => (Word::Comma, 1),
            '\'' => {
                let rest = &source[at + 1..];
                let fault = || Fault { at, why: "the text is not closed".into() };
                let len = rest.find('\'').ok_or_else(fault)?;
                (Word::Text(&rest[..len]), len + 2)
            }
            '=' | '!' | '<' | '>' => comparison(&source[at..]).ok_or_else(|| unknown(at, c))?,
            '-' | '0'..='9' => {
                let rest = &source[at + 1..];
                let len = 1 + rest.bytes().take_while(u8::is_ascii_digit).count();
                let number = source[at..at + len].parse();
                (Word::Number(number.map_err(|_| unknown(at, c))?), len)
            }
            _ if is_name(c) => {
                let rest = &source[at..];
                let len = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
                (Word::Name(&rest[..len]), len)
            }
            _ => return Err(unknown(at, c)),
        };
        words.push((at, word));
        at += len;
    }
    Ok(words)
}

fn comparison(rest: &str) -> Option<(Word<'_>, usize)> {
    let all = [
        ("==", Comparison::Equal),
        ("!=", Comparison::Different),
        ("<=", Comparison::LessOrEqual),
        (">=", Comparison::GreaterOrEqual),
        ("<", Comparison::Less),
        (">", Comparison::Greater),
    ];
    let (sign, comparison) = all.into_iter().find(|(sign, _)| rest.starts_with(sign))?;
    Some((Word::Compare(comparison), sign.len()))
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']' | '-' | '@')
}

fn unknown(at: usize, c: char) -> Fault {
    Fault { at, why: format!("{c:?} is not understood here") }
}
