//! The whole file: what it may not hold anywhere, and its pages one by one.

use lopdf::{Dictionary, Document, LoadOptions, Object};

use crate::finding::{self, Finding};
use crate::gather::Gather;
use crate::rules::Rules;
use crate::walk::{Budget, Fonts, Walk};
use crate::{page, Survey};

/// Examines a PDF.
pub fn survey(pdf: &[u8], rules: &Rules) -> Survey {
    let document = match load(pdf) {
        Ok(document) => document,
        Err(finding) => return refused(*finding),
    };
    let pages: Vec<_> = document.page_iter().take(rules.pages_max + 1).collect();
    let mut findings = of_the_file(&document);
    if !(1..=rules.pages_max).contains(&pages.len()) {
        findings.push(finding::page_count(document.page_iter().count(), rules.pages_max));
    }
    let mut survey = Survey { findings, pages: Vec::new() };
    let (mut budget, mut fonts) = (Budget::default(), Fonts::default());
    for (number, &id) in (1..).zip(pages.iter().take(rules.pages_max)) {
        let mut gather = Gather::new(rules, number);
        annotations(&document, id, &mut gather);
        if let Some(placed) = page::placed(&document, id, &mut gather) {
            Walk::new(&document, &mut gather, &mut budget, &mut fonts).page(id, placed);
        }
        let (findings, sketch) = gather.finish();
        survey.findings.extend(findings);
        survey.pages.push(sketch);
    }
    survey
}

/// Reads a PDF as strictly as the press does.
///
/// # Errors
/// Why it cannot be read.
pub fn load(pdf: &[u8]) -> Result<Document, Box<Finding>> {
    let options = LoadOptions {
        strict: true,
        max_decompressed_size: Some(STREAM_LEN_MAX),
        ..LoadOptions::default()
    };
    let document = Document::load_mem_with_options(pdf, options);
    let document = document.map_err(|why| Box::new(finding::unreadable(&why.to_string())))?;
    if document.trailer.has(b"Encrypt") || document.was_encrypted() {
        return Err(Box::new(finding::encrypted()));
    }
    Ok(document)
}

fn refused(finding: Finding) -> Survey {
    Survey { findings: vec![finding], pages: Vec::new() }
}

/// Finds what no object of the file may be, reached from a page or not.
pub fn of_the_file(document: &Document) -> Vec<Finding> {
    let mut findings = Vec::new();
    for object in document.objects.values() {
        of_object(document, object, &mut findings, 0);
    }
    of_object(document, &Object::Dictionary(document.trailer.clone()), &mut findings, 0);
    match document.catalog() {
        Ok(catalog) => of_catalog(document, catalog, &mut findings),
        Err(_) => findings.push(finding::unreadable("it has no catalog")),
    }
    findings
}

fn of_object(document: &Document, object: &Object, findings: &mut Vec<Finding>, depth: u32) {
    if depth > DEPTH_MAX {
        return add(findings, finding::too_much("nested objects", DEPTH_MAX as usize));
    }
    match object {
        Object::Array(items) => {
            items.iter().for_each(|item| of_object(document, item, findings, depth + 1));
        }
        Object::Dictionary(dict) => {
            of_dictionary(document, dict, findings);
            dict.iter().for_each(|(_, item)| of_object(document, item, findings, depth + 1));
        }
        Object::Stream(stream) => {
            let dict = &stream.dict;
            if dict.has(b"F") || dict.has(b"Ref") || dict.has(b"OPI") {
                add(findings, finding::external_stream());
            }
            let is_code = name(document, dict, b"Subtype") == b"PS" || dict.has(b"PS");
            if is_code || name(document, dict, b"Subtype2") == b"PS" {
                add(findings, finding::postscript());
            }
            of_dictionary(document, dict, findings);
            dict.iter().for_each(|(_, item)| of_object(document, item, findings, depth + 1));
        }
        _ => {}
    }
}

fn of_dictionary(document: &Document, dict: &Dictionary, findings: &mut Vec<Finding>) {
    let action = name(document, dict, b"S");
    let kind = name(document, dict, b"Type");
    if dict.has(b"JS") || dict.has(b"JavaScript") || action == b"JavaScript" {
        add(findings, finding::javascript());
    }
    if ACTIONS.contains(&action) && kind != b"Requirement" {
        add(findings, finding::action(&String::from_utf8_lossy(action)));
    }
    if dict.has(b"AA") {
        add(findings, finding::action("AA"));
    }
    if action == b"URI" {
        add(findings, finding::link());
    }
    if dict.has(b"EF") || dict.has(b"EmbeddedFiles") || kind == b"EmbeddedFile" {
        add(findings, finding::embedded_file());
    }
    if kind == b"OCMD" && (dict.has(b"VE") || !matches!(name(document, dict, b"P"), b"" | b"AnyOn"))
    {
        add(findings, finding::hidden_layer());
    }
    if kind == b"OCG" && usage_hides(document, dict) {
        add(findings, finding::hidden_layer());
    }
}

fn of_catalog(document: &Document, catalog: &Dictionary, findings: &mut Vec<Finding>) {
    match catalog.get_deref(b"OpenAction", document) {
        Err(_) | Ok(Object::Array(_) | Object::Null) => {}
        Ok(Object::Dictionary(action)) if name(document, action, b"S") == b"GoTo" => {}
        Ok(_) => add(findings, finding::action("OpenAction")),
    }
    if let Ok(form) = catalog.get_deref(b"AcroForm", document).and_then(Object::as_dict) {
        let fields = form.get_deref(b"Fields", document).and_then(Object::as_array);
        if form.has(b"XFA") || fields.is_ok_and(|fields| !fields.is_empty()) {
            add(findings, finding::form());
        }
    }
    if catalog.has(b"Collection") {
        add(findings, finding::embedded_file());
    }
    let layers = catalog.get_deref(b"OCProperties", document).and_then(Object::as_dict);
    let Ok(layers) = layers else { return };
    let default = layers.get_deref(b"D", document).and_then(Object::as_dict);
    let hides = default.is_ok_and(|default| {
        let off = default.get_deref(b"OFF", document).and_then(Object::as_array);
        off.is_ok_and(|off| !off.is_empty())
            || !matches!(name(document, default, b"BaseState"), b"" | b"ON")
    });
    if hides {
        add(findings, finding::hidden_layer());
    }
}

/// Whether a layer's usage hides it on screen or in print (ISO 32000-1 8.11.4.4).
fn usage_hides(document: &Document, layer: &Dictionary) -> bool {
    let Ok(usage) = layer.get_deref(b"Usage", document).and_then(Object::as_dict) else {
        return false;
    };
    let states: [(&[u8], &[u8]); 2] = [(b"Print", b"PrintState"), (b"View", b"ViewState")];
    states.iter().any(|(purpose, state)| {
        let purpose = usage.get_deref(purpose, document).and_then(Object::as_dict);
        purpose.is_ok_and(|purpose| name(document, purpose, state) == b"OFF")
    })
}

/// Finds annotations that print: they are left behind, and the page would lack them.
pub fn annotations(document: &Document, page: lopdf::ObjectId, gather: &mut Gather<'_>) {
    let Ok(dict) = document.get_dictionary(page) else { return };
    let Ok(annotations) = dict.get_deref(b"Annots", document) else { return };
    let Ok(annotations) = annotations.as_array() else {
        return gather.note(finding::annotation("unreadable"));
    };
    for annotation in annotations {
        let annotation = document.dereference(annotation).map(|(_, object)| object.as_dict());
        let Ok(Ok(annotation)) = annotation else { continue };
        let kind = name(document, annotation, b"Subtype");
        let flags = annotation.get_deref(b"F", document).and_then(Object::as_i64).unwrap_or(0);
        match kind {
            b"Link" | b"Popup" => {}
            b"Widget" => gather.note(finding::form()),
            b"FileAttachment" => gather.note(finding::embedded_file()),
            _ if flags & PRINT != 0 && flags & HIDDEN == 0 => {
                let kind: String = kind.iter().map(|&byte| char::from(byte)).take(32).collect();
                gather.note(finding::annotation(&kind));
            }
            _ => {}
        }
    }
}

fn name<'d>(document: &'d Document, dict: &'d Dictionary, key: &[u8]) -> &'d [u8] {
    dict.get_deref(key, document).and_then(Object::as_name).unwrap_or_default()
}

/// Adds a finding of the whole file once.
fn add(findings: &mut Vec<Finding>, finding: Finding) {
    if !findings.contains(&finding) {
        findings.push(finding);
    }
}

/// Actions that do more than turn to a page (ISO 32000-1 table 198) or open a link.
const ACTIONS: [&[u8]; 14] = [
    b"Launch",
    b"GoToR",
    b"GoToE",
    b"SubmitForm",
    b"ResetForm",
    b"ImportData",
    b"Hide",
    b"Named",
    b"SetOCGState",
    b"Rendition",
    b"Movie",
    b"Sound",
    b"Trans",
    b"GoTo3DView",
];
/// Flags of annotations, ISO 32000-1 table 165.
const PRINT: i64 = 1 << 2;
const HIDDEN: i64 = 1 << 1;
/// The most bytes one stream may decode to, as in the press.
const STREAM_LEN_MAX: usize = 128 << 20;
/// The reader allows a hundred.
const DEPTH_MAX: u32 = 128;
