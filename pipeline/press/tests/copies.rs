//! Electronic copies, judged by outside programs and by the rules of PDF/A-2u that they can break.

mod judge;
mod support;

use judge::{assert_sound, judge, kept, text};
use lopdf::content::Content;
use lopdf::{Document, LoadOptions, Object};
use press::{CopyMeta, Scratch};
use sha2::{Digest, Sha256};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use support::{copy, copy_press, sample, words, Face, Setter, GOTHIC, MINCHO};

fn faces() -> [Face; 2] {
    [Face::load(MINCHO), Face::load(GOTHIC)]
}

#[test]
fn a_copy_is_whole_by_itself_and_sealed() {
    let sample = sample(&faces(), 10);
    let press = copy_press(&sample);
    for number in [4, 5] {
        let (bytes, seal) = copy(&press, &sample, number);
        assert_eq!(seal, <[u8; 32]>::from(Sha256::digest(&bytes)));
        assert_eq!(copy(&press, &sample, number).0, bytes, "always the same bytes");
        let file = kept(&format!("copy-{number}.pdf"), &bytes);
        assert_sound(&file);
        judge("mutool", &["draw", "-q", "-r", "30", "-F", "pgm", "-o", "/dev/null", "FILE"], &file);
        let text = text(&file);
        assert!(text.contains(&words(number).name), "{text}");
        assert!(!text.contains("FDF"), "a copy has no barcode");
        assert!(!text.contains("20261122"), "a copy has no mark");
    }
}

#[test]
fn what_a_worker_made_before_changes_no_copy() {
    let sample = sample(&faces(), 10);
    let other = sample_of_one_face();
    let presses = [(copy_press(&sample), &sample), (copy_press(&other), &other)];
    let mut scratch = Scratch::default();
    for _ in 0..2 {
        for (press, sample) in &presses {
            for number in [5, 4, 5] {
                let row_id = format!("R<{number}>&1");
                let meta = CopyMeta { id: words(number).id, row_id: &row_id };
                let pages = &sample.letters[number as usize - 1];
                let mut rest = Vec::new();
                press.copy(&mut scratch, &meta, pages, &mut rest).expect("a copy");
                let alone = copy(press, sample, number).0;
                assert_eq!(rest, alone[press.shared().len()..], "letter {number}");
            }
        }
    }
}

fn sample_of_one_face() -> support::Sample {
    sample(&[Face::load(MINCHO), Face::load(MINCHO)], 5)
}

#[test]
fn a_copy_packed_without_learned_codes_says_the_same() {
    let sample = sample(&faces(), 5);
    let learned = copy_press(&sample);
    let plain = copy_press(&sample).with_codes(press::CopyCodes::default());
    assert_eq!(learned.shared(), plain.shared());
    let file = |name, press| kept(name, &copy(press, &sample, 5).0);
    let (learned, plain) = (file("copy-learned.pdf", &learned), file("copy-plain.pdf", &plain));
    assert_sound(&plain);
    assert_eq!(text(&learned), text(&plain));
}

#[test]
fn a_copy_is_read_aloud_in_order_with_its_heads_and_without_ornaments() {
    let sample = sample(&faces(), 5);
    let file = kept("copy-aloud.pdf", &copy(&copy_press(&sample), &sample, 5).0);
    let structure = judge("pdfinfo", &["-struct-text", "FILE"], &file);
    let lines: Vec<&str> = structure.lines().map(str::trim).filter(|l| !l.is_empty()).collect();
    let words = words(5);
    let begin = |text: &str| format!("\"{text}");
    let start = [
        "Document".to_owned(),
        "P (block)".to_owned(),
        begin("〒100-0013") + &words.address + "\"",
        "P (block)".to_owned(),
        begin(&words.name) + " 様\"",
        "P (block)".to_owned(),
        begin("星見市役所 課税課\""),
        "P (block)".to_owned(),
        begin("通知書番号 00000005\""),
        "H1 (block)".to_owned(),
        begin("納税通知書（見本）\""),
        "P (block)".to_owned(),
    ];
    assert_eq!(lines[..start.len()], start, "{structure}");
    let body = lines[start.len()];
    assert!(body.contains("平素より") && body.contains("お願い申し上げます"), "{structure}");
    let row =
        ["TR", "TH:", "/Scope /Row", "\"第1期\"", "TD", "\"令和8年1月20日\"", "TD", "\"1,005円\""];
    assert_eq!(lines[start.len() + 1], "Table (block)");
    assert_eq!(lines[start.len() + 2..][..row.len()], row, "{structure}");
    assert_eq!(lines.iter().filter(|line| **line == "TR").count(), 8, "{structure}");
    let sum = format!("\"合計 {}円\"", words.amount);
    let over = &lines[lines.len() - 3..];
    assert_eq!((over[0], over[1]), ("P (block)", &*sum), "{structure}");
    assert!(over[2].contains("の続き"), "one paragraph over two pages: {structure}");
}

/// ISO 14289-1 §7.1: content is tagged or an artifact, and neither lies within the other.
#[test]
fn every_operator_that_paints_stands_in_marked_content() {
    let sample = sample(&faces(), 5);
    let pdf = load(&copy(&copy_press(&sample), &sample, 5).0);
    let layer = pdf.objects.values().find_map(|object| {
        let stream = object.as_stream().ok()?;
        stream.dict.has(b"StructParents").then(|| stream.get_plain_content().expect("a form"))
    });
    let mut contents = vec![layer.expect("the tagged layer")];
    for page in pdf.get_pages().into_values() {
        contents.push(pdf.get_page_content(page));
    }
    for content in contents {
        let (mut inside, mut painted) = (false, 0);
        for operation in Content::decode(&content).expect("content").operations {
            let name = operation.operands.first().and_then(|name| name.as_name().ok());
            match operation.operator.as_str() {
                "BMC" | "BDC" => {
                    assert!(!inside, "marked content within marked content");
                    inside = true;
                }
                "EMC" => inside = false,
                "Tj" | "TJ" | "f" => {
                    assert!(inside, "{operation:?} is neither tagged nor an artifact");
                    painted += 1;
                }
                "Do" => assert_eq!(inside, name != Some(b"T0"), "the tagged layer stands alone"),
                _ => {}
            }
        }
        assert!(painted > 0, "something is painted");
    }
}

#[test]
fn a_copy_says_what_it_is_and_whose_row_it_was() {
    let sample = sample(&faces(), 5);
    let (bytes, _) = copy(&copy_press(&sample), &sample, 5);
    let pdf = load(&bytes);
    assert_eq!(pdf.version, "1.7");
    let catalog = pdf.catalog().expect("a catalog");
    assert_eq!(catalog.get(b"Lang").and_then(Object::as_str).expect("Lang"), b"ja-JP");
    let intents = catalog.get(b"OutputIntents").expect("intents");
    let intents = pdf.dereference(intents).expect("resolved").1.as_array().expect("an array");
    let intent = intents[0].as_dict().expect("an intent");
    assert_eq!(intent.get(b"S").and_then(Object::as_name).expect("a name"), b"GTS_PDFA1");
    let metadata = catalog.get(b"Metadata").and_then(Object::as_reference).expect("metadata");
    let metadata = pdf.get_object(metadata).and_then(Object::as_stream).expect("a stream");
    let packet = std::str::from_utf8(&metadata.content).expect("uncompressed UTF-8");
    for claim in [
        "pdfaid:part=\"2\" pdfaid:conformance=\"U\" pdfuaid:part=\"1\"",
        "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>",
        "xmp:CreatorTool=\"lettershop\" xmp:CreateDate=\"2026-11-22T02:00:00+09:00\"",
        "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">納税通知書</rdf:li></rdf:Alt></dc:title>",
        "<dc:creator><rdf:Seq><rdf:li>星見市</rdf:li></rdf:Seq></dc:creator>",
    ] {
        assert!(packet.contains(claim), "{claim} in {packet}");
    }
    assert!(copy_press(&sample).shared().windows(6).any(|at| at == b"<?xpac"), "once a batch");
    for entry in ["Author", "Title", "Creator", "CreationDate"] {
        assert!(info(&pdf).has(entry.as_bytes()), "{entry}");
    }
    // What Info says beside must be in the packet too (ISO 19005-2 §6.6.3).
    for entry in ["Producer", "ModDate", "Subject", "Keywords"] {
        assert!(!info(&pdf).has(entry.as_bytes()), "{entry}");
    }
    let said = judge("pdfinfo", &["-custom", "FILE"], &kept("copy-info.pdf", &bytes));
    for claim in ["RowId:", "R<5>&1", &words(5).id.to_string(), "tax-2026-1"] {
        assert!(said.contains(claim), "{claim} in {said}");
    }
}

fn info(pdf: &Document) -> &lopdf::Dictionary {
    let id = pdf.trailer.get(b"Info").and_then(Object::as_reference).expect("a reference");
    pdf.get_dictionary(id).expect("an Info")
}

fn load(bytes: &[u8]) -> Document {
    let options = LoadOptions { strict: true, ..LoadOptions::default() };
    Document::load_mem_with_options(bytes, options).expect("a strict reader takes it")
}

/// ISO 19005-2 §6.2.11.5: the widths in the PDF are those of the font program; §6.2.11.8: no
/// `.notdef`.
#[test]
fn widths_are_those_of_the_font_program_and_no_code_leads_to_notdef() {
    let sample = sample(&faces(), 50);
    let pdf = load(&copy(&copy_press(&sample), &sample, 5).0);
    let mut checked = 0;
    for object in pdf.objects.values() {
        let Ok(font) = object.as_dict() else { continue };
        if font.get(b"Subtype").and_then(Object::as_name).ok() != Some(b"CIDFontType2") {
            continue;
        }
        let follow = |dict: &lopdf::Dictionary, key: &[u8]| {
            let id = dict.get(key).and_then(Object::as_reference).expect("a reference");
            pdf.get_object(id).expect("an object").clone()
        };
        let plain =
            |object: Object| object.as_stream().unwrap().get_plain_content().expect("a stream");
        let map = plain(follow(font, b"CIDToGIDMap"));
        let descriptor = follow(font, b"FontDescriptor");
        let program = plain(follow(descriptor.as_dict().unwrap(), b"FontFile2"));
        let program = FontRef::new(&program).expect("a font");
        let units =
            f32::from(program.metrics(Size::unscaled(), LocationRef::default()).units_per_em);
        let metrics = program.glyph_metrics(Size::unscaled(), LocationRef::default());
        let widths = font.get(b"W").and_then(Object::as_array).expect("widths");
        let mut listed = std::collections::BTreeMap::new();
        for pair in widths.chunks_exact(2) {
            let first = pair[0].as_i64().expect("a code");
            for (cid, width) in (first..).zip(pair[1].as_array().expect("widths")) {
                listed.insert(cid, width.as_float().expect("a width"));
            }
        }
        for (cid, gid) in (0..).zip(map.chunks_exact(2)) {
            let gid = u16::from_be_bytes([gid[0], gid[1]]);
            if gid == 0 {
                assert!(!listed.contains_key(&cid), "code {cid} draws .notdef");
                continue;
            }
            let own = metrics.advance_width(GlyphId::from(gid)).expect("a glyph") * 1000.0 / units;
            let said = listed.get(&cid).copied().unwrap_or(1000.0);
            assert!((own - said).abs() < 0.01, "code {cid}: {said}, the program has {own}");
            checked += 1;
        }
    }
    assert!(checked > 200, "{checked} widths");
}

#[test]
fn a_face_with_cff_outlines_is_drawn_and_searched_like_any_other() {
    let faces = [Face::load(NIMBUS)];
    let mut setter = Setter::new(&faces);
    setter.line(0, 24.0, 60.0, 100.0, "Letters (all) \\ of a CFF face: 0123456789");
    let uses = support::uses(&faces, [&setter.page]);
    let fonts = press::Fonts::build(&[faces[0].data()], &uses, &Default::default()).expect("fonts");
    let layers = press::Layers::build(&fonts, &[], &[], None).expect("layers");
    let sample = support::Sample { letters: vec![vec![setter.page]], fonts, layers };
    let (bytes, _) = copy(&copy_press(&sample), &sample, 1);
    let file = kept("copy-cff.pdf", &bytes);
    assert_sound(&file);
    assert_eq!(text(&file).trim(), "Letters (all) \\ of a CFF face: 0123456789");
    let fonts = judge("pdffonts", &["FILE"], &file);
    assert!(fonts.contains("CID Type 0C") && fonts.contains("yes yes yes"), "{fonts}");
    let stem = file.with_extension("");
    let stem = stem.to_str().expect("UTF-8");
    judge("pdftoppm", &["-r", "60", "-png", "-singlefile", "FILE", stem], &file);
    let plain = support::print(&sample, false).0;
    assert_sound(&kept("print-cff.pdf", &plain));
}

#[test]
fn a_copy_without_pages_is_refused() {
    let sample = sample(&faces(), 1);
    let press = copy_press(&sample);
    let meta = CopyMeta { id: words(1).id, row_id: "1" };
    let copy = press.copy(&mut Scratch::default(), &meta, &[], &mut Vec::new());
    assert!(matches!(copy, Err(press::PressError::PageCount { found: 0, .. })));
}

/// From Debian's `fonts-urw-base35`, which Ghostscript brings along.
const NIMBUS: &str = "/usr/share/fonts/opentype/urw-base35/NimbusSans-Regular.otf";
