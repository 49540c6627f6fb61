//! The sheet as grey pixels, on which outlines are filled.

use letter::page::{Picture, SheetSize};
use zeno::Mask;

use crate::error::ProofError;
use crate::outline::Outline;

/// A rectangle on the page, in 1/100 point from its lower left corner.
#[derive(Clone, Copy, Debug)]
pub struct Rect {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A sheet, white where nothing is painted.
#[derive(Debug)]
pub struct Sheet {
    dpi: u32,
    /// Height of the paper, 1/100 point.
    top: i32,
    width: u32,
    height: u32,
    /// 0 black, 255 white, row by row from the top.
    pixels: Vec<u8>,
    /// The filled outline's share of each pixel of its box.
    coverage: Vec<u8>,
}

impl Sheet {
    /// Returns a white sheet; a pixel that the sheet covers in part counts.
    pub fn new(dpi: u32, size: SheetSize) -> Self {
        let pixels = |length: i32| (length as u32 * dpi).div_ceil(UNITS_PER_INCH);
        let (width, height) = (pixels(size.width.0), pixels(size.height.0));
        let pixels = vec![WHITE; width as usize * height as usize];
        Self { dpi, top: size.height.0, width, height, pixels, coverage: Vec::new() }
    }

    /// Returns a picture of so many pixels each way, all of one shade.
    pub fn of_size(dpi: u32, [width, height]: [u32; 2], shade: u8) -> Self {
        let pixels = vec![shade; width as usize * height as usize];
        let top = (height * UNITS_PER_INCH / dpi.max(1)) as i32;
        Self { dpi, top, width, height, pixels, coverage: Vec::new() }
    }

    /// Returns the shade of a pixel; `None` beyond the edges.
    pub fn shade(&self, x: i64, y: i64) -> Option<u8> {
        self.pixels.get(self.index(x, y)?).copied()
    }

    /// Sets a pixel; beyond the edges there is none.
    pub fn set(&mut self, x: i64, y: i64, shade: u8) {
        if let Some(index) = self.index(x, y) {
            self.pixels[index] = shade;
        }
    }

    fn index(&self, x: i64, y: i64) -> Option<usize> {
        let within =
            (0..i64::from(self.width)).contains(&x) && (0..i64::from(self.height)).contains(&y);
        within.then(|| y as usize * self.width as usize + x as usize)
    }

    /// Returns pixels a unit of 1/100 point.
    pub fn scale(&self) -> f64 {
        f64::from(self.dpi) / f64::from(UNITS_PER_INCH)
    }

    /// Returns the pixels from the upper left corner to a point of the page.
    pub fn place(&self, x: f64, y: f64) -> (f64, f64) {
        (x * self.scale(), (f64::from(self.top) - y) * self.scale())
    }

    /// Returns left, top, right and bottom of a rectangle in pixels.
    pub fn corners(&self, rect: Rect) -> [f32; 4] {
        let (left, bottom) = self.place(rect.x, rect.y);
        let (right, top) = self.place(rect.x + rect.width, rect.y + rect.height);
        [left, top, right, bottom].map(|length| length as f32)
    }

    /// Fills an outline with one shade, opaque where it covers a pixel whole.
    pub fn fill(&mut self, outline: &Outline, shade: u8) {
        let Some([left, top, right, bottom]) = self.within(outline.extent) else { return };
        let (width, height) = (right - left, bottom - top);
        self.coverage.clear();
        self.coverage.resize(width as usize * height as usize, 0);
        Mask::new(&outline.commands)
            .size(width, height)
            .offset((-(left as f32), -(top as f32)))
            .render_into(&mut self.coverage, None);
        let rows = self.coverage.chunks_exact(width as usize).zip(top as usize..);
        for (coverage, row) in rows {
            let start = row * self.width as usize + left as usize;
            let pixels = &mut self.pixels[start..start + width as usize];
            for (pixel, &share) in pixels.iter_mut().zip(coverage) {
                *pixel = blend(*pixel, shade, share);
            }
        }
    }

    /// Lays a picture on its place, each pixel of the sheet the picture's sample there.
    pub fn lay(&mut self, picture: &Picture, rect: Rect) {
        let corners = self.corners(rect);
        let Some([left, top, right, bottom]) = self.within(Some(corners)) else { return };
        let [x0, y0, x1, y1] = corners.map(f64::from);
        let sample = |at: u32, from: f64, to: f64, count: u32| {
            // A cast from a float stays within the number's range.
            let share = (f64::from(at) + 0.5 - from) / (to - from);
            ((share * f64::from(count)) as u32).min(count.saturating_sub(1))
        };
        for row in top..bottom {
            let from = sample(row, y0, y1, picture.height) * picture.width;
            for column in left..right {
                let at = from + sample(column, x0, x1, picture.width);
                let shade = picture.grey.get(at as usize).copied().unwrap_or(WHITE);
                self.pixels[(row * self.width + column) as usize] = shade;
            }
        }
    }

    /// Returns the pixels that an extent touches; `None` if they are not on the sheet.
    fn within(&self, extent: Option<[f32; 4]>) -> Option<[u32; 4]> {
        let [left, top, right, bottom] = extent?;
        // A cast from a float stays within the number's range.
        let (left, top) = (left.floor() as u32, top.floor() as u32);
        let right = (right.ceil() as u32).min(self.width);
        let bottom = (bottom.ceil() as u32).min(self.height);
        (left < right && top < bottom).then_some([left, top, right, bottom])
    }

    /// Packs the sheet as PNG.
    pub fn png(self) -> Result<Vec<u8>, ProofError> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::Eight);
        let per_metre = (f64::from(self.dpi) / 0.0254).round() as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_metre,
            yppu: per_metre,
            unit: png::Unit::Meter,
        }));
        let packed = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&self.pixels)?;
            writer.finish()
        });
        packed.map_err(|why| ProofError::Png(why.to_string()))?;
        Ok(file)
    }
}

/// Lays a shade on a pixel, of which it covers `share` of 255.
fn blend(pixel: u8, shade: u8, share: u8) -> u8 {
    let [pixel, shade, share] = [pixel, shade, share].map(u32::from);
    ((pixel * (255 - share) + shade * share + 127) / 255) as u8
}

const WHITE: u8 = 255;
/// An inch has 72 points of 100 units.
const UNITS_PER_INCH: u32 = 7200;
