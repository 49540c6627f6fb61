//! A shop whose own template has pictures: a whole night of it, judged from outside.

use std::path::Path;

use crate::shop::{children, file_name, judge, lettershop, Shop};

/// A sample shop whose city has its seal on the tax notice, and a line of ornament on every page.
fn with_pictures() -> Shop {
    let shop = Shop::of_sample("letters", 120, 91, 0.0);
    let folder = shop.path().join("templates/tax-notice");
    std::fs::create_dir_all(&folder).expect("a folder");
    let stock = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/tax-notice");
    for name in ["template.toml", "body.txt", "sample.toml"] {
        std::fs::copy(stock.join(name), folder.join(name)).expect("a stock template");
    }
    draw_seal(&folder.join("seal.png"));
    let path = folder.join("template.toml");
    let sheet = std::fs::read_to_string(&path).expect("a sheet");
    let images = "\n[images.seal]\nfile = \"seal.png\"\nalt = \"星見市の市章\"\nleft_mm = 172\n\
        top_mm = 48\nwidth_mm = 18\nheight_mm = 18\n\
        [images.ornament]\nfile = \"seal.png\"\nalt = \"\"\npages = \"all\"\nleft_mm = 92\n\
        top_mm = 282\nwidth_mm = 6\nheight_mm = 6\n";
    std::fs::write(path, sheet + images).expect("a sheet");
    shop
}

/// Lets Ghostscript draw a red ring with a disc in it, 300 samples each way.
fn draw_seal(to: &Path) {
    let drawing = "0.8 0.1 0.1 setrgbcolor 10 setlinewidth 36 36 28 0 360 arc stroke \
        36 36 12 0 360 arc fill showpage";
    judge("gs")
        .args(["-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=png16m", "-r300", "-g300x300"])
        .arg(format!("-sOutputFile={}", to.display()))
        .args(["-c", drawing])
        .must_succeed();
}

#[test]
fn a_night_of_letters_with_pictures_is_sound_for_every_judge() {
    let shop = with_pictures();
    let out = shop.after_a_night("out");
    shop.must_come_to_what_is_expected(&out);
    out.verify().must_succeed();
    let print = out.find("print/hoshimi-city/", "-001.pdf");
    let [print] = &print[..] else { panic!("one print file: {print:?}") };
    let copies = shop.beside("copies");
    let export = lettershop().args(["mailbox", "export"]).arg(out.path());
    export.arg("--to").arg(&copies).must_succeed();
    let copies = children(&copies);
    let is_of_the_city = |copy: &&std::path::PathBuf| {
        judge("pdfimages").arg("-list").arg(copy).must_succeed().text().contains("gray")
    };
    let copy = copies.iter().find(is_of_the_city).expect("a copy with a picture");
    for file in [print, copy] {
        judge("qpdf").arg("--check").arg(file).must_succeed();
        let listed = judge("pdfimages").arg("-list").arg(file).must_succeed().text();
        let objects: std::collections::BTreeSet<&str> = listed
            .lines()
            .filter(|line| line.contains(" gray "))
            .filter_map(|line| line.split_whitespace().nth(10))
            .collect();
        assert_eq!(objects.len(), 1, "{}: once in a file: {listed}", file_name(file));
        assert!(!listed.contains(" rgb "), "{listed}");
    }
    let structure = judge("pdfinfo").arg("-struct").arg(copy).must_succeed().text();
    assert!(structure.contains("Figure"), "{structure}");
}
