//! Pictures on the layers: their place, their words, and what is refused.

use letter::page::{Mark, Role};

use super::*;
use crate::picture::tests::png_of;

const IMAGES: &str = "[images.seal]
file = \"seal.png\"
alt = \"星見市の市章\"
left_mm = 120
top_mm = 20
width_mm = 40
height_mm = 20
";

/// A picture twice as wide as high, 400 samples wide.
fn seal() -> Vec<u8> {
    png_of(400, png::ColorType::Grayscale, &[128; 400 * 200])
}

fn compiled(sheet: &str, pictures: &[(String, Vec<u8>)]) -> Result<Template, Vec<TemplateFault>> {
    let stock = Stock::read("tax-notice");
    let toml = format!("{}\n{sheet}", stock.toml);
    let source = TemplateSource { toml: &toml, pictures, ..stock.source() };
    Template::compile(&source, &chain(), &stock.schema, &stock.sample.sender(), &naga3())
}

#[test]
fn a_picture_stands_once_on_its_layer_with_its_words() {
    let template = compiled(IMAGES, &[("seal.png".to_owned(), seal())]).expect("a template");
    let [first, other] = template.layers() else { panic!("two layers") };
    let is_picture = |mark: &&Mark| matches!(mark, Mark::Picture { .. });
    assert_eq!(other.marks.iter().filter(is_picture).count(), 0);
    let [Mark::Picture { picture: 0, x, width, height, .. }] =
        first.marks.iter().filter(is_picture).collect::<Vec<_>>()[..]
    else {
        panic!("one picture")
    };
    assert_eq!(
        (x.to_mm().round(), width.to_mm().round(), height.to_mm().round()),
        (120., 40., 20.)
    );
    let figure = first.passages.iter().find_map(|passage| match passage.role {
        Role::Figure { start, end } => Some(&first.alternatives[start as usize..end as usize]),
        _ => None,
    });
    assert_eq!(figure, Some("星見市の市章"));
    assert_eq!(template.pictures().len(), 1);
}

#[test]
fn a_picture_that_would_show_dots_or_is_not_there_is_refused() {
    let said = |sheet: &str, pictures: &[(String, Vec<u8>)]| {
        let faults = compiled(sheet, pictures).expect_err("a fault");
        faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>().join("; ")
    };
    assert!(said(IMAGES, &[]).contains("is not in the folder"));
    let small = png_of(200, png::ColorType::Grayscale, &[0; 200 * 100]);
    let small = [("seal.png".to_owned(), small)];
    let message = said(IMAGES, &small);
    assert!(message.contains("127 samples an inch on 40.0 × 20.0 mm"), "{message}");
    let broken = [("seal.png".to_owned(), b"GIF89a".to_vec())];
    assert!(said(IMAGES, &broken).contains("neither PNG nor JPEG"));
    let sound = [("seal.png".to_owned(), seal())];
    let hidden =
        IMAGES.replace("left_mm = 120", "left_mm = 30").replace("top_mm = 20", "top_mm = 30");
    assert!(said(&hidden, &sound).contains("would show in the window"));
}
