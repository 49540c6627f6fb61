//! Print files made here by another writer, sound and broken in one way each.

use lopdf::content::{Content, Operation};
use lopdf::xref::XrefType;
use lopdf::{dictionary, Dictionary, Document, Object, ObjectId, SaveOptions, Stream};

use super::*;
use crate::second;

/// A letter to be written: the mark of each page (none on a blank back) and lines of text.
struct Letter {
    id: u64,
    pages: Vec<(Option<SheetMark>, Vec<&'static str>)>,
}

fn mark(sequence: u32, sheet: u16, sheets: u16) -> Option<SheetMark> {
    Some(SheetMark { generation: 1, job: 20_261_122, sequence, sheet, sheets, inserts: 0 })
}

fn two_letters() -> Vec<Letter> {
    vec![
        Letter {
            id: 0xa1,
            pages: vec![
                (mark(7, 1, 1), vec!["〒100-0013", "葛\u{E0100}西 𠮷子 様"]),
                (None, vec!["裏面"]),
            ],
        },
        Letter {
            id: 0xb2,
            pages: vec![
                (mark(8, 1, 2), vec!["12,000円"]),
                (None, vec![]),
                (mark(8, 2, 2), vec!["合計"]),
                (None, vec![]),
            ],
        },
    ]
}

/// The codes of a text: its place among all texts of one character that the table was given.
#[derive(Default)]
struct Codes(Vec<String>);

impl Codes {
    fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut codes = Vec::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let mut unit = character.to_string();
            while let Some(selector) = characters.next_if(|c| ('\u{E0100}'..).contains(c)) {
                unit.push(selector);
            }
            let known = self.0.iter().position(|known| *known == unit);
            let index = known.unwrap_or_else(|| {
                self.0.push(unit);
                self.0.len() - 1
            });
            // From 0x285C on, so that a code holds the bytes of a parenthesis and a backslash.
            codes.extend((index as u16 + 0x285C).to_be_bytes());
        }
        codes
    }

    fn cmap(&self) -> Vec<u8> {
        let mut cmap = "1 begincodespacerange <0000> <FFFF> endcodespacerange\n".to_owned();
        cmap.push_str(&format!("{} beginbfchar\n", self.0.len()));
        for (index, unit) in self.0.iter().enumerate() {
            let value: String = unit.encode_utf16().map(|unit| format!("{unit:04X}")).collect();
            cmap.push_str(&format!("<{:04X}> <{value}>\n", index + 0x285C));
        }
        cmap.push_str("endbfchar\n");
        cmap.into_bytes()
    }
}

/// Lines at 12 points, one below the other, then the mark's digits.
fn content(codes: &mut Codes, mark: Option<SheetMark>, lines: &[&str], form: bool) -> Vec<u8> {
    let mut operations = vec![
        Operation::new("q", vec![]),
        Operation::new("cm", [0.01, 0.0, 0.0, 0.01, 0.0, 0.0].map(Object::from).to_vec()),
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["A".into(), 1200.into()]),
    ];
    let mut show = |text: &str, y: i64| {
        operations.push(Operation::new("Td", vec![0.into(), y.into()]));
        operations.push(Operation::new("Tj", vec![Object::string_literal(codes.encode(text))]));
    };
    for line in lines {
        show(line, -2000);
    }
    if let Some(mark) = mark {
        show(&mark.text(), -2000);
    }
    operations.push(Operation::new("ET", vec![]));
    operations.push(Operation::new("Q", vec![]));
    if form {
        operations.push(Operation::new("Do", vec!["L0".into()]));
    }
    Content { operations }.encode().expect("operators encode")
}

struct Made {
    document: Document,
    leaves: Vec<ObjectId>,
    pages: Vec<ObjectId>,
    page_root: ObjectId,
}

fn make(letters: &[Letter]) -> Made {
    let mut document = Document::with_version("1.6");
    let mut codes = Codes::default();
    let [page_root, part_root, font, form] = std::array::from_fn(|_| document.new_object_id());
    let (mut leaves, mut pages) = (Vec::new(), Vec::new());
    for letter in letters {
        let leaf = document.new_object_id();
        let first = pages.len();
        for (mark, lines) in &letter.pages {
            let content = content(&mut codes, *mark, lines, mark.is_some());
            let content = document.add_object(Stream::new(dictionary! {}, content));
            pages.push(document.add_object(dictionary! {
                "Type" => "Page", "Parent" => page_root, "DPart" => leaf, "Contents" => content,
            }));
        }
        let id = Object::Name(format!("{:016x}", letter.id).into_bytes());
        let metadata = dictionary! { "CIP4_Root" => dictionary! { "CIP4_ExternalID" => id } };
        let mut part = dictionary! {
            "Type" => "DPart", "Parent" => part_root, "Start" => pages[first], "DPM" => metadata,
        };
        if pages.len() > first + 1 {
            part.set("End", pages[pages.len() - 1]);
        }
        document.objects.insert(leaf, part.into());
        leaves.push(leaf);
    }
    let static_text = content(&mut codes, None, &["納税通知書"], false);
    let resources = dictionary! {
        "Font" => dictionary! { "A" => font }, "XObject" => dictionary! { "L0" => form },
    };
    let form_head =
        dictionary! { "Type" => "XObject", "Subtype" => "Form", "Resources" => resources.clone() };
    document.objects.insert(form, Stream::new(form_head, static_text).into());
    let to_unicode = document.add_object(Stream::new(dictionary! {}, codes.cmap()));
    let composite = type0(&mut document, to_unicode);
    document.objects.insert(font, composite.into());
    let references = |ids: &[ObjectId]| ids.iter().map(|&id| id.into()).collect::<Vec<Object>>();
    let (kids, parts) = (references(&pages), references(&leaves));
    let page_tree = dictionary! {
        "Type" => "Pages", "Kids" => kids, "Count" => pages.len() as i64, "Resources" => resources,
    };
    document.objects.insert(page_root, page_tree.into());
    let part_tree = dictionary! { "Type" => "DPart", "DParts" => vec![Object::Array(parts)] };
    document.objects.insert(part_root, part_tree.into());
    let parts = document.add_object(dictionary! { "DPartRootNode" => part_root });
    let catalog = document.add_object(dictionary! {
        "Type" => "Catalog", "Pages" => page_root, "DPartRoot" => parts,
    });
    document.trailer.set("Root", catalog);
    Made { document, leaves, pages, page_root }
}

fn type0(document: &mut Document, to_unicode: ObjectId) -> Dictionary {
    let descendant = document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "CIDFontType2", "DW" => 1000,
    });
    dictionary! {
        "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "Made", "Encoding" => "Identity-H",
        "DescendantFonts" => vec![descendant.into()], "ToUnicode" => to_unicode,
    }
}

impl Made {
    fn dict(&mut self, id: ObjectId) -> &mut Dictionary {
        self.document.get_dictionary_mut(id).expect("a dictionary")
    }

    fn bytes(&mut self) -> Vec<u8> {
        self.document.compress();
        let mut bytes = Vec::new();
        let options = SaveOptions::builder().use_object_streams(true).use_xref_streams(true);
        self.document.save_with_options(&mut bytes, options.build()).expect("memory takes all");
        bytes
    }
}

#[test]
fn letters_pages_marks_and_text_are_read_back() {
    let bytes = make(&two_letters()).bytes();
    let (facts, text) = read_print_file_with_text(&bytes).expect("a sound file");
    assert_eq!(facts.pages, 6);
    let [first, second] = &facts.letters[..] else { panic!("two letters, not {facts:?}") };
    assert_eq!((first.id, first.sequence, first.sheets), (PieceId(0xa1), 7, 1));
    assert_eq!((second.id, second.sequence, second.sheets), (PieceId(0xb2), 8, 2));
    assert_eq!((first.pages.clone(), second.pages.clone()), (0..2, 2..6));
    assert_eq!(second.mark, mark(8, 1, 2));
    let pages = text.text_of(first);
    let digits = first.mark.expect("a mark").text();
    assert_eq!(pages[0].text, format!("〒100-0013\n葛\u{E0100}西 𠮷子 様\n{digits}"));
    assert_eq!((pages[1].text.as_str(), &pages[1].forms[..]), ("裏面", &[][..]));
    assert_eq!((text.forms.clone(), &pages[0].forms[..]), (vec!["納税通知書".into()], &[0][..]));
    assert_eq!(read_print_file(&bytes).expect("a sound file"), facts);
    let (seconded, second_text) = second::read_print_file_with_text(&bytes).expect("a sound file");
    assert_eq!((seconded, second_text.pages, second_text.forms), (facts, text.pages, text.forms));
}

/// Reads two letters after `breaking` one thing and compares what both readers say.
fn check(expected: &str, breaking: impl FnOnce(&mut Made)) {
    check_both([expected; 2], breaking);
}

fn check_both(expected: [&str; 2], breaking: impl FnOnce(&mut Made)) {
    let mut made = make(&two_letters());
    breaking(&mut made);
    refused(&made.bytes(), expected);
}

/// Compares what the reader says of a bad file, and what the second one says.
fn refused(bytes: &[u8], expected: [&str; 2]) {
    for (read, expected) in [read_print_file, second::read_print_file].iter().zip(expected) {
        let error = read(bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error:?} does not say {expected:?}");
    }
}

/// Gives the back of the first letter this content and a font of one byte a code, all half an em
/// wide, and returns its text as both readers find it.
fn text_of_content(content: &str) -> String {
    let mut made = make(&two_letters());
    let cmap = "1 begincodespacerange <00> <FF> endcodespacerange\n\
                1 beginbfrange <20> <7E> <0020> endbfrange";
    let to_unicode = made.document.add_object(Stream::new(dictionary! {}, cmap.into()));
    let widths = vec![Object::from(500); 95];
    let font = made.document.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => "B", "FirstChar" => 32,
        "Widths" => widths, "ToUnicode" => to_unicode,
    });
    let content = made.document.add_object(Stream::new(dictionary! {}, content.into()));
    let page = made.pages[1];
    made.dict(page).set("Contents", content);
    made.dict(page).set("Resources", dictionary! { "Font" => dictionary! { "B" => font } });
    let bytes = made.bytes();
    let (_, text) = read_print_file_with_text(&bytes).expect("a sound file");
    let (_, seconded) = second::read_print_file_with_text(&bytes).expect("a sound file");
    assert_eq!(text.pages, seconded.pages);
    text.pages[1].text.clone()
}

#[test]
fn every_operator_of_text_moves_the_pen_in_any_writing() {
    // A gap of half an em and more makes a tab, another baseline a line end.
    for (operators, expected) in [
        ("/B 10 Tf 1 0 0 1 72 700 Tm (ab) Tj (cd) Tj", "abcd"),
        ("/B 10 Tf 9 70 Td (ab) Tj 15 0 Td (cd) Tj 15 -12 Td (ef) Tj", "ab\tcd\nef"),
        ("/B 10 Tf 9 70 TD (ab) Tj 0 -12 TD (cd) Tj T* (ef) Tj", "ab\ncd\nef"),
        ("/B 10 Tf 12 TL (ab) Tj (cd) ' 0 TL (ef) '", "ab\ncdef"),
        ("/B 10 Tf 12 TL (ab) Tj 0 6 (cd) \" (e) Tj", "ab\ncde"),
        ("/B 10 Tf [ (ab) -600 (cd) -200 (ef) 100 (gh) ] TJ", "ab\tcdefgh"),
        ("/B 10 Tf 6 Tc (ab) Tj 22 0 Td 0 Tc (cd) Tj 22 0 Td (ef) Tj", "abcd\tef"),
        ("/B 10 Tf 9 Tw (a b) Tj 22 0 Td (cd) Tj 18 0 Td (e) Tj", "a bcd\te"),
        ("/B 10 Tf 50 Tz (abcd) Tj 10.5 0 Td (ef) Tj", "abcdef"),
        ("/B 10 Tf (ab) Tj 5 Ts (cd) Tj -.5 Ts (ef) Tj", "ab\ncd\nef"),
        ("/B -10 Tf 1 0 0 -1 72 700 Tm (ab) Tj", "ab"),
    ] {
        for between in [" ", "\n", "\r\n", "%)(\n", "  "] {
            let tokens = format!("BT {operators} ET");
            let mut content = String::new();
            let mut in_string = false;
            for character in tokens.chars() {
                in_string = (in_string || character == '(') && character != ')';
                match character {
                    ' ' if !in_string => content.push_str(between),
                    character => content.push(character),
                }
            }
            assert_eq!(text_of_content(&content), expected, "{content}");
        }
    }
}

#[test]
fn parts_that_do_not_cover_the_pages_are_found() {
    check_both(["the pages end before its own", "End lies before Start"], |made| {
        let early = made.pages[0];
        made.dict(made.leaves[1]).set("End", early);
    });
    check("Start is not page 3", |made| {
        let late = made.pages[3];
        made.dict(made.leaves[1]).set("Start", late);
    });
    check_both(["3 pages and 2 marks for 2 sheets", "no leaf has page 6"], |made| {
        let early = made.pages[4];
        made.dict(made.leaves[1]).set("End", early);
    });
    check("page 4 does not point back", |made| {
        let other = made.leaves[0];
        made.dict(made.pages[3]).set("DPart", other);
    });
    check("metadata name no piece", |made| {
        made.dict(made.leaves[0]).remove(b"DPM");
    });
    check("Parent is not the node", |made| {
        let other = made.leaves[1];
        made.dict(made.leaves[0]).set("Parent", other);
    });
}

#[test]
fn a_page_tree_that_miscounts_is_found() {
    check("6 pages lie below", |made| made.dict(made.page_root).set("Count", 5));
    check("neither Page nor Pages", |made| made.dict(made.pages[0]).set("Type", "Leaf"));
}

/// Reads letters with these marks, a page each, and compares the message.
fn check_marks(expected: &str, marks: &[&[Option<SheetMark>]]) {
    let letter = |(i, marks): (usize, &&[Option<SheetMark>])| Letter {
        id: i as u64,
        pages: marks.iter().map(|&mark| (mark, vec!["本文"])).collect(),
    };
    let letters: Vec<Letter> = marks.iter().enumerate().map(letter).collect();
    refused(&make(&letters).bytes(), [expected; 2]);
}

#[test]
fn marks_that_disagree_are_found() {
    check_marks("no mark on any page", &[&[None, None]]);
    check_marks("2 pages and 1 marks for 2 sheets", &[&[mark(1, 1, 2), None]]);
    check_marks("the mark says", &[&[mark(1, 2, 2), mark(1, 1, 2)]]);
    check_marks("the mark says", &[&[mark(1, 1, 2), mark(2, 2, 2)]]);
    check_marks("not on the front", &[&[None, mark(1, 1, 1)]]);
    check_marks("sequence 1 comes after 1", &[&[mark(1, 1, 1)], &[mark(1, 1, 1)]]);
    check_marks("sequence 4 comes after 5", &[&[mark(5, 1, 1)], &[mark(4, 1, 1)]]);
}

/// Reads a file for a line without marks, the second letter's part naming `sequence`.
fn check_unmarked(sequence: Option<i64>, letters: &[Letter]) -> Result<PrintFileFacts, String> {
    let mut made = make(letters);
    for (place, leaf) in made.leaves.clone().into_iter().enumerate() {
        let metadata = made.dict(leaf).get_mut(b"DPM").and_then(Object::as_dict_mut);
        match if place == 1 { sequence } else { Some(7) } {
            Some(named) => metadata.expect("metadata").set("LS_Sequence", named),
            None => assert!(!metadata.expect("metadata").has(b"LS_Sequence")),
        }
    }
    let (bytes, due) = (made.bytes(), MarksDue::Nowhere { sides: 2 });
    let read = [read_print_file_due, second::read_print_file_due].map(|read| read(&bytes, due));
    let [first, second] = read.map(|read| read.map_err(|error| error.to_string()));
    assert_eq!(first, second);
    first
}

#[test]
fn a_line_without_marks_counts_by_the_parts_and_takes_no_mark() {
    let blank = || vec![(None, vec!["本文"]), (None, vec![])];
    let letters =
        |second: Vec<_>| [Letter { id: 1, pages: blank() }, Letter { id: 2, pages: second }];
    let facts = check_unmarked(Some(9), &letters([blank(), blank()].concat())).expect("sound");
    let found: Vec<_> = facts.letters.iter().map(|l| (l.sequence, l.sheets, l.mark)).collect();
    assert_eq!(found, [(7, 1, None), (9, 2, None)]);
    let marked = vec![(mark(9, 1, 1), vec!["本文"]), (None, vec![])];
    for (sequence, pages, expected) in [
        (None, blank(), "neither a mark nor a part"),
        (Some(9), marked, "a mark where none is due"),
        (Some(9), vec![(None, vec!["本文"])], "1 pages on sheets of 2 sides"),
        (Some(7), blank(), "sequence 7 comes after 7"),
    ] {
        let trouble = check_unmarked(sequence, &letters(pages)).expect_err(expected);
        assert!(trouble.contains(expected), "{trouble:?} does not say {expected:?}");
    }
}

#[test]
fn a_mark_with_a_wrong_check_is_found() {
    let letters = [Letter { id: 1, pages: vec![(None, vec!["12026112200000010101100039"])] }];
    refused(&make(&letters).bytes(), ["no mark on any page"; 2]);
}

#[test]
fn the_bars_of_a_letter_are_read_and_its_words_are_not_bars() {
    let bars: &'static str = "FDFFTFTTFTTFTTFTTFFTDFAFFTTFTDFATFTFDATFTFTFFTTDFATDATDATDATDATFFDF";
    let letters = [Letter { id: 1, pages: vec![(mark(1, 1, 1), vec!["FADE", bars, "12345"])] }];
    let facts = read_print_file(&make(&letters).bytes()).expect("a sound file");
    assert_eq!(facts.letters[0].bars, bars);
}

#[test]
fn a_code_without_unicode_is_found_on_a_page() {
    let mut made = make(&two_letters());
    let content = b"BT /A 9 Tf <FFFF> Tj ET".to_vec();
    let content = made.document.add_object(Stream::new(dictionary! {}, content));
    made.dict(made.pages[1]).set("Contents", content);
    refused(&made.bytes(), ["page 2: code 0xffff of font Made has no Unicode value"; 2]);
}

#[test]
fn a_page_whose_compressed_content_is_damaged_is_found() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [(Damage, &str); 2] = [
        (|packed| *packed.last_mut().expect("bytes") ^= 4, "damaged"),
        (|packed| packed.truncate(packed.len() - 6), "end early"),
    ];
    for (damage, trouble) in damages {
        let mut made = make(&two_letters());
        made.document.compress();
        let page = made.dict(made.pages[0]).get(b"Contents").and_then(Object::as_reference);
        let content = made.document.get_object_mut(page.expect("a reference"));
        let stream = content.and_then(Object::as_stream_mut).expect("a stream");
        let mut packed = stream.content.clone();
        damage(&mut packed);
        stream.set_content(packed);
        refused(&made.bytes(), [trouble; 2]);
    }
}

#[test]
fn a_file_cut_off_anywhere_is_an_error_and_no_panic() {
    let bytes = make(&two_letters()).bytes();
    for end in (0..bytes.len() - 8).step_by(7) {
        assert!(read_print_file(&bytes[..end]).is_err(), "cut at {end}");
    }
}

#[test]
fn a_file_with_a_table_and_without_object_streams_is_read_as_well() {
    let mut made = make(&two_letters());
    let packed = read_print_file(&made.bytes()).expect("a sound file");
    let mut bytes = Vec::new();
    made.document.reference_table.cross_reference_type = XrefType::CrossReferenceTable;
    made.document.save_to(&mut bytes).expect("memory takes all");
    assert!(bytes.windows(5).any(|window| window == b"\nxref"));
    assert_eq!(read_print_file(&bytes).expect("a sound file"), packed);
    agree_when_damaged(&bytes, &packed);
}

#[test]
fn both_readers_refuse_or_agree_when_any_one_byte_is_changed() {
    let bytes = make(&two_letters()).bytes();
    let sound = read_print_file(&bytes).expect("a sound file");
    agree_when_damaged(&bytes, &sound);
}

/// Changes every byte in two ways; what is then read must be what was written, or what lopdf reads
/// as well. The first reader refuses more than lopdf, never less.
fn agree_when_damaged(bytes: &[u8], sound: &PrintFileFacts) {
    let mut refused = 0;
    for at in 0..bytes.len() {
        for change in [0x01, 0x20] {
            let mut damaged = bytes.to_vec();
            damaged[at] ^= change;
            match read_print_file(&damaged) {
                Err(_) => refused += 1,
                Ok(found) if found == *sound => {}
                Ok(found) => match second::read_print_file(&damaged) {
                    Ok(seconded) => assert_eq!(found, seconded, "byte {at} ^ {change}"),
                    Err(error) => panic!("byte {at} ^ {change}: only lopdf says {error}"),
                },
            }
        }
    }
    assert!(refused > bytes.len(), "{refused} refusals of {} damaged files", 2 * bytes.len());
}
