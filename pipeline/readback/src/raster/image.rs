//! Grey images and the PGM files that rasterisers write.

/// An image of 8-bit grey pixels, 0 black to 255 white, rows from the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GreyImage {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Why bytes are no PGM image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// The head is not `P5 width height maxval`.
    #[error("not a binary PGM file")]
    NotPgm,
    /// The greatest value is not 255.
    #[error("a PGM file of {0} grey values, not of 256")]
    Depth(usize),
    /// Fewer pixels than the head says.
    #[error("{found} of {expected} pixels")]
    Short {
        /// Pixels in the file.
        found: usize,
        /// Width times height.
        expected: usize,
    },
}

impl GreyImage {
    /// Returns the image of these pixels.
    ///
    /// # Errors
    /// [`ImageError::Short`] unless there are width times height of them.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Result<Self, ImageError> {
        let expected = width.saturating_mul(height);
        if pixels.len() != expected {
            return Err(ImageError::Short { found: pixels.len(), expected });
        }
        Ok(Self { width, height, pixels })
    }

    /// Reads one binary PGM file, as `pdftoppm -gray` writes it.
    ///
    /// # Errors
    /// If it is of another kind, of more than 8 bits, or cut off.
    pub fn from_pgm(bytes: &[u8]) -> Result<Self, ImageError> {
        let mut rest = bytes.strip_prefix(b"P5").ok_or(ImageError::NotPgm)?;
        let mut head = [0; 3];
        for value in &mut head {
            *value = pgm_number(&mut rest).ok_or(ImageError::NotPgm)?;
        }
        let [width, height, max] = head;
        if max != 255 {
            return Err(ImageError::Depth(max + 1));
        }
        // One blank ends the head.
        let pixels = rest.get(1..).ok_or(ImageError::NotPgm)?;
        let expected = width.saturating_mul(height);
        match pixels.get(..expected) {
            Some(pixels) => Self::new(width, height, pixels.to_vec()),
            None => Err(ImageError::Short { found: pixels.len(), expected }),
        }
    }

    /// Returns the width in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns the height in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Returns a row of pixels.
    ///
    /// # Panics
    /// If the image has no such row.
    pub fn row(&self, y: usize) -> &[u8] {
        &self.pixels[y * self.width..(y + 1) * self.width]
    }

    /// Returns whether a pixel is dark; pixels beyond the image are not.
    pub(crate) fn is_dark(&self, x: usize, y: usize) -> bool {
        x < self.width && y < self.height && self.pixels[y * self.width + x] < DARK_BELOW
    }
}

fn pgm_number(rest: &mut &[u8]) -> Option<usize> {
    loop {
        match *rest.first()? {
            b'#' => {
                let end = rest.iter().position(|&b| b == b'\n')?;
                *rest = &rest[end..];
            }
            b if b.is_ascii_whitespace() => *rest = &rest[1..],
            _ => break,
        }
    }
    let len = rest.iter().position(|b| !b.is_ascii_digit())?;
    let number = std::str::from_utf8(&rest[..len]).ok()?.parse().ok()?;
    *rest = &rest[len..];
    Some(number)
}

/// Half covered pixels are dark; bars are black on white (manual p13).
pub(crate) const DARK_BELOW: u8 = 128;
