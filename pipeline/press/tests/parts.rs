//! The grammar of a print file: document parts, page boxes and output intent.
//!
//! The rules are those of the PDF Association's Arlington model (`DPartRoot.tsv`, `DPart.tsv`,
//! `DPM.tsv`, `CIP4_Root.tsv`, `OutputIntents.tsv`, `PageObject.tsv`), written out.

mod judge;
mod support;

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};
use support::{print, sample, words, Face, GOTHIC, MINCHO};

fn load(bytes: &[u8]) -> Document {
    let options = LoadOptions { strict: true, ..LoadOptions::default() };
    Document::load_mem_with_options(bytes, options).expect("a strict reader takes it")
}

fn reference(dict: &Dictionary, key: &str) -> ObjectId {
    let object = dict.get(key.as_bytes()).unwrap_or_else(|_| panic!("no {key} in {dict:?}"));
    object.as_reference().unwrap_or_else(|_| panic!("{key} must be indirect"))
}

fn has_type(dict: &Dictionary, name: &str) {
    assert_eq!(dict.get(b"Type").and_then(Object::as_name).expect("a Type"), name.as_bytes());
}

/// Walks a part and returns its leaves: number, first page, last page.
fn leaves(
    pdf: &Document,
    id: ObjectId,
    parent: ObjectId,
    depth: usize,
) -> Vec<(ObjectId, Dictionary)> {
    let part = pdf.get_dictionary(id).expect("a part");
    has_type(part, "DPart");
    assert_eq!(reference(part, "Parent"), parent);
    let Ok(groups) = part.get(b"DParts") else {
        assert_eq!(depth, 2, "letters are two levels below the file");
        return vec![(id, part.clone())];
    };
    assert!(!part.has(b"Start") && !part.has(b"End"), "an inner node has no pages of its own");
    let groups = groups.as_array().expect("an array");
    assert!(!groups.is_empty());
    let children = groups.iter().flat_map(|group| group.as_array().expect("an array of arrays"));
    children
        .flat_map(|child| leaves(pdf, child.as_reference().expect("indirect"), id, depth + 1))
        .collect()
}

#[test]
fn every_page_belongs_to_one_leaf_and_leaves_follow_the_pages() {
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let sample = sample(&faces, 130);
    for duplex in [true, false] {
        let (bytes, _) = print(&sample, duplex);
        let pdf = load(&bytes);
        assert_eq!(pdf.version, "1.6");
        let root_id = reference(pdf.catalog().expect("a catalog"), "DPartRoot");
        let root = pdf.get_dictionary(root_id).expect("a DPartRoot");
        has_type(root, "DPartRoot");
        let names = root.get(b"NodeNameList").and_then(Object::as_array).expect("names");
        assert_eq!(names.len(), 3);
        assert_eq!(root.get(b"RecordLevel").and_then(Object::as_i64).expect("a level"), 2);
        let leaves = leaves(&pdf, reference(root, "DPartRootNode"), root_id, 0);
        assert_eq!(leaves.len(), 130);
        let pages: Vec<ObjectId> = pdf.get_pages().into_values().collect();
        let mut next = 0;
        for (number, (id, leaf)) in (1u32..).zip(leaves) {
            assert_eq!(reference(&leaf, "Start"), pages[next]);
            let count = if duplex || number % 5 == 0 { 2 } else { 1 };
            if count == 1 {
                assert!(!leaf.has(b"End"), "a part of one page has no End");
            } else {
                assert_eq!(reference(&leaf, "End"), pages[next + 1]);
            }
            for &page in &pages[next..next + count] {
                check_page(pdf.get_dictionary(page).expect("a page"), id);
            }
            next += count;
            check_metadata(&leaf, number);
        }
        assert_eq!(next, pages.len());
    }
}

fn check_page(page: &Dictionary, leaf: ObjectId) {
    has_type(page, "Page");
    assert_eq!(reference(page, "DPart"), leaf);
    assert!(page.has(b"TrimBox") && !page.has(b"ArtBox") && !page.has(b"Annots"));
    assert!(!page.has(b"Group"));
}

/// A letter's metadata hold ids and nothing else.
fn check_metadata(leaf: &Dictionary, number: u32) {
    let metadata = leaf.get(b"DPM").and_then(Object::as_dict).expect("direct metadata");
    assert_eq!(metadata.len(), 2);
    let root = metadata.get(b"CIP4_Root").and_then(Object::as_dict).expect("a CIP4_Root");
    has_type(root, "CIP4_Root");
    let id = root.get(b"CIP4_ExternalID").and_then(Object::as_name).expect("a name");
    assert_eq!(id, words(number).id.to_string().as_bytes());
    let sequence = metadata.get(b"LS_Sequence").and_then(Object::as_i64).expect("a number");
    assert_eq!(sequence, i64::from(number));
}

#[test]
fn the_file_says_that_it_is_pdf_x_4_and_pdf_vt_1() {
    let faces = [Face::load(MINCHO), Face::load(GOTHIC)];
    let (bytes, _) = print(&sample(&faces, 2), true);
    let pdf = load(&bytes);
    let catalog = pdf.catalog().expect("a catalog");
    let intents = catalog.get(b"OutputIntents").and_then(Object::as_array).expect("intents");
    let [intent] = &intents[..] else { panic!("exactly one intent") };
    let intent = intent.as_dict().expect("a dictionary");
    assert_eq!(intent.get(b"S").and_then(Object::as_name).expect("a name"), b"GTS_PDFX");
    assert!(intent.has(b"OutputConditionIdentifier") && intent.has(b"Info"));
    let profile = pdf.get_object(reference(intent, "DestOutputProfile")).expect("a profile");
    let profile = profile.as_stream().and_then(|s| s.get_plain_content()).expect("a stream");
    assert_eq!(profile.len(), u32::from_be_bytes(profile[..4].try_into().unwrap()) as usize);
    assert_eq!((&profile[12..20], &profile[36..40]), (&b"prtrGRAY"[..], &b"acsp"[..]));
    let metadata = pdf.get_object(reference(catalog, "Metadata")).expect("metadata");
    let packet = &metadata.as_stream().expect("a stream").content;
    let packet = std::str::from_utf8(packet).expect("uncompressed UTF-8");
    for claim in [
        "<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>",
        "<pdfvtid:GTS_PDFVTVersion>PDF/VT-1</pdfvtid:GTS_PDFVTVersion>",
        "<pdfvtid:GTS_PDFVTModDate>2026-11-22T02:00:00+09:00</pdfvtid:GTS_PDFVTModDate>",
        "<xmp:ModifyDate>2026-11-22T02:00:00+09:00</xmp:ModifyDate>",
        "<pdf:Trapped>False</pdf:Trapped>",
        "<rdf:li xml:lang=\"x-default\">tax-2026-001</rdf:li>",
        "<xmpMM:DocumentID>uuid:",
        "<xmpMM:VersionID>1</xmpMM:VersionID>",
        "<xmpMM:RenditionClass>default</xmpMM:RenditionClass>",
    ] {
        assert!(packet.contains(claim), "{claim} in {packet}");
    }
    let info = pdf.get_dictionary(reference(&pdf.trailer, "Info")).expect("an Info");
    assert_eq!(info.get(b"Trapped").and_then(Object::as_name).expect("a name"), b"False");
    let id = pdf.trailer.get(b"ID").and_then(Object::as_array).expect("an ID");
    assert!(id.iter().all(|half| half.as_str().is_ok_and(|half| half.len() == 16)));
}
