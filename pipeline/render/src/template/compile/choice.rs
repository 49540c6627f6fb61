//! Compiles conditions: names to sources, what they are compared with to quantities.

use super::Compiler;
use crate::template::fault::Place;
use crate::template::parse::{self, Operand};
use crate::template::program::*;

impl Compiler<'_> {
    /// Compiles a condition; `in_row` is whether cells have values.
    pub(super) fn cond(&mut self, cond: &parse::Cond, in_row: bool) -> Option<Cond> {
        let mut groups = Vec::new();
        for group in &cond.groups {
            let tests = group.iter().map(|test| self.test(test, in_row, cond.place));
            // Every test is compiled, so that all its faults are told.
            let tests: Vec<Option<Test>> = tests.collect();
            groups.push(tests.into_iter().collect::<Option<Vec<Test>>>());
        }
        let mut groups = groups.into_iter().collect::<Option<Vec<_>>>()?.into_iter();
        let mut and = groups.next().filter(|tests| !tests.is_empty())?.into_iter();
        let first = and.next()?;
        Some(Cond { first, and: and.collect(), or: groups.collect() })
    }

    fn test(&mut self, test: &parse::Test, in_row: bool, place: Place) -> Option<Test> {
        let name = test.name.clone();
        if name == "class" {
            return self.class_test(test, place);
        }
        let source = self.source(&name, in_row, place)?;
        let mut negated = test.negated;
        let comparison = match &test.compared {
            None => {
                if let Source::Sum(_) = source {
                    let fix = "compare it, or choose by a field or by rows";
                    self.faults.push(place.fault("a sum decides nothing", fix));
                    return None;
                }
                Comparison::Given
            }
            Some((sign @ (Sign::Equal | Sign::Unequal), Operand::Text(text))) => {
                negated ^= *sign == Sign::Unequal;
                Comparison::Is(text.clone())
            }
            Some((sign, operand)) => {
                if matches!(source, Source::Addressee | Source::Postal | Source::Channel) {
                    let message = format!("{name} is neither a number nor a day");
                    self.faults.push(place.fault(message, "compare it with a text by == or !="));
                    return None;
                }
                Comparison::Ordered(*sign, self.other(operand, in_row, place)?)
            }
        };
        Some(Test { source, negated, comparison, name })
    }

    fn other(&mut self, operand: &Operand, in_row: bool, place: Place) -> Option<Other> {
        match operand {
            Operand::Number(number) => Some(Other::Fixed(Quantity::Number(*number))),
            Operand::Text(text) => {
                let quantity = Quantity::parse(text);
                if quantity.is_none() {
                    let message = format!("{text:?} is neither a whole number nor a day");
                    let fix = "compare texts by == or !=; write days as \"2026-06-30\"";
                    self.faults.push(place.fault(message, fix));
                }
                quantity.map(Other::Fixed)
            }
            Operand::Name(name) => {
                let source = self.source(name, in_row, place)?;
                Some(Other::Value(source, name.clone()))
            }
        }
    }

    /// The letter class is the same for all letters of a batch.
    fn class_test(&mut self, test: &parse::Test, place: Place) -> Option<Test> {
        let class = self.sender.class;
        let known = match &test.compared {
            None => !class.is_empty(),
            Some((Sign::Equal, Operand::Text(text))) => class == text,
            Some((Sign::Unequal, Operand::Text(text))) => class != text,
            Some(_) => {
                let fix = "write {% if class == \"text\" %}";
                self.faults.push(place.fault("a letter class is a text", fix));
                return None;
            }
        };
        let (negated, name) = (test.negated, test.name.clone());
        let (source, comparison) = (Source::Channel, Comparison::Known(known));
        Some(Test { source, negated, comparison, name })
    }
}
