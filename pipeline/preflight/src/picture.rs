//! A page's marks and the house's zones as a picture: where the sender has to look.

use crate::area::Area;
use crate::rules::Rules;
use crate::Sketch;

/// Draws a page, the first being 1, and returns it as PNG, 100 pixels an inch.
///
/// The sheet has a black edge, the printable area a dashed grey one; text is grey, paths and images
/// are outlined in grey; zones are pale red with a red edge, and what findings are about is framed
/// in strong red.
pub fn picture(sketch: &Sketch, page: u32, rules: &Rules) -> Vec<u8> {
    let sheet = rules.sheet_area();
    let mut canvas = Canvas::of(sheet);
    for zone in rules.zones_of(page) {
        canvas.fill(zone.area, PALE);
    }
    for &area in &sketch.paintings {
        canvas.frame(area, 1, SILVER);
    }
    for &area in &sketch.texts {
        canvas.fill(area, GREY);
    }
    for zone in rules.zones_of(page) {
        canvas.frame(zone.area, 2, RED);
    }
    canvas.frame(rules.printable(), 1, SILVER);
    for &area in &sketch.offending {
        canvas.frame(area.grown(0.4), 3, RED);
    }
    canvas.frame(sheet, 1, BLACK);
    canvas.png()
}

struct Canvas {
    width: usize,
    height: usize,
    /// A colour of the palette each, row by row from the top.
    pixels: Vec<u8>,
}

impl Canvas {
    fn of(sheet: Area) -> Self {
        // A4 has 827 pixels by 1,170.
        let pixels = |mm: f64| (mm * PER_MM).ceil() as usize;
        let (width, height) = (pixels(sheet.right_mm), pixels(sheet.bottom_mm));
        Self { width, height, pixels: vec![WHITE; width * height] }
    }

    fn fill(&mut self, area: Area, colour: u8) {
        let [left, top, right, bottom] = self.sides(area);
        for row in top..bottom {
            self.pixels[row * self.width..][left..right].fill(colour);
        }
    }

    fn frame(&mut self, area: Area, thick: usize, colour: u8) {
        let [left, top, right, bottom] = self.sides(area);
        for row in top..bottom {
            let line = &mut self.pixels[row * self.width..][left..right];
            if row < top + thick || row + thick >= bottom {
                line.fill(colour);
                continue;
            }
            let len = line.len();
            line[..thick.min(len)].fill(colour);
            line[len - thick.min(len)..].fill(colour);
        }
    }

    fn png(&self) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(PALETTE.concat());
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&self.pixels)?;
            writer.finish()
        });
        written.expect("memory takes all bytes");
        file
    }

    /// Returns left, top, right and bottom in pixels, at least one pixel wide and on the canvas.
    fn sides(&self, area: Area) -> [usize; 4] {
        // A cast from a float stays within the number's range.
        let pixel = |mm: f64, most: usize| ((mm * PER_MM) as usize).min(most);
        let (width, height) = (self.width - 1, self.height - 1);
        let (left, top) = (pixel(area.left_mm, width), pixel(area.top_mm, height));
        let right = pixel(area.right_mm, width).max(left) + 1;
        let bottom = pixel(area.bottom_mm, height).max(top) + 1;
        [left, top, right, bottom]
    }
}

const PER_MM: f64 = 100.0 / 25.4;
const WHITE: u8 = 0;
const BLACK: u8 = 1;
const GREY: u8 = 2;
const SILVER: u8 = 3;
const PALE: u8 = 4;
const RED: u8 = 5;
const PALETTE: [[u8; 3]; 6] =
    [[255, 255, 255], [0, 0, 0], [120, 120, 120], [190, 190, 190], [255, 225, 225], [220, 0, 0]];
