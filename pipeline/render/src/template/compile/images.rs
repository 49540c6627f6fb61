//! Reads the pictures that a sheet names, and places them on the layers.

use letter::page::{Len, Mark, Page, Passage, Role};

use super::geometry::printable;
use super::{millimetres, Compiler, ADDRESS_SLOT};
use crate::picture;
use crate::template::fault::{Place, TOML};
use crate::template::program::Program;
use crate::template::sheet::{Area, ImageSheet, Pages, Sheet};
use crate::template::window::show;

/// A picture where it stands.
pub(super) struct Placed {
    mark: Mark,
    pages: Pages,
    alt: String,
}

impl Compiler<'_> {
    /// Reads the sheet's pictures, each file once, and finds their places.
    pub(super) fn images(
        &mut self,
        sheet: &Sheet,
        files: &[(String, Vec<u8>)],
        program: &mut Program,
    ) {
        let mut read: Vec<&str> = Vec::new();
        for (name, image) in &sheet.images {
            let (file, place) = (image.file.get_ref(), self.place(&image.file));
            if !printable(sheet.paper.size()).holds(image.area()) {
                let message =
                    format!("[images.{name}] {} leaves the printable area", show(image.area()));
                self.faults.push(Place::of(TOML).fault(message, "keep 5 mm to every edge"));
            }
            let known = read.iter().position(|known| known == file);
            let number = match known {
                Some(number) => number,
                None => {
                    let Some((_, bytes)) = files.iter().find(|(known, _)| known == file) else {
                        let message = format!("picture {file:?} is not in the folder");
                        let fix = "lay a PNG or JPEG of that name beside template.toml";
                        self.faults.push(place.fault(message, fix));
                        continue;
                    };
                    match picture::read(bytes) {
                        Ok(picture) => program.pictures.push(picture),
                        Err(why) => {
                            let message = format!("picture {file:?} cannot be used: {why}");
                            self.faults.push(place.fault(message, "export it as PNG or JPEG"));
                            continue;
                        }
                    }
                    read.push(file);
                    read.len() - 1
                }
            };
            let picture = &program.pictures[number];
            let area = within(image, picture.width, picture.height);
            let per_inch = f64::from(picture.width) * 25.4 / area.width_mm;
            if per_inch < LEAST_PER_INCH {
                let message = format!(
                    "picture {file:?} has {per_inch:.0} samples an inch on {:.1} × {:.1} mm",
                    area.width_mm, area.height_mm
                );
                let fix = format!("give it {LEAST_PER_INCH:.0} or more, or less room");
                self.faults.push(place.fault(message, fix));
            }
            let mark = Mark::Picture {
                picture: number as u16,
                x: Len(millimetres(area.left_mm)),
                y: Len(program.sheet.height.0 - millimetres(area.bottom_mm())),
                width: Len(millimetres(area.width_mm)),
                height: Len(millimetres(area.height_mm)),
            };
            let alt = image.alt.trim().to_owned();
            self.images.push(Placed { mark, pages: image.pages, alt });
        }
    }
}

/// Returns the part of an image's area that a picture of these proportions takes.
fn within(image: &ImageSheet, width: u32, height: u32) -> Area {
    let area = image.area();
    let scale = (area.width_mm / f64::from(width)).min(area.height_mm / f64::from(height));
    let (width_mm, height_mm) = (f64::from(width) * scale, f64::from(height) * scale);
    Area {
        left_mm: area.left_mm + (area.width_mm - width_mm) / 2.0,
        top_mm: area.top_mm + (area.height_mm - height_mm) / 2.0,
        width_mm,
        height_mm,
    }
}

/// Paints the pictures of a layer. One with words is a figure, read after the address.
pub(super) fn place(images: &[Placed], page: usize, layer: &mut Page) {
    for (number, image) in (0..).zip(images.iter().filter(|image| image.pages.has(page))) {
        let start = layer.marks.len() as u32;
        layer.marks.push(image.mark.clone());
        if image.alt.is_empty() {
            continue;
        }
        let first = layer.alternatives.len() as u32;
        layer.alternatives.push_str(&image.alt);
        let role = Role::Figure { start: first, end: layer.alternatives.len() as u32 };
        let place = (ADDRESS_SLOT << 20) + AFTER_ADDRESS + number;
        layer.passages.push(Passage { place, role, start, end: start + 1 });
    }
}

/// Below this, dots are seen: a raster of 100 lines asks for twice as many samples an inch.
const LEAST_PER_INCH: f64 = 200.0;
/// Passages of the address have the first places of its slot, three as a rule.
const AFTER_ADDRESS: u32 = 1 << 16;
