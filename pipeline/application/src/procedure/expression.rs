//! The small language of conditions: compiled once, typed, without loops or side effects.
//!
//! ```text
//! or         = and ("or" and)*
//! and        = not ("and" not)*
//! not        = "not" not | comparison
//! comparison = term (("==" | "!=" | "<" | "<=" | ">" | ">=") term | "in" "(" text,… ")")?
//! term       = path | 'text' | number | received | date('2026-04-01') | "(" or ")"
//!            | exists(path) | attached(name) | count(list)
//!            | any(or) | all(or)          over the items of the one list named inside
//!            | years(from, to) | days(from, to)   whole years, days between two days
//! ```
//!
//! A field that is empty or not of its type makes its comparison neither true nor false; `and`,
//! `or` and `not` follow Kleene's three values, and a condition counts only where it is decided.

mod lexer;
mod reading;

use letter::Date;

use super::{AttachmentRule, FieldRule, FieldType, GroupRule, Placed, Slot};
use crate::completeness::value::{day, number};

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Truth,
    Text,
    Number,
    Day,
}

impl Type {
    pub fn name(self) -> &'static str {
        match self {
            Self::Truth => "a condition",
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Day => "a day",
        }
    }

    fn of(field: &FieldType) -> Self {
        match field {
            FieldType::Day { .. } => Self::Day,
            FieldType::Number { .. } => Self::Number,
            _ => Self::Text,
        }
    }
}

/// What an expression may name.
#[derive(Clone, Copy)]
pub(crate) struct Schema<'s> {
    pub fields: &'s [FieldRule],
    pub groups: &'s [GroupRule],
    pub attachments: &'s [AttachmentRule],
}

/// Why an expression does not compile, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub at: usize,
    pub why: String,
}

/// A compiled expression.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    root: Node,
    kind: Type,
    group: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug)]
enum Node {
    Or(Vec<Node>),
    And(Vec<Node>),
    Not(Box<Node>),
    Compare(Box<Node>, Comparison, Box<Node>),
    In(Box<Node>, Vec<String>),
    Field(Slot, Type),
    Exists(Slot),
    Attached(usize),
    Count(usize),
    Any(usize, Box<Node>),
    All(usize, Box<Node>),
    Years(Box<Node>, Box<Node>),
    Days(Box<Node>, Box<Node>),
    Received,
    Text(String),
    Number(i64),
    Day(Date),
}

/// What an expression is asked about.
pub(crate) struct Facts<'p, 'f> {
    pub placed: &'p Placed<'f>,
    /// How many attachments each rule has.
    pub attached: &'p [usize],
    /// The day of receipt.
    pub received: Date,
}

#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Value<'v> {
    Truth(bool),
    Text(&'v str),
    Number(i64),
    Day(Date),
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// [`Fault`] at the byte: unknown names, types that do not agree, fields of two lists.
    pub fn compile(source: &str, schema: &Schema<'_>) -> Result<Self, Fault> {
        let (root, kind, group) = reading::read(source, schema)?;
        Ok(Self { root, kind, group })
    }

    pub fn kind(&self) -> Type {
        self.kind
    }

    /// Returns the list of whose items the expression speaks, outside `any` and `all`.
    pub fn group(&self) -> Option<usize> {
        self.group
    }

    /// Decides the condition for an item; `None` if an empty or unusable field leaves it open.
    pub fn decide(&self, facts: &Facts<'_, '_>, item: usize) -> Option<bool> {
        truth(&self.root, facts, item)
    }
}

fn truth(node: &Node, facts: &Facts<'_, '_>, item: usize) -> Option<bool> {
    match value(node, facts, item)? {
        Value::Truth(truth) => Some(truth),
        _ => None,
    }
}

fn value<'v>(node: &'v Node, facts: &Facts<'_, 'v>, item: usize) -> Option<Value<'v>> {
    Some(match node {
        Node::Or(nodes) => Value::Truth(kleene(nodes.iter(), true, |n| truth(n, facts, item))?),
        Node::And(nodes) => Value::Truth(kleene(nodes.iter(), false, |n| truth(n, facts, item))?),
        Node::Not(node) => Value::Truth(!truth(node, facts, item)?),
        Node::Any(group, node) => {
            let items = 0..facts.placed.items(*group);
            Value::Truth(kleene(items, true, |item| truth(node, facts, item))?)
        }
        Node::All(group, node) => {
            let items = 0..facts.placed.items(*group);
            Value::Truth(kleene(items, false, |item| truth(node, facts, item))?)
        }
        Node::Compare(left, comparison, right) => {
            let (left, right) = (value(left, facts, item)?, value(right, facts, item)?);
            Value::Truth(compare(left, *comparison, right))
        }
        Node::In(node, texts) => {
            let Value::Text(found) = value(node, facts, item)? else { return None };
            Value::Truth(texts.iter().any(|text| text == found))
        }
        Node::Field(slot, kind) => {
            let text = facts.placed.value(*slot, item)?;
            match kind {
                Type::Day => Value::Day(day(text)?),
                Type::Number => Value::Number(number(text)?),
                _ => Value::Text(text),
            }
        }
        Node::Exists(slot) => Value::Truth(facts.placed.value(*slot, item).is_some()),
        Node::Attached(rule) => Value::Truth(facts.attached[*rule] > 0),
        Node::Count(group) => Value::Number(facts.placed.items(*group) as i64),
        Node::Years(from, to) => Value::Number(years(days(from, to, facts, item)?)),
        Node::Days(from, to) => {
            let (from, to) = days(from, to, facts, item)?;
            Value::Number(to.days_since_epoch() - from.days_since_epoch())
        }
        Node::Received => Value::Day(facts.received),
        Node::Text(text) => Value::Text(text),
        Node::Number(number) => Value::Number(*number),
        Node::Day(day) => Value::Day(*day),
    })
}

/// Kleene's `or` (deciding value true) and `and` (false).
fn kleene<I>(
    items: impl Iterator<Item = I>,
    deciding: bool,
    mut decide: impl FnMut(I) -> Option<bool>,
) -> Option<bool> {
    let mut open = false;
    for item in items {
        match decide(item) {
            Some(truth) if truth == deciding => return Some(deciding),
            Some(_) => {}
            None => open = true,
        }
    }
    (!open).then_some(!deciding)
}

fn compare(left: Value<'_>, comparison: Comparison, right: Value<'_>) -> bool {
    let order = left.partial_cmp(&right);
    match comparison {
        Comparison::Equal => left == right,
        Comparison::Different => left != right,
        Comparison::Less => order.is_some_and(std::cmp::Ordering::is_lt),
        Comparison::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
        Comparison::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
        Comparison::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
    }
}

fn days(from: &Node, to: &Node, facts: &Facts<'_, '_>, item: usize) -> Option<(Date, Date)> {
    match (value(from, facts, item)?, value(to, facts, item)?) {
        (Value::Day(from), Value::Day(to)) => Some((from, to)),
        _ => None,
    }
}

/// Whole years by the calendar; the year of one born on 29 February is full on 1 March.
fn years((from, to): (Date, Date)) -> i64 {
    let full = (to.month(), to.day()) >= (from.month(), from.day());
    i64::from(to.year()) - i64::from(from.year()) - i64::from(!full)
}

#[cfg(test)]
mod tests;
