//! An expression's words into its tree, every name resolved and every type checked.

use letter::Date;

use super::lexer::{words, Word};
use super::{Comparison, Fault, Node, Schema, Slot, Type};
use crate::procedure::FieldType;

/// Conditions have some three brackets; more than this is not read.
const DEPTH_MAX: usize = 32;

/// A node, its type, and the byte where it starts.
struct Typed {
    node: Node,
    kind: Type,
    at: usize,
}

struct Reader<'s> {
    schema: Schema<'s>,
    words: Vec<(usize, Word<'s>)>,
    next: usize,
    end: usize,
    depth: usize,
    group: Option<usize>,
}

/// Reads an expression: its tree, its type and the list of whose items it speaks.
pub(super) fn read(
    source: &str,
    schema: &Schema<'_>,
) -> Result<(Node, Type, Option<usize>), Fault> {
    let words = words(source)?;
    let (schema, end) = (*schema, source.len());
    let mut reader = Reader { schema, words, next: 0, end, depth: 0, group: None };
    let root = reader.or()?;
    match reader.peek() {
        None => Ok((root.node, root.kind, reader.group)),
        Some(_) => Err(reader.fault("the expression goes on where it ought to end")),
    }
}

impl<'s> Reader<'s> {
    fn peek(&self) -> Option<&Word<'s>> {
        self.words.get(self.next).map(|(_, word)| word)
    }

    fn at(&self) -> usize {
        self.words.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn fault(&self, why: impl Into<String>) -> Fault {
        Fault { at: self.at(), why: why.into() }
    }

    fn take(&mut self, word: &Word<'_>) -> bool {
        let found = self.peek() == Some(word);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, word: &Word<'_>, name: &str) -> Result<(), Fault> {
        match self.take(word) {
            true => Ok(()),
            false => Err(self.fault(format!("{name} is missing"))),
        }
    }

    fn or(&mut self) -> Result<Typed, Fault> {
        if self.depth == DEPTH_MAX {
            return Err(self.fault("it nests too deeply"));
        }
        self.depth += 1;
        let joined = self.joined("or", Self::and, Node::Or);
        self.depth -= 1;
        joined
    }

    fn and(&mut self) -> Result<Typed, Fault> {
        self.joined("and", Self::not, Node::And)
    }

    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Typed, Fault>,
        join: fn(Vec<Node>) -> Node,
    ) -> Result<Typed, Fault> {
        let first = part(self)?;
        if self.peek() != Some(&Word::Name(word)) {
            return Ok(first);
        }
        let at = first.at;
        let mut nodes = vec![of_type(first, Type::Truth)?];
        while self.take(&Word::Name(word)) {
            nodes.push(of_type(part(self)?, Type::Truth)?);
        }
        Ok(Typed { node: join(nodes), kind: Type::Truth, at })
    }

    fn not(&mut self) -> Result<Typed, Fault> {
        let at = self.at();
        let mut negations = 0usize;
        while self.take(&Word::Name("not")) {
            negations += 1;
        }
        let inner = self.comparison()?;
        if negations == 0 {
            return Ok(inner);
        }
        let node = of_type(inner, Type::Truth)?;
        let node = if negations % 2 == 1 { Node::Not(Box::new(node)) } else { node };
        Ok(Typed { node, kind: Type::Truth, at })
    }

    fn comparison(&mut self) -> Result<Typed, Fault> {
        let left = self.term()?;
        if self.take(&Word::Name("in")) {
            return self.one_of(left);
        }
        let Some(Word::Compare(comparison)) = self.peek() else { return Ok(left) };
        let comparison = *comparison;
        self.next += 1;
        let right = self.term()?;
        if left.kind != right.kind {
            let why = format!("{} is compared with {}", left.kind.name(), right.kind.name());
            return Err(Fault { at: right.at, why });
        }
        let ordered = !matches!(comparison, Comparison::Equal | Comparison::Different);
        if left.kind == Type::Truth || (ordered && left.kind == Type::Text) {
            let why = format!("{} has no order", left.kind.name());
            return Err(Fault { at: left.at, why });
        }
        self.check_choice(&left, &right)?;
        self.check_choice(&right, &left)?;
        let (at, left, right) = (left.at, Box::new(left.node), Box::new(right.node));
        Ok(Typed { node: Node::Compare(left, comparison, right), kind: Type::Truth, at })
    }

    fn one_of(&mut self, left: Typed) -> Result<Typed, Fault> {
        self.expect(&Word::Open, "(")?;
        let mut texts = Vec::new();
        loop {
            let at = self.at();
            let Some(Word::Text(text)) = self.peek() else {
                return Err(self.fault("a 'text' is missing"));
            };
            let text = (*text).to_owned();
            self.next += 1;
            let literal = Typed { node: Node::Text(text.clone()), kind: Type::Text, at };
            self.check_choice(&left, &literal)?;
            texts.push(text);
            if !self.take(&Word::Comma) {
                break;
            }
        }
        self.expect(&Word::Close, ")")?;
        let at = left.at;
        let node = of_type(left, Type::Text)?;
        Ok(Typed { node: Node::In(Box::new(node), texts), kind: Type::Truth, at })
    }

    /// A choice is only ever one of its values: comparing it with another is a mistake.
    fn check_choice(&self, field: &Typed, literal: &Typed) -> Result<(), Fault> {
        let (Node::Field(slot, _), Node::Text(text)) = (&field.node, &literal.node) else {
            return Ok(());
        };
        let rule = self.schema.fields.iter().find(|rule| rule.slot == *slot);
        match rule.map(|rule| (&rule.kind, &rule.path)) {
            Some((FieldType::Choice(choices), path)) if !choices.contains_key(text) => {
                let why = format!("{text:?} is not among the choices of {path}");
                Err(Fault { at: literal.at, why })
            }
            _ => Ok(()),
        }
    }

    fn term(&mut self) -> Result<Typed, Fault> {
        let at = self.at();
        let Some(word) = self.peek().cloned() else {
            return Err(self.fault("a term is missing"));
        };
        self.next += 1;
        let typed = |node, kind| Ok(Typed { node, kind, at });
        match word {
            Word::Text(text) => typed(Node::Text(text.to_owned()), Type::Text),
            Word::Number(number) => typed(Node::Number(number), Type::Number),
            Word::Open => {
                let inner = self.or()?;
                self.expect(&Word::Close, ")")?;
                Ok(inner)
            }
            Word::Name("received") => typed(Node::Received, Type::Day),
            Word::Name(name) if self.peek() == Some(&Word::Open) => {
                self.next += 1;
                let (node, kind) = self.call(name, at)?;
                self.expect(&Word::Close, ")")?;
                typed(node, kind)
            }
            Word::Name(path) => {
                let (slot, kind) = self.field(path, at)?;
                typed(Node::Field(slot, kind), kind)
            }
            _ => Err(Fault { at, why: "a term is missing".into() }),
        }
    }

    fn call(&mut self, name: &str, at: usize) -> Result<(Node, Type), Fault> {
        let fault = |why: String| Fault { at, why };
        match name {
            "exists" => {
                let path = self.name()?;
                Ok((Node::Exists(self.field(path, at)?.0), Type::Truth))
            }
            "attached" => {
                let name = self.name()?;
                let rule = self.schema.attachments.iter().position(|rule| rule.name == name);
                let rule = rule.ok_or_else(|| fault(format!("there is no attachment {name:?}")))?;
                Ok((Node::Attached(rule), Type::Truth))
            }
            "count" => {
                let path = self.name()?;
                let group = self.schema.groups.iter().position(|group| group.path == path);
                let group = group.ok_or_else(|| fault(format!("there is no list {path:?}")))?;
                Ok((Node::Count(group), Type::Number))
            }
            "date" => {
                let Some(Word::Text(text)) = self.peek() else {
                    return Err(self.fault("a 'day' is missing"));
                };
                let date = Date::parse(text).ok_or_else(|| fault(format!("{text:?} is no day")))?;
                self.next += 1;
                Ok((Node::Day(date), Type::Day))
            }
            "years" | "days" => {
                let from = of_type(self.term()?, Type::Day)?;
                self.expect(&Word::Comma, ",")?;
                let to = of_type(self.term()?, Type::Day)?;
                let make = if name == "years" { Node::Years } else { Node::Days };
                Ok((make(Box::new(from), Box::new(to)), Type::Number))
            }
            "any" | "all" => {
                let outer = self.group.take();
                let inner = self.or()?;
                let inside = std::mem::replace(&mut self.group, outer);
                let node = Box::new(of_type(inner, Type::Truth)?);
                let group = inside.ok_or_else(|| fault("it names no list's field".into()))?;
                let make = if name == "any" { Node::Any } else { Node::All };
                Ok((make(group, node), Type::Truth))
            }
            _ => Err(fault(format!("there is no {name:?}()"))),
        }
    }

    fn name(&mut self) -> Result<&'s str, Fault> {
        match self.peek() {
            Some(Word::Name(name)) => {
                let name = *name;
                self.next += 1;
                Ok(name)
            }
            _ => Err(self.fault("a name is missing")),
        }
    }

    fn field(&mut self, path: &str, at: usize) -> Result<(Slot, Type), Fault> {
        let rule = self.schema.fields.iter().find(|rule| rule.path == path);
        let rule = rule.ok_or_else(|| Fault { at, why: format!("there is no field {path:?}") })?;
        if let Some(group) = rule.slot.group() {
            if self.group.is_some_and(|earlier| earlier != group) {
                return Err(Fault { at, why: "it names fields of two lists".into() });
            }
            self.group = Some(group);
        }
        Ok((rule.slot, Type::of(&rule.kind)))
    }
}

fn of_type(typed: Typed, kind: Type) -> Result<Node, Fault> {
    match typed.kind == kind {
        true => Ok(typed.node),
        false => {
            let why = format!("{} is needed, this is {}", kind.name(), typed.kind.name());
            Err(Fault { at: typed.at, why })
        }
    }
}
