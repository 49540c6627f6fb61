//! Decides the conditions of a letter.

use std::cmp::Ordering;

use letter::{Date, Reason};

use super::Setter;
use crate::template::{Comparison, Cond, Form, Frame, Other, Quantity, Sign, Source, Test};

impl<'a> Setter<'a> {
    /// Returns whether a condition is met.
    ///
    /// # Errors
    /// A value is to be ordered that is neither a whole number nor a day.
    pub(super) fn holds(&self, cond: &Cond) -> Result<bool, Reason> {
        if self.all_hold(std::slice::from_ref(&cond.first))? && self.all_hold(&cond.and)? {
            return Ok(true);
        }
        for group in &cond.or {
            if self.all_hold(group)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn all_hold(&self, tests: &[Test]) -> Result<bool, Reason> {
        for test in tests {
            if self.is_met(test)? == test.negated {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn is_met(&self, test: &Test) -> Result<bool, Reason> {
        match &test.comparison {
            Comparison::Given if test.source == Source::RowCount => Ok(self.record.row_count() > 0),
            Comparison::Given => Ok(self.text_of(test.source).is_none_or(|t| !t.trim().is_empty())),
            Comparison::Is(expected) => Ok(match self.text_of(test.source) {
                Some(text) => text == expected,
                None => {
                    let mut text = String::new();
                    self.write_fact(test.source, &mut text);
                    text == *expected
                }
            }),
            Comparison::Known(known) => Ok(*known),
            Comparison::Ordered(sign, other) => self.is_ordered(test, *sign, other),
        }
    }

    /// Returns whether two quantities stand as a sign says; an empty value stands nowhere.
    fn is_ordered(&self, test: &Test, sign: Sign, other: &Other) -> Result<bool, Reason> {
        let wrong = |name: &str| Reason::TemplateValue {
            field: name.to_owned(),
            why: "neither a whole number nor a day, and is compared with one".to_owned(),
        };
        let is_asked = matches!(sign, Sign::Equal | Sign::Unequal);
        let read = |source, name: &str| match self.quantity(source, name) {
            Ok(Found::Quantity(quantity)) => Ok(Some(quantity)),
            Ok(Found::Other) if !is_asked => Err(wrong(name)),
            Ok(Found::Other | Found::Nothing) => Ok(None),
            Err(reason) => Err(reason),
        };
        let left = read(test.source, &test.name)?;
        let right = match other {
            Other::Fixed(quantity) => Some(*quantity),
            Other::Value(source, name) => read(*source, name)?,
        };
        let (Some(left), Some(right)) = (left, right) else { return Ok(sign == Sign::Unequal) };
        let order = match (left, right) {
            (Quantity::Number(left), Quantity::Number(right)) => left.cmp(&right),
            (Quantity::Day(left), Quantity::Day(right)) => left.cmp(&right),
            _ if is_asked => return Ok(sign == Sign::Unequal),
            _ => return Err(wrong(&test.name)),
        };
        Ok(match sign {
            Sign::Equal => order == Ordering::Equal,
            Sign::Unequal => order != Ordering::Equal,
            Sign::Less => order == Ordering::Less,
            Sign::AtMost => order != Ordering::Greater,
            Sign::More => order == Ordering::Greater,
            Sign::AtLeast => order != Ordering::Less,
        })
    }

    fn quantity(&self, source: Source, name: &str) -> Result<Found, Reason> {
        let count = |count: usize| Ok(Found::Quantity(Quantity::Number(count as i64)));
        match source {
            Source::Page => count(self.page + 1),
            Source::Pages => count(self.scratch.count),
            Source::RowCount => count(self.record.row_count()),
            Source::PostingDate => Ok(Found::Quantity(Quantity::Day(self.letter.posting_date))),
            Source::Sum(column) => {
                Ok(Found::Quantity(Quantity::Number(self.sum_of(column, name)?)))
            }
            _ => Ok(match self.text_of(source).map_or("", str::trim) {
                "" => Found::Nothing,
                text => Quantity::parse(text).map_or(Found::Other, Found::Quantity),
            }),
        }
    }

    /// Returns whether a frame stands in this letter, and paints its ground if it does.
    pub(super) fn stands(&mut self, frame: &Frame) -> Result<bool, Reason> {
        for (cond, expected) in &frame.when {
            if self.holds(cond)? != *expected {
                return Ok(false);
            }
        }
        self.scratch.pages[self.page].marks.extend_from_slice(&frame.ground);
        Ok(true)
    }

    /// Returns how the letter reaches its recipient, as conditions call it.
    pub(super) fn channel(&self) -> &'static str {
        match self.form {
            Form::Print => "paper",
            Form::Copy => "electronic",
        }
    }
}

/// What stands where a quantity is looked for.
enum Found {
    Nothing,
    Quantity(Quantity),
    Other,
}

impl Quantity {
    /// Reads a whole number or a day, `2026-06-30`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let number = text.parse().ok().filter(|_| !text.starts_with('+'));
        number.map(Self::Number).or_else(|| Date::parse(text).map(Self::Day))
    }
}
