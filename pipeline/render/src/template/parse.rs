//! `body.txt`: the restricted language of a template's text, as a tree with places.
//!
//! Each line is a paragraph; an empty line is blank space. A line's first characters choose its
//! style: `# ` heading, `## ` subheading, `! ` note, `= ` centred, `> ` set right, `+ LABEL TEXT`
//! labelled with hanging lines (also after another sign: `! + ・ TEXT`). `{{ field | filter }}` puts
//! a value in; `{% if field %} … {% elif other > 0 %} … {% else %} … {% end %}` chooses within a
//! line or between lines, frames among them.
//! Alone on a line stand `{% frame NAME %} … {% end %}`, `{% rows %} … {% end %}`,
//! `{% table NAME %}`, `{% page %}`, and comments `{# … #}`.

mod cond;

use super::fault::{Place, TemplateFault};
pub use cond::{Cond, Operand, Sign, Test};

/// A piece of a line.
#[derive(Clone, Debug, PartialEq)]
pub enum Inline {
    /// Text as it stands.
    Text(String, Place),
    /// A value.
    Value(Expr),
    /// A choice.
    If(Cond, Vec<Inline>, Vec<Inline>),
}

/// `{{ name | filter | filter }}`.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// The name of the value.
    pub name: String,
    /// The filters, in order.
    pub filters: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// How a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    /// Nothing: the frame's own style.
    Plain,
    /// `# `.
    Heading,
    /// `## `.
    Subheading,
    /// `! `.
    Note,
    /// `= `.
    Center,
    /// `> `.
    Right,
}

/// A line or a group of lines.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A paragraph; a labelled one has its label first.
    Line(Marker, Option<String>, Vec<Inline>, Place),
    /// An empty line.
    Blank,
    /// `{% table NAME %}`.
    Table(String, Place),
    /// `{% page %}`.
    PageBreak,
    /// `{% if … %}` around lines.
    If(Cond, Vec<Node>, Vec<Node>),
    /// `{% rows %}` around lines.
    Rows(Vec<Node>, Place),
    /// `{% frame NAME %}` around lines.
    Frame(String, Vec<Node>, Place),
}

/// Reads a `body.txt`; `file` names it in faults.
///
/// # Errors
/// Every fault that stands alone; an unclosed block is the last.
pub fn read_body(file: &'static str, text: &str) -> Result<Vec<Node>, Vec<TemplateFault>> {
    let mut reader = Reader { faults: Vec::new(), open: vec![Open::root()] };
    for (number, line) in text.lines().enumerate() {
        let place = Place { file, line: number as u32 + 1, column: 1 };
        if let Err(fault) = reader.line(line.trim_end(), place) {
            reader.faults.push(fault);
        }
    }
    reader.finish()
}

/// Reads one line's pieces, as in a table's cell.
///
/// # Errors
/// The first fault.
pub fn read_inlines(text: &str, place: Place) -> Result<Vec<Inline>, TemplateFault> {
    let mut pieces = pieces(text, place)?.into_iter().peekable();
    let inlines = inlines_until(&mut pieces, &[])?;
    match pieces.next() {
        Some(piece) => Err(stray(&piece)),
        None => Ok(inlines),
    }
}

struct Reader {
    faults: Vec<TemplateFault>,
    open: Vec<Open>,
}

/// A block whose end has not been met.
struct Open {
    kind: Kind,
    place: Place,
    nodes: Vec<Node>,
    otherwise: Option<Vec<Node>>,
    /// Whether it stands after an `elif` and ends with the block before it.
    is_further: bool,
}

enum Kind {
    Root,
    If(Cond),
    Rows,
    Frame(String),
}

impl Open {
    fn root() -> Self {
        let place = Place { file: super::fault::BODY, line: 1, column: 1 };
        Self { kind: Kind::Root, place, nodes: Vec::new(), otherwise: None, is_further: false }
    }

    fn push(&mut self, node: Node) {
        self.otherwise.as_mut().unwrap_or(&mut self.nodes).push(node);
    }

    fn into_node(self) -> Option<Node> {
        match self.kind {
            Kind::Root => None,
            Kind::If(cond) => Some(Node::If(cond, self.nodes, self.otherwise.unwrap_or_default())),
            Kind::Rows => Some(Node::Rows(self.nodes, self.place)),
            Kind::Frame(name) => Some(Node::Frame(name, self.nodes, self.place)),
        }
    }
}

impl Reader {
    fn line(&mut self, line: &str, place: Place) -> Result<(), TemplateFault> {
        let bare = line.trim_start();
        let place = place.right(line.chars().count() - bare.chars().count());
        if bare.is_empty() {
            self.push(Node::Blank);
            return Ok(());
        }
        if bare.starts_with("{#") && bare.ends_with("#}") {
            return Ok(());
        }
        match lone_directive(bare) {
            Some(inside) => self.directive(inside, place),
            None => {
                let node = paragraph(line, place)?;
                self.push(node);
                Ok(())
            }
        }
    }

    fn directive(&mut self, inside: &str, place: Place) -> Result<(), TemplateFault> {
        let (word, rest) = inside.split_once(' ').unwrap_or((inside, ""));
        let rest = rest.trim();
        match word {
            "if" => self.open(Kind::If(cond::read(rest, place)?), place),
            "rows" => self.open(Kind::Rows, place),
            "frame" => self.open(Kind::Frame(rest.to_owned()), place),
            "table" => self.push(Node::Table(rest.to_owned(), place)),
            "page" => self.push(Node::PageBreak),
            "elif" => return self.other_choice(cond::read(rest, place)?, place),
            "else" => return self.otherwise(place),
            "end" => return self.close(place),
            _ => {
                let known = "known are if, elif, else, end, frame, rows, table, page";
                return Err(place.fault(format!("{{% {word} %}} is not a directive"), known));
            }
        }
        Ok(())
    }

    fn open(&mut self, kind: Kind, place: Place) {
        let (nodes, otherwise, is_further) = (Vec::new(), None, false);
        self.open.push(Open { kind, place, nodes, otherwise, is_further });
    }

    /// Opens the choice after `elif` within the other branch of the one that is open.
    fn other_choice(&mut self, cond: Cond, place: Place) -> Result<(), TemplateFault> {
        self.otherwise(place)?;
        self.open(Kind::If(cond), place);
        self.open.last_mut().expect("it was just opened").is_further = true;
        Ok(())
    }

    fn otherwise(&mut self, place: Place) -> Result<(), TemplateFault> {
        let last = self.open.last_mut().expect("the root is never closed");
        if !matches!(last.kind, Kind::If(_)) || last.otherwise.is_some() {
            let message = "{% else %} or {% elif %} without {% if %}";
            return Err(place.fault(message, "remove it"));
        }
        last.otherwise = Some(Vec::new());
        Ok(())
    }

    fn close(&mut self, place: Place) -> Result<(), TemplateFault> {
        if self.open.len() == 1 {
            return Err(place.fault("{% end %} closes nothing", "remove it"));
        }
        loop {
            let open = self.open.pop().expect("the root is never closed");
            let is_further = open.is_further;
            self.push(open.into_node().expect("only the root is no node"));
            if !is_further {
                return Ok(());
            }
        }
    }

    fn push(&mut self, node: Node) {
        self.open.last_mut().expect("the root is never closed").push(node);
    }

    fn finish(mut self) -> Result<Vec<Node>, Vec<TemplateFault>> {
        for open in self.open.drain(1..) {
            let fix = "close it with {% end %} on a line of its own";
            self.faults.push(open.place.fault("this block is never closed", fix));
        }
        let root = self.open.pop().expect("the root is never closed");
        if self.faults.is_empty() {
            Ok(root.nodes)
        } else {
            Err(self.faults)
        }
    }
}

/// Returns what stands in a line that is one directive and nothing else.
fn lone_directive(line: &str) -> Option<&str> {
    let inside = line.strip_prefix("{%")?.strip_suffix("%}")?;
    (!inside.contains("%}")).then(|| inside.trim())
}

fn paragraph(line: &str, place: Place) -> Result<Node, TemplateFault> {
    let line = line.trim_start_matches([' ', '\t']);
    let signs = MARKERS.iter().find(|(sign, _)| line.starts_with(sign));
    let &(sign, marker) = signs.unwrap_or(&("", Marker::Plain));
    let (line, place) = (&line[sign.len()..], place.right(sign.len()));
    let Some(text) = line.strip_prefix("+ ") else {
        return Ok(Node::Line(marker, None, read_inlines(line, place)?, place));
    };
    let (label, text) = text.split_once(' ').unwrap_or((text, ""));
    let place = place.right(3 + label.chars().count());
    let inlines = read_inlines(text, place)?;
    Ok(Node::Line(marker, Some(label.to_owned()), inlines, place))
}

enum Piece {
    Text(String, Place),
    Value(String, Place),
    Directive(String, Place),
}

fn pieces(text: &str, mut place: Place) -> Result<Vec<Piece>, TemplateFault> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let at = [rest.find("{{"), rest.find("{%")].into_iter().flatten().min();
        let (before, from) = rest.split_at(at.unwrap_or(rest.len()));
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned(), place));
            place = place.right(before.chars().count());
        }
        if from.is_empty() {
            break;
        }
        let close = if from.starts_with("{{") { "}}" } else { "%}" };
        let Some(end) = from.find(close) else {
            return Err(
                place.fault(format!("{} is never closed", &from[..2]), format!("add {close}"))
            );
        };
        let inside = from[2..end].trim().to_owned();
        pieces.push(match close {
            "}}" => Piece::Value(inside, place),
            _ => Piece::Directive(inside, place),
        });
        place = place.right(from[..end + 2].chars().count());
        rest = &from[end + 2..];
    }
    Ok(pieces)
}

type Pieces = std::iter::Peekable<std::vec::IntoIter<Piece>>;

/// Reads pieces up to a directive of `ends`, which stays unread.
fn inlines_until(pieces: &mut Pieces, ends: &[&str]) -> Result<Vec<Inline>, TemplateFault> {
    let mut inlines = Vec::new();
    loop {
        let stop = match pieces.peek() {
            None => true,
            Some(Piece::Directive(word, _)) => {
                ends.contains(&word.as_str()) || (ends.len() > 1 && word.starts_with("elif "))
            }
            Some(_) => false,
        };
        if stop {
            return Ok(inlines);
        }
        inlines.push(match pieces.next().expect("a piece was peeked") {
            Piece::Text(text, place) => Inline::Text(text, place),
            Piece::Value(inside, place) => Inline::Value(read_expr(&inside, place)?),
            Piece::Directive(inside, place) => match inside.strip_prefix("if ") {
                Some(cond) => choice(cond::read(cond, place)?, pieces)?,
                None => return Err(stray(&Piece::Directive(inside, place))),
            },
        });
    }
}

fn choice(cond: Cond, pieces: &mut Pieces) -> Result<Inline, TemplateFault> {
    let then = inlines_until(pieces, &["else", "end"])?;
    let unclosed = || cond.place.fault("{% if %} is never closed on its line", "add {% end %}");
    let otherwise = match pieces.next().ok_or_else(unclosed)? {
        Piece::Directive(word, place) => match word.strip_prefix("elif ") {
            Some(other) => vec![choice(cond::read(other, place)?, pieces)?],
            None if word == "else" => {
                let otherwise = inlines_until(pieces, &["end"])?;
                pieces.next().ok_or_else(unclosed)?;
                otherwise
            }
            None => Vec::new(),
        },
        Piece::Text(..) | Piece::Value(..) => Vec::new(),
    };
    Ok(Inline::If(cond, then, otherwise))
}

fn stray(piece: &Piece) -> TemplateFault {
    match piece {
        Piece::Text(text, place) | Piece::Value(text, place) => place.fault(text, "remove it"),
        Piece::Directive(word, place) => {
            let fix = "only {% if %}, {% elif %}, {% else %} and {% end %} stand within a line";
            place.fault(format!("{{% {word} %}} does not belong here"), fix)
        }
    }
}

fn read_expr(inside: &str, place: Place) -> Result<Expr, TemplateFault> {
    let mut parts = inside.split('|').map(str::trim);
    let name = parts.next().unwrap_or_default().to_owned();
    if name.is_empty() {
        return Err(place.fault("{{ }} names no field", "write the name of a field"));
    }
    Ok(Expr { name, filters: parts.map(str::to_owned).collect(), place })
}

const MARKERS: [(&str, Marker); 5] = [
    ("# ", Marker::Heading),
    ("## ", Marker::Subheading),
    ("! ", Marker::Note),
    ("= ", Marker::Center),
    ("> ", Marker::Right),
];

#[cfg(test)]
mod tests;
