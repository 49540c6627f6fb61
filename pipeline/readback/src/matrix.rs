//! Transformation matrices (ISO 32000-2 §8.3.4).

/// `[a b c d e f]`: x' = a x + c y + e, y' = b x + d y + f.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Matrix(pub(crate) [f32; 6]);

impl Matrix {
    pub(crate) const IDENTITY: Self = Self([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    /// Returns the matrix that does this one first, then `next`.
    pub(crate) fn then(&self, next: &Self) -> Self {
        let [a, b, c, d, e, f] = self.0;
        let [na, nb, nc, nd, ne, nf] = next.0;
        Self([
            a * na + b * nc,
            a * nb + b * nd,
            c * na + d * nc,
            c * nb + d * nd,
            e * na + f * nc + ne,
            e * nb + f * nd + nf,
        ])
    }

    /// Returns the matrix with its origin moved by (x, y) of its own units.
    pub(crate) fn moved(&self, x: f32, y: f32) -> Self {
        let [a, b, c, d, e, f] = self.0;
        Self([a, b, c, d, a * x + c * y + e, b * x + d * y + f])
    }

    /// Returns where the origin lies.
    pub(crate) fn origin(&self) -> (f32, f32) {
        (self.0[4], self.0[5])
    }

    /// Returns the direction of the baseline as a unit vector; (1, 0) for a matrix without one.
    pub(crate) fn direction(&self) -> (f32, f32) {
        let [a, b, ..] = self.0;
        if b == 0.0 && a > 0.0 {
            return (1.0, 0.0);
        }
        let length = a.hypot(b);
        if length > 0.0 {
            (a / length, b / length)
        } else {
            (1.0, 0.0)
        }
    }

    /// Returns how much longer a unit across the baseline becomes.
    pub(crate) fn height(&self) -> f32 {
        let [_, _, c, d, ..] = self.0;
        if c == 0.0 {
            d.abs()
        } else {
            c.hypot(d)
        }
    }

    /// Whether text stands upright and is not stretched.
    pub(crate) fn is_upright(&self) -> bool {
        let [a, b, c, d, ..] = self.0;
        b == 0.0 && c == 0.0 && a > 0.0 && a == d
    }

    /// Whether an upright rectangle stays one, whatever its sides become.
    pub(crate) fn is_axis_parallel(&self) -> bool {
        let [a, b, c, d, ..] = self.0;
        (b == 0.0 && c == 0.0) || (a == 0.0 && d == 0.0)
    }

    /// Whether a unit square becomes an upright square: not turned, mirrored or stretched.
    pub(crate) fn is_upright_square(&self) -> bool {
        let [a, b, c, d, ..] = self.0;
        a > 0.0 && (a - d).abs() <= a * 0.01 && b.abs() <= a * 0.001 && c.abs() <= a * 0.001
    }
}
