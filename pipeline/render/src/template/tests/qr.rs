//! Frames whose text is a QR code, judged by zbarimg.

use std::io::Write;
use std::process::{Command, Stdio};

use letter::page::{Len, Mark};

use super::*;

/// The water bill with a QR code of `text` in its title's frame, 30 mm high.
fn stock(frame: &str, text: &str) -> Stock {
    let mut stock = Stock::read("water-bill");
    let title = "height_mm = 10\nstyle = \"heading\"\n";
    assert!(stock.toml.contains(title));
    let lines = format!("height_mm = 30\nstyle = \"label\"\nbarcode = \"qr\"\n{frame}\n");
    stock.toml = stock.toml.replacen(title, &lines, 1);
    stock.toml = stock.toml.replacen("top_mm = 84", "top_mm = 99", 2);
    // The key stands in the code alone.
    stock.toml = stock.toml.replace("{{ key }}", "");
    stock.body =
        stock.body.replace("{{ key }}", "").replacen("# 水道料金・下水道使用料のお知らせ", text, 1);
    stock
}

/// Sets the ordinary letter with a key and returns its page over its layer.
fn marks(stock: &Stock, key: &str) -> Result<Vec<Mark>, Reason> {
    let template = stock.compile(&chain()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    let letter = with(&stock.sample.letters[0], "key", key);
    let mut scratch = Scratch::default();
    stock.typeset(&template, &mut scratch, &letter, Form::Print)?;
    let layers = template.layers()[0].marks.iter();
    Ok(layers.chain(&scratch.pages()[0].marks).cloned().collect())
}

/// Paints the black rules of the frame's ground at eight dots a millimetre, 203 dpi, the coarsest
/// print that a label has, and returns what zbarimg reads there.
fn read(marks: &[Mark]) -> String {
    let (width, height) = (8 * 180, 8 * 34);
    let mut picture = vec![255_u8; width * height];
    for mark in marks {
        let Mark::Rule { x, y, width: wide, height: high, tint: 100 } = *mark else { continue };
        let dot = |length: Len| (length.to_mm() * 8.0).round() as i64;
        let (left, right) = (dot(x), dot(x + wide));
        let (top, bottom) = (dot(Len(A4.height.0) - y - high), dot(Len(A4.height.0) - y));
        for row in top.max(8 * 67)..bottom.min(8 * 67 + height as i64) {
            for column in left.max(0)..right.min(width as i64) {
                picture[(row - 8 * 67) as usize * width + column as usize] = 0;
            }
        }
    }
    let mut zbarimg = Command::new("zbarimg")
        .args(["--raw", "--quiet", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("zbarimg is installed by tests/all");
    let mut input = zbarimg.stdin.take().expect("piped");
    writeln!(input, "P5 {width} {height} 255").expect("zbarimg reads");
    input.write_all(&picture).expect("zbarimg reads");
    drop(input);
    let output = zbarimg.wait_with_output().expect("zbarimg ends");
    String::from_utf8(output.stdout).expect("UTF-8").trim_end_matches('\n').to_owned()
}

#[test]
fn a_qr_code_of_values_is_read_from_its_letter() {
    let link = stock("module_mm = 0.5", "https://pay.example.jp/?k={{ key }}&a={{ amount }}");
    for key in ["1", "00001234", "A-0123456789-abcdefghijklmnop"] {
        let marks = marks(&link, key).expect("fits");
        let amount = link.sample.letters[0].field("amount");
        assert_eq!(read(&marks), format!("https://pay.example.jp/?k={key}&a={amount}"));
    }
}

#[test]
fn a_qr_code_that_is_the_same_in_all_letters_stands_on_the_layer() {
    let link = stock("module_mm = 0.5\nbarcode_text = true", "https://www.example.jp/");
    let template = link.compile(&chain()).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert_eq!(read(&template.layers()[0].marks), "https://www.example.jp/");
    let text = text_of(&template.layers()[0], &chain());
    assert!(text.contains(&"https://www.example.jp/".to_owned()), "{text:?}");
}

#[test]
fn a_text_too_long_for_the_frame_holds_the_letter() {
    let link = stock("module_mm = 0.5\npadding_mm = 9", "{{ key }}");
    // 12 mm hold 47 modules of 0.25 mm: version 5 with its quiet zone, 84 bytes at level M.
    assert_eq!(marks(&link, &"a".repeat(84)).map(|_| ()), Ok(()));
    let held = marks(&link, &"a".repeat(85)).expect_err("too long");
    assert!(matches!(held, Reason::DoesNotFit { ref frame, .. } if frame == "title"), "{held:?}");
}

#[test]
fn a_frame_too_small_for_any_qr_code_is_a_fault() {
    let faults = stock("padding_mm = 12", "{{ key }}").compile(&chain()).expect_err("6 mm");
    assert!(faults.iter().any(|fault| fault.message.contains("7.25 mm")), "{faults:#?}");
}
