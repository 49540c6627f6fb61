//! A page's content, operator by operator: where it paints, and with what.

mod objects;
mod text;

use std::collections::BTreeMap;
use std::rc::Rc;

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::area::{Area, Point};
use crate::colour::Space;
use crate::finding::{self, Finding, MarkKind};
use crate::font::Font;
use crate::gather::Gather;
use crate::page;
use crate::shape::{Inside, Matrix, Outline};
use crate::state::State;
use crate::tokens::{Operand, Token, Tokens};

/// What all pages of a file together may take.
#[derive(Debug)]
pub struct Budget {
    operators: usize,
    bytes: usize,
    points: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { operators: OPERATORS_MAX, bytes: CONTENT_LEN_MAX, points: POINTS_MAX }
    }
}

/// Walks one page.
pub struct Walk<'w, 'r> {
    document: &'w Document,
    gather: &'w mut Gather<'r>,
    budget: &'w mut Budget,
    state: State,
    kept: Vec<State>,
    path: Outline,
    /// By which rule the path clips once it is painted.
    clips: Option<Inside>,
    /// From text space to user space, and that of the line's start.
    text: Matrix,
    line: Matrix,
    fonts: &'w mut Fonts,
    depth: u32,
}

/// The fonts of a file that were read, with what is wrong with each.
#[derive(Debug, Default)]
pub struct Fonts {
    by_address: BTreeMap<usize, (Rc<Font>, Vec<Finding>)>,
}

/// Why a page is not walked further.
#[derive(Debug)]
enum Stop {
    /// It cannot be read.
    Content(String),
    /// There is more of this than the limit.
    TooMuch(&'static str, usize),
}

impl From<String> for Stop {
    fn from(why: String) -> Self {
        Self::Content(why)
    }
}

impl From<&str> for Stop {
    fn from(why: &str) -> Self {
        Self::Content(why.to_owned())
    }
}

type Walked = Result<(), Stop>;

impl<'w, 'r> Walk<'w, 'r> {
    pub fn new(
        document: &'w Document,
        gather: &'w mut Gather<'r>,
        budget: &'w mut Budget,
        fonts: &'w mut Fonts,
    ) -> Self {
        Self {
            document,
            state: State::at_start(Matrix::SAME, gather.sheet_area()),
            gather,
            budget,
            kept: Vec::new(),
            path: Outline::default(),
            clips: None,
            text: Matrix::SAME,
            line: Matrix::SAME,
            fonts,
            depth: 0,
        }
    }

    /// Walks a page whose user space `placed` puts on the sheet.
    pub fn page(mut self, page: ObjectId, placed: Matrix) {
        self.state = State::at_start(placed, self.gather.sheet_area());
        let empty = Dictionary::new();
        let resources = page::inherited(self.document, page, b"Resources");
        let resources = resources.and_then(|object| object.as_dict().ok()).unwrap_or(&empty);
        let content = page::content(self.document, page, &mut self.budget.bytes);
        let walked = match content {
            Ok(content) => {
                self.resources(resources).and_then(|()| self.stream(&content, resources))
            }
            Err(why) => Err(Stop::Content(why)),
        };
        match walked {
            Ok(()) => {}
            Err(Stop::Content(why)) => self.gather.note(finding::content(&why)),
            Err(Stop::TooMuch(what, max)) => self.gather.note(finding::too_much(what, max)),
        }
    }

    /// Walks one stream; what it keeps it must restore.
    fn stream(&mut self, content: &[u8], resources: &Dictionary) -> Walked {
        let floor = self.kept.len();
        let mut tokens = Tokens::of(content);
        let mut operands = Vec::new();
        loop {
            match tokens.next()? {
                Token::End => break,
                Token::Operand(_) if operands.len() == OPERANDS_MAX => {
                    return Err(Stop::TooMuch("operands", OPERANDS_MAX));
                }
                Token::Operand(operand) => operands.push(operand),
                Token::Operator(b"BI") => {
                    self.spend_operators(1)?;
                    self.inline_image(&mut tokens, resources)?;
                    operands.clear();
                }
                Token::Operator(operator) => {
                    self.spend_operators(1)?;
                    self.operator(operator, &operands, resources, floor)?;
                    operands.clear();
                }
            }
        }
        if self.kept.len() > floor {
            // Readers take a page that ends without its last Q.
            self.state = self.kept.swap_remove(floor);
            self.kept.truncate(floor);
        }
        Ok(())
    }

    fn spend_operators(&mut self, count: usize) -> Walked {
        let left = self.budget.operators.checked_sub(count);
        self.budget.operators = left.ok_or(Stop::TooMuch("operators", OPERATORS_MAX))?;
        Ok(())
    }

    fn operator(
        &mut self,
        operator: &[u8],
        operands: &[Operand],
        resources: &Dictionary,
        floor: usize,
    ) -> Walked {
        match operator {
            b"q" => self.keep()?,
            b"Q" if self.kept.len() > floor => {
                self.state = self.kept.pop().expect("more are kept than at the start");
            }
            b"Q" => return Err("Q without q".into()),
            b"cm" => {
                let matrix = Matrix(numbers(operator, operands)?);
                self.state.ctm = matrix.then(self.state.ctm).ok_or(TOO_LARGE)?;
            }
            b"w" => {
                let [width] = numbers(operator, operands)?;
                self.state.line_width = width.abs();
            }
            b"J" | b"j" | b"M" | b"d" | b"ri" | b"i" => {}
            b"gs" => self.graphics_state(name(operator, operands)?, resources)?,
            b"m" | b"l" | b"c" | b"v" | b"y" | b"h" | b"re" => self.segment(operator, operands)?,
            b"S" | b"s" => self.paint(None, true),
            b"f" | b"F" => self.paint(Some(Inside::NonZero), false),
            b"f*" => self.paint(Some(Inside::EvenOdd), false),
            b"B" | b"b" => self.paint(Some(Inside::NonZero), true),
            b"B*" | b"b*" => self.paint(Some(Inside::EvenOdd), true),
            b"n" => self.paint(None, false),
            b"W" => self.clips = Some(Inside::NonZero),
            b"W*" => self.clips = Some(Inside::EvenOdd),
            b"g" | b"rg" | b"k" | b"G" | b"RG" | b"K" | b"cs" | b"CS" | b"sc" | b"scn" | b"SC"
            | b"SCN" => self.colour(operator, operands, resources)?,
            b"sh" => self.shading(name(operator, operands)?, resources)?,
            b"Do" => self.object(name(operator, operands)?, resources)?,
            b"BT" | b"ET" | b"Tc" | b"Tw" | b"Tz" | b"TL" | b"Tf" | b"Tr" | b"Ts" | b"Td"
            | b"TD" | b"Tm" | b"T*" | b"Tj" | b"TJ" | b"'" | b"\"" => {
                self.text_operator(operator, operands, resources)?;
            }
            b"MP" | b"DP" | b"BMC" | b"BDC" | b"EMC" | b"BX" | b"EX" => {}
            unknown => {
                let unknown: String = unknown.escape_ascii().take(16).map(char::from).collect();
                return Err(Stop::Content(format!("operator {unknown} is unknown")));
            }
        }
        Ok(())
    }

    fn keep(&mut self) -> Walked {
        if self.kept.len() == KEPT_MAX {
            return Err(Stop::TooMuch("kept states", KEPT_MAX));
        }
        self.kept.push(self.state.clone());
        Ok(())
    }

    /// Adds to the path.
    fn segment(&mut self, operator: &[u8], operands: &[Operand]) -> Walked {
        let ctm = self.state.ctm;
        let mut added: Vec<Point> = Vec::new();
        match operator {
            b"re" => {
                let [x, y, width, height] = numbers(operator, operands)?;
                let corners = ctm.corners([x, y, x + width, y + height]);
                let closed = corners.into_iter().chain([corners[0]]);
                self.spend_points(5)?;
                self.path.lines.push(closed.collect());
                // What follows without `m` begins at the rectangle's corner.
                self.path.lines.push(vec![corners[0]]);
                return Ok(());
            }
            b"m" => {
                self.spend_points(1)?;
                self.path.lines.push(vec![ctm.point(numbers(operator, operands)?)]);
                return Ok(());
            }
            b"h" => {
                let Some(line) = self.path.lines.last_mut() else { return Ok(()) };
                let start = line[0];
                line.push(start);
                self.path.lines.push(vec![start]);
                return Ok(());
            }
            b"l" => added.push(ctm.point(numbers(operator, operands)?)),
            curve => {
                let line = self.path.lines.last().ok_or(NO_POINT)?;
                let from = *line.last().expect("a line has a start");
                let [a, b, to] = match curve {
                    b"c" => {
                        let [a, b, c, d, e, f] = numbers(operator, operands)?;
                        [[a, b], [c, d], [e, f]].map(|point| ctm.point(point))
                    }
                    b"v" => {
                        let [c, d, e, f] = numbers(operator, operands)?;
                        [from, ctm.point([c, d]), ctm.point([e, f])]
                    }
                    _ => {
                        let [a, b, e, f] = numbers(operator, operands)?;
                        let to = ctm.point([e, f]);
                        [ctm.point([a, b]), to, to]
                    }
                };
                added.extend((1..=CURVE_LINES).map(|step| {
                    bezier([from, a, b, to], f64::from(step) / f64::from(CURVE_LINES))
                }));
            }
        }
        self.spend_points(added.len())?;
        self.path.lines.last_mut().ok_or(NO_POINT)?.extend(added);
        Ok(())
    }

    fn spend_points(&mut self, count: usize) -> Walked {
        let left = self.budget.points.checked_sub(count);
        self.budget.points = left.ok_or(Stop::TooMuch("points", POINTS_MAX))?;
        Ok(())
    }

    /// Paints the path, then clips by it if that was said, and forgets it.
    fn paint(&mut self, fill: Option<Inside>, stroke: bool) {
        let mut path = std::mem::take(&mut self.path);
        let extent = path.extent();
        let fills = fill.filter(|_| !self.state.fill.is_white);
        let strokes = stroke && !self.state.stroke.is_white;
        // Corners of right angles stand out by the diagonal of half the width.
        let reach = self.state.line_width / 2.0 * self.state.ctm.stretch();
        let reach = if strokes { reach.max(HAIRLINE_MM / 2.0) } else { 0.0 };
        if fills.is_some() || strokes {
            // A start without a line paints nothing.
            path.lines.retain(|line| line.len() > 1);
            let extent = path.extent().grown(reach).shared(self.state.clip);
            self.gather.painting(MarkKind::Painting, extent, |area| {
                fills.is_some_and(|inside| path.fill_touches(inside, area))
                    || strokes && path.stroke_touches(reach, area)
            });
        }
        if self.clips.take().is_some() {
            self.state.clip = self.state.clip.shared(extent);
        }
    }

    fn colour(&mut self, operator: &[u8], operands: &[Operand], resources: &Dictionary) -> Walked {
        let strokes = operator[0].is_ascii_uppercase();
        let mut paint = if strokes { self.state.stroke } else { self.state.fill };
        match operator {
            b"cs" | b"CS" => {
                let space = name(operator, operands)?;
                paint.space = Space::named(self.document, resources, space);
                // Colours begin as black, or as the lowest value of their space.
                paint.is_white = false;
            }
            _ => {
                paint.space = match operator {
                    b"g" | b"G" | b"rg" | b"RG" => Space::Light,
                    b"k" | b"K" => Space::Ink,
                    _ => paint.space,
                };
                let components: Option<Vec<f64>> = operands
                    .iter()
                    .map(|operand| match operand {
                        Operand::Number(number) => Some(*number),
                        _ => None,
                    })
                    .collect();
                paint.is_white = components.is_some_and(|all| paint.space.is_white(&all));
            }
        }
        match strokes {
            true => self.state.stroke = paint,
            false => self.state.fill = paint,
        }
        Ok(())
    }
}

/// Returns the operands of an operator that takes so many numbers.
fn numbers<const N: usize>(operator: &[u8], operands: &[Operand]) -> Result<[f64; N], Stop> {
    let mut numbers = [0.0; N];
    let fit = operands.len() == N
        && operands.iter().zip(&mut numbers).all(|(operand, number)| match operand {
            Operand::Number(found) => {
                *number = *found;
                true
            }
            _ => false,
        });
    match fit {
        true => Ok(numbers),
        false => Err(wrong_operands(operator)),
    }
}

/// Returns the name that an operator takes alone or last.
fn name<'o>(operator: &[u8], operands: &'o [Operand]) -> Result<&'o [u8], Stop> {
    match operands {
        [Operand::Name(name)] => Ok(name),
        _ => Err(wrong_operands(operator)),
    }
}

fn wrong_operands(operator: &[u8]) -> Stop {
    Stop::Content(format!("operator {} has wrong operands", operator.escape_ascii()))
}

fn bezier([a, b, c, d]: [Point; 4], t: f64) -> Point {
    let s = 1.0 - t;
    let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
    [0, 1].map(|axis| {
        let along = [a, b, c, d].map(|point| point[axis]);
        along.iter().zip(weights).map(|(at, weight)| at * weight).sum()
    })
}

/// Returns the resource of that category and name.
fn resource<'d>(
    document: &'d Document,
    resources: &'d Dictionary,
    category: &[u8],
    name: &[u8],
) -> Result<&'d Object, Stop> {
    let found = resources.get_deref(category, document).and_then(Object::as_dict);
    let found = found.and_then(|all| all.get_deref(name, document));
    found.map_err(|_| {
        let (category, name) = (category.escape_ascii(), name.escape_ascii());
        Stop::Content(format!("{category} {name} is not there"))
    })
}

/// The extent of the clip as corners.
fn of_corners(corners: [Point; 4]) -> Area {
    Area::around(corners)
}

const TOO_LARGE: &str = "a transformation is too large";
const NO_POINT: &str = "a path has no start";
/// All content of a file; a page of dense text has ten thousand operators, a map a hundred times
/// that.
const OPERATORS_MAX: usize = 3_000_000;
/// All decoded content of a file.
const CONTENT_LEN_MAX: usize = 64 << 20;
/// Points of all paths.
const POINTS_MAX: usize = 4_000_000;
/// Operands of one operator; DeviceN takes 32 components.
const OPERANDS_MAX: usize = 64;
/// States kept by `q`; ISO 32000-1 Annex C has 28.
const KEPT_MAX: usize = 512;
/// Lines that a curve is taken for; a circle of 100 mm then is 0.1 mm off.
const CURVE_LINES: u32 = 16;
/// A line of no width is as thin as the printer draws.
const HAIRLINE_MM: f64 = 0.1;
