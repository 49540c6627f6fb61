//! Pictures on a layer: drawn where they stand, once in a file, spoken of in copies.

mod judge;
mod support;

use judge::{assert_sound, judge, kept};
use letter::page::{Len, Mark, Passage, Picture, Role, A4};
use press::{FaceData, Fonts, Layers, Statics};
use support::{copy, copy_press, layer, letter_page, print, uses, Face, Sample, GOTHIC, MINCHO};

const WORDS: &str = "星見市の市章";

/// Letters on a layer with a picture of 300 × 300 samples, black above and light below, 30 mm wide,
/// 100 mm from the left and the upper edge.
fn pictured() -> Sample {
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let letters: Vec<_> = (1..=3).map(|number| vec![letter_page(&faces, number)]).collect();
    let mut layer = layer(&faces);
    let side = Len::from_mm(30.0);
    let (x, y) = (Len::from_mm(100.0), A4.height - Len::from_mm(130.0));
    let start = layer.marks.len() as u32;
    layer.marks.push(Mark::Picture { picture: 0, x, y, width: side, height: side });
    let first = layer.alternatives.len() as u32;
    layer.alternatives.push_str(WORDS);
    let role = Role::Figure { start: first, end: layer.alternatives.len() as u32 };
    layer.passages.push(Passage { place: 1 << 30, role, start, end: start + 1 });
    let data: Vec<FaceData<'_>> = faces.iter().map(Face::data).collect();
    let pages = letters.iter().flatten().chain([&layer]);
    let fonts = Fonts::build(&data, &uses(&faces, pages), &Default::default()).expect("fonts");
    let grey = [vec![0; 300 * 150], vec![200; 300 * 150]].concat();
    let picture = Picture { width: 300, height: 300, grey, jpeg: None };
    let layers = {
        let (layers, pictures) = (&[layer][..], &[picture][..]);
        let statics = Statics { sheet: A4, layers, parts: &[], stationery: None, pictures };
        Layers::from_statics(&fonts, &statics).expect("layers")
    };
    Sample { letters, fonts, layers }
}

#[test]
fn a_picture_is_drawn_on_every_page_and_stands_once_in_a_file() {
    let sample = pictured();
    let print = kept("picture-print.pdf", &print(&sample, false).0);
    let copy = kept("picture-copy.pdf", &copy(&copy_press(&sample), &sample, 1).0);
    for file in [print, copy] {
        assert_sound(&file);
        let listed = judge("pdfimages", &["-list", "FILE"], &file);
        let grey = listed.lines().filter(|line| line.contains("300   300  gray"));
        let objects: std::collections::BTreeSet<&str> =
            grey.filter_map(|line| line.split_whitespace().nth(10)).collect();
        assert_eq!(objects.len(), 1, "{listed}");
        let stem = file.with_extension("");
        let stem = stem.to_str().expect("UTF-8");
        judge("pdftoppm", &["-r", "36", "-gray", "-singlefile", "FILE", stem], &file);
        let image = std::fs::read(format!("{stem}.pgm")).expect("an image");
        let width = 298;
        let pixels = &image[image.len() - width * 421..];
        let at = |x_mm: f64, y_mm: f64| {
            let [x, y] = [x_mm, y_mm].map(|mm| (mm * 36.0 / 25.4) as usize);
            pixels[y * width + x]
        };
        let (above, below) = (at(115.0, 106.0), at(115.0, 124.0));
        assert!(above <= 1 && below.abs_diff(200) <= 1, "{above} {below}");
    }
}

#[test]
fn a_copy_says_what_a_picture_is() {
    let sample = pictured();
    let (bytes, _) = copy(&copy_press(&sample), &sample, 1);
    let words: String = WORDS.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
    let alt = format!("/Alt<FEFF{words}>");
    assert!(bytes.windows(alt.len()).any(|window| window == alt.as_bytes()), "{alt}");
    let file = kept("picture-tagged.pdf", &bytes);
    let structure = judge("pdfinfo", &["-struct", "FILE"], &file);
    assert!(structure.contains("Figure"), "{structure}");
}
