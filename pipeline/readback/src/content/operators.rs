//! The operators that neither place nor show text: known ones with the operands they take.

use super::lexer::{Operand, Operator};

/// What an operator that only paints takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Numbers(usize),
    Name,
    /// An array of numbers and a number.
    Dash,
    /// Numbers, and for a pattern its name.
    Color,
    /// A tag and its properties.
    Properties,
}

/// Returns what an operator takes, and whether it may stand within a text object; `None` if it is
/// not known here (ISO 32000-2 Annex A).
pub(crate) fn takes(operator: Operator) -> Option<(Takes, bool)> {
    const fn of<const N: usize>(letters: &[u8; N]) -> u32 {
        Operator::of(letters).0
    }
    use Takes::{Color, Dash, Name, Numbers, Properties};
    const IN_TEXT: bool = true;
    const W: u32 = of(b"w");
    const J_CAP: u32 = of(b"J");
    const J: u32 = of(b"j");
    const M_CAP: u32 = of(b"M");
    const I: u32 = of(b"i");
    const RI: u32 = of(b"ri");
    const D: u32 = of(b"d");
    const CS_CAP: u32 = of(b"CS");
    const CS: u32 = of(b"cs");
    const SC_CAP: u32 = of(b"SC");
    const SC: u32 = of(b"sc");
    const SCN_CAP: u32 = of(b"SCN");
    const SCN: u32 = of(b"scn");
    const G_CAP: u32 = of(b"G");
    const G: u32 = of(b"g");
    const RG_CAP: u32 = of(b"RG");
    const RG: u32 = of(b"rg");
    const K_CAP: u32 = of(b"K");
    const K: u32 = of(b"k");
    const MP: u32 = of(b"MP");
    const DP: u32 = of(b"DP");
    const BMC: u32 = of(b"BMC");
    const BDC: u32 = of(b"BDC");
    const EMC: u32 = of(b"EMC");
    const M: u32 = of(b"m");
    const L: u32 = of(b"l");
    const C: u32 = of(b"c");
    const V: u32 = of(b"v");
    const Y: u32 = of(b"y");
    const H: u32 = of(b"h");
    const RE: u32 = of(b"re");
    const S_CAP: u32 = of(b"S");
    const S: u32 = of(b"s");
    const F: u32 = of(b"f");
    const F_CAP: u32 = of(b"F");
    const F_STAR: u32 = of(b"f*");
    const B_CAP: u32 = of(b"B");
    const B_CAP_STAR: u32 = of(b"B*");
    const B: u32 = of(b"b");
    const B_STAR: u32 = of(b"b*");
    const N: u32 = of(b"n");
    const W_CAP: u32 = of(b"W");
    const W_CAP_STAR: u32 = of(b"W*");
    const SH: u32 = of(b"sh");
    Some(match operator.0 {
        RE => (Numbers(4), !IN_TEXT),
        F | F_STAR | H | F_CAP | S_CAP | S | B_CAP | B_CAP_STAR | B | B_STAR | N | W_CAP
        | W_CAP_STAR => (Numbers(0), !IN_TEXT),
        G | G_CAP | W | J | J_CAP | M_CAP | I => (Numbers(1), IN_TEXT),
        M | L => (Numbers(2), !IN_TEXT),
        C => (Numbers(6), !IN_TEXT),
        V | Y => (Numbers(4), !IN_TEXT),
        RG | RG_CAP => (Numbers(3), IN_TEXT),
        K | K_CAP => (Numbers(4), IN_TEXT),
        RI | CS | CS_CAP | MP | BMC => (Name, IN_TEXT),
        SH => (Name, !IN_TEXT),
        D => (Dash, IN_TEXT),
        SC | SC_CAP | SCN | SCN_CAP => (Color, IN_TEXT),
        DP | BDC => (Properties, IN_TEXT),
        EMC => (Numbers(0), IN_TEXT),
        _ => return None,
    })
}

impl Takes {
    /// Whether these are such operands.
    pub(crate) fn fits(self, operands: &[Operand<'_>]) -> bool {
        let numbers =
            |operands: &[Operand<'_>]| operands.iter().all(|o| matches!(o, Operand::Number(_)));
        match (self, operands) {
            (Self::Numbers(count), operands) => operands.len() == count && numbers(operands),
            (Self::Name, operands) => matches!(operands, [Operand::Name(_)]),
            (Self::Dash, [Operand::Open, dashes @ .., Operand::Close, Operand::Number(_)]) => {
                numbers(dashes)
            }
            (Self::Color, [colors @ .., Operand::Name(_)]) => numbers(colors),
            (Self::Color, colors) => !colors.is_empty() && numbers(colors),
            (Self::Properties, operands) => {
                matches!(operands, [Operand::Name(_), Operand::Name(_) | Operand::Dict(_)])
            }
            _ => false,
        }
    }
}
