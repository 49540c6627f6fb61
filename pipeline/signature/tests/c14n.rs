//! Canonical forms against those that others published: the recommendations' examples and merlin's.

#[path = "suites/damage.rs"]
mod damage;
#[path = "suites/doctype.rs"]
mod doctype;
#[path = "suites/interop.rs"]
mod interop;

use signature::xml::c14n::{canonical, Comments, Method, Namespaces, Subset};
use signature::xml::limit::MAX_CANONICAL_BYTES;
use signature::xml::{Document, NodeId, Rule};

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

fn inclusive(comments: Comments) -> Method {
    Method { namespaces: Namespaces::Inclusive, comments }
}

fn form(document: &Document<'_>, subset: Subset, method: &Method) -> String {
    let octets = canonical(document, subset, method, MAX_CANONICAL_BYTES);
    let octets = octets.expect("the form is of moderate size");
    String::from_utf8(octets).expect("canonical forms are UTF-8")
}

fn whole(text: &str, method: &Method) -> String {
    let document = Document::read(text.as_bytes()).expect("the sample is well-formed");
    form(&document, Subset { apex: document.root(), left_out: None }, method)
}

fn subtree(text: &str, local: &str, method: &Method) -> String {
    let document = Document::read(text.as_bytes()).expect("the sample is well-formed");
    let mut elements = document.all_elements();
    let apex = elements.find(|e| document.element_name(*e).1 == local).expect("the element");
    form(&document, Subset { apex, left_out: None }, method)
}

fn by_id(document: &Document<'_>, id: &str) -> NodeId {
    let mut elements = document.all_elements();
    elements.find(|e| document.attribute(*e, "Id").as_deref() == Some(id)).expect("the id")
}

#[test]
fn the_examples_of_the_recommendation_come_out_as_printed() {
    // Canonical XML 1.0 §3.1.
    let text = "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\
                \n<doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n\
                <!-- Comment 2 -->\n\n<!-- Comment 3 -->\n";
    assert_eq!(
        whole(text, &inclusive(Comments::Dropped)),
        "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!</doc>\n\
         <?pi-without-data?>"
    );
    assert_eq!(
        whole(text, &inclusive(Comments::Kept)),
        "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\
         <doc>Hello, world!<!-- Comment 1 --></doc>\n<?pi-without-data?>\n<!-- Comment 2 -->\n\
         <!-- Comment 3 -->"
    );
    // §3.3, without what its DTD adds.
    let text = "<doc>\n   <e1   />\n   <e2   ></e2>\n   <e3   name = \"elem3\"   id=\"elem3\"   />\n   \
                <e4   name=\"elem4\"   id=\"elem4\"   ></e4>\n   <e5 a:attr=\"out\" b:attr=\"sorted\" \
                attr2=\"all\" attr=\"I'm\"\n      xmlns:b=\"http://www.ietf.org\"\n      \
                xmlns:a=\"http://www.w3.org\"\n      xmlns=\"http://example.org\"/>\n   \
                <e6 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n      <e7 xmlns=\"http://www.ietf.org\">\n\
                <e8 xmlns=\"\" xmlns:a=\"http://www.w3.org\">\n<e9 xmlns=\"\" \
                xmlns:a=\"http://www.ietf.org\"/>\n</e8>\n</e7>\n   </e6>\n</doc>";
    assert_eq!(
        whole(text, &inclusive(Comments::Dropped)),
        "<doc>\n   <e1></e1>\n   <e2></e2>\n   <e3 id=\"elem3\" name=\"elem3\"></e3>\n   \
         <e4 id=\"elem4\" name=\"elem4\"></e4>\n   <e5 xmlns=\"http://example.org\" \
         xmlns:a=\"http://www.w3.org\" xmlns:b=\"http://www.ietf.org\" attr=\"I'm\" attr2=\"all\" \
         b:attr=\"sorted\" a:attr=\"out\"></e5>\n   <e6 xmlns:a=\"http://www.w3.org\">\n      \
         <e7 xmlns=\"http://www.ietf.org\">\n<e8 xmlns=\"\">\n<e9 xmlns:a=\"http://www.ietf.org\"></e9>\n\
         </e8>\n</e7>\n   </e6>\n</doc>"
    );
    // §3.4, without the attributes that its DTD types.
    let text = "<doc>\r\n   <text>First line&#x0d;&#10;Second line</text>\r\n   <value>&#x32;</value>\r\n   \
                <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\r\n   \
                <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\r\n   \
                <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\r\n</doc>";
    assert_eq!(
        whole(text, &inclusive(Comments::Dropped)),
        "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   \
         <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n   \
         <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:\
         &quot;error&quot;\">valid</compute>\n   \
         <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>"
    );
    // §3.6.
    assert_eq!(whole("<doc>&#169;</doc>", &inclusive(Comments::Dropped)), "<doc>©</doc>");
}

#[test]
fn a_subtree_takes_along_what_its_method_says() {
    // Exclusive XML Canonicalization 1.0 §2.2.
    let text = "<n0:local xmlns:n0=\"foo:bar\" xmlns:n3=\"ftp://example.org\">\n  \
                <n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\">\n    \
                <n3:stuff xmlns:n3=\"ftp://example.org\"/>\n  </n1:elem2>\n</n0:local>";
    assert_eq!(
        subtree(text, "elem2", &Method::INCLUSIVE),
        "<n1:elem2 xmlns:n0=\"foo:bar\" xmlns:n1=\"http://example.net\" \
         xmlns:n3=\"ftp://example.org\" xml:lang=\"en\">\n    <n3:stuff></n3:stuff>\n  </n1:elem2>"
    );
    let exclusive = "<n1:elem2 xmlns:n1=\"http://example.net\" xml:lang=\"en\">\n    \
                     <n3:stuff xmlns:n3=\"ftp://example.org\"></n3:stuff>\n  </n1:elem2>";
    assert_eq!(subtree(text, "elem2", &Method::EXCLUSIVE), exclusive);

    let listed = vec!["n0".to_string(), "absent".into()];
    let method =
        Method { namespaces: Namespaces::Exclusive { listed }, comments: Comments::Dropped };
    let with_n0 = exclusive.replacen("xmlns:n1", "xmlns:n0=\"foo:bar\" xmlns:n1", 1);
    assert_eq!(subtree(text, "elem2", &method), with_n0);

    let text = "<a xmlns=\"urn:d\" xml:lang=\"ja\" xml:space=\"preserve\"><b xml:lang=\"en\"><p:c \
                xmlns:p=\"urn:p\"><d/></p:c></b></a>";
    assert_eq!(
        subtree(text, "c", &Method::INCLUSIVE),
        "<p:c xmlns=\"urn:d\" xmlns:p=\"urn:p\" xml:lang=\"en\" xml:space=\"preserve\"><d></d></p:c>"
    );
    assert_eq!(
        subtree(text, "c", &Method::EXCLUSIVE),
        "<p:c xmlns:p=\"urn:p\"><d xmlns=\"urn:d\"></d></p:c>"
    );
    let listed = vec!["#default".to_string()];
    let method =
        Method { namespaces: Namespaces::Exclusive { listed }, comments: Comments::Dropped };
    assert_eq!(subtree(text, "c", &method), "<p:c xmlns=\"urn:d\" xmlns:p=\"urn:p\"><d></d></p:c>");
}

#[test]
fn the_golden_outputs_of_merlin_come_out_octet_for_octet() {
    let files = interop::files();
    let mut compared = 0;
    for (file, golden, what, left_out, comments) in GOLDEN {
        let folder = "merlin-xmldsig-twenty-three";
        let text = doctype::without_doctype(&files[&format!("{folder}/{file}.xml")]);
        let document = Document::read(text.as_bytes()).unwrap();
        let document = &document;
        let of_dsig = |local| document.all_elements().find(|e| document.is(*e, DSIG, local));
        let apex = match *what {
            "/" => document.root(),
            "SignedInfo" => of_dsig("SignedInfo").unwrap(),
            id => by_id(document, id),
        };
        let left_out = left_out.then(|| of_dsig("Signature").unwrap());
        let ours = form(document, Subset { apex, left_out }, &inclusive(*comments));
        let theirs = &files[&format!("{folder}/{file}-c14n-{golden}.txt")];
        assert_eq!(ours.as_bytes(), theirs, "{file} {golden}");
        compared += 1;
    }
    let goldens = files.keys().filter(|name| name.contains("-c14n-")).count() - PHAOS_NAMES;
    // signature-c14n-0 and -16 are the outcomes of XPath transforms, which are refused.
    assert_eq!(compared, goldens - 2);
}

/// File, number of its golden output, what of it, whether the signature is left out, comments.
#[rustfmt::skip]
const GOLDEN: &[(&str, u32, &str, bool, Comments)] = &[
    ("signature", 1, "signature-properties-1", false, Comments::Dropped),
    ("signature", 2, "object-3", false, Comments::Dropped),
    ("signature", 3, "object-3", false, Comments::Dropped),
    ("signature", 4, "object-3", false, Comments::Dropped),
    ("signature", 5, "object-3", false, Comments::Kept),
    ("signature", 6, "manifest-reference-1", false, Comments::Dropped),
    ("signature", 7, "notaries", false, Comments::Dropped),
    ("signature", 8, "reference-1", false, Comments::Dropped),
    ("signature", 9, "reference-1", false, Comments::Dropped),
    ("signature", 10, "manifest-1", false, Comments::Dropped),
    ("signature", 11, "reference-2", false, Comments::Dropped),
    ("signature", 12, "/", true, Comments::Kept),
    ("signature", 13, "/", true, Comments::Dropped),
    ("signature", 14, "/", true, Comments::Dropped),
    ("signature", 15, "/", true, Comments::Dropped),
    ("signature", 17, "SignedInfo", false, Comments::Dropped),
    ("signature-enveloped-dsa", 0, "/", true, Comments::Dropped),
    ("signature-enveloped-dsa", 1, "SignedInfo", false, Comments::Dropped),
    ("signature-enveloping-b64-dsa", 0, "SignedInfo", false, Comments::Dropped),
    ("signature-enveloping-dsa", 0, "object", false, Comments::Dropped),
    ("signature-enveloping-dsa", 1, "SignedInfo", false, Comments::Dropped),
    ("signature-enveloping-hmac-sha1", 0, "object", false, Comments::Dropped),
    ("signature-enveloping-hmac-sha1", 1, "SignedInfo", false, Comments::Dropped),
    ("signature-enveloping-hmac-sha1-40", 0, "object", false, Comments::Dropped),
    ("signature-enveloping-hmac-sha1-40", 1, "SignedInfo", false, Comments::Dropped),
    ("signature-enveloping-rsa", 0, "object", false, Comments::Dropped),
    ("signature-enveloping-rsa", 1, "SignedInfo", false, Comments::Dropped),
    ("signature-external-b64-dsa", 0, "SignedInfo", false, Comments::Dropped),
    ("signature-external-dsa", 0, "SignedInfo", false, Comments::Dropped),
];

/// Signatures of phaos whose names hold `-c14n-` too.
const PHAOS_NAMES: usize = 5;

#[test]
fn a_relative_namespace_name_and_an_oversized_form_are_refused() {
    let refused = |text: &str, method: &Method, max| {
        let document = Document::read(text.as_bytes()).unwrap();
        let subset = Subset { apex: document.root(), left_out: None };
        canonical(&document, subset, method, max).unwrap_err().rule
    };
    let relative = "<a><b xmlns='../x'/></a>";
    assert_eq!(refused(relative, &Method::INCLUSIVE, 100), Rule::RelativeNamespace);

    // Exclusive canonicalization writes the long name once for every sibling.
    let siblings = "<p:a/>".repeat(1000);
    let long = format!("<r xmlns:p='urn:{}'>{siblings}</r>", "x".repeat(10_000));
    assert_eq!(refused(&long, &Method::EXCLUSIVE, 1 << 20), Rule::CanonicalSize);
}

#[test]
fn what_is_not_well_formed_is_refused_by_its_rule() {
    for (text, rule) in [
        ("<!DOCTYPE a><a/>", Rule::Doctype),
        ("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", Rule::Doctype),
        ("<a>&x;</a>", Rule::Entity),
        ("<a>&#0;</a>", Rule::Entity),
        ("<a b='&'/>", Rule::Entity),
        ("<a>\u{1}</a>", Rule::Character),
        ("<a>\u{FFFF}</a>", Rule::Character),
        ("<?xml version='1.1'?><a/>", Rule::Declaration),
        ("<?xml version='1.0' standalone='maybe'?><a/>", Rule::Declaration),
        ("<?xml version='1.0' encoding='Shift_JIS'?><a/>", Rule::Encoding),
        ("<?xml version='1.0' encoding='US-ASCII'?><a>あ</a>", Rule::Encoding),
        (" <?xml version='1.0'?><a/>", Rule::Instruction),
        ("<a>", Rule::Unclosed),
        ("", Rule::Unclosed),
        ("<!-- only -->", Rule::Unclosed),
        ("<a></b>", Rule::Mismatch),
        ("<a></ab>", Rule::Mismatch),
        ("</a>", Rule::OutsideRoot),
        ("<a/><b/>", Rule::OutsideRoot),
        ("<a/>text", Rule::OutsideRoot),
        ("<a/><![CDATA[x]]>", Rule::Tag),
        ("<a b='1'c='2'/>", Rule::Tag),
        ("<a b=1/>", Rule::Tag),
        ("<a b/>", Rule::Tag),
        ("<a b='<'/>", Rule::CharacterData),
        ("<a>]]></a>", Rule::CharacterData),
        ("<a><!-- -- --></a>", Rule::Comment),
        ("<a><!-- ---></a>", Rule::Comment),
        ("<a><?XML x?></a>", Rule::Instruction),
        ("<a><?p:q x?></a>", Rule::Instruction),
        ("<1a/>", Rule::Name),
        ("<a:/>", Rule::Name),
        ("<:a/>", Rule::Name),
        ("<a:b:c xmlns:a='urn:a'/>", Rule::Tag),
        ("<p:a/>", Rule::UnboundPrefix),
        ("<a p:b=''/>", Rule::UnboundPrefix),
        ("<a b='' b=''/>", Rule::DuplicateAttribute),
        ("<a xmlns='urn:x' xmlns='urn:y'/>", Rule::DuplicateAttribute),
        ("<a xmlns:p='urn:x' xmlns:p='urn:x'/>", Rule::DuplicateAttribute),
        ("<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='' q:b=''/>", Rule::DuplicateAttribute),
        ("<a xmlns:p=''/>", Rule::Namespace),
        ("<a xmlns:xmlns='urn:x'/>", Rule::Namespace),
        ("<a xmlns:xml='urn:x'/>", Rule::Namespace),
        ("<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", Rule::Namespace),
        ("<a xmlns='http://www.w3.org/2000/xmlns/'/>", Rule::Namespace),
    ] {
        assert_eq!(Document::read(text.as_bytes()).unwrap_err().rule, rule, "{text}");
    }
    assert_eq!(Document::read(b"<a>\xFF</a>").unwrap_err().rule, Rule::Encoding);
    assert_eq!(Document::read(b"\xFF\xFE<\0a\0").unwrap_err().rule, Rule::Encoding);
}

#[test]
fn bounds_are_kept_and_reached() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(Document::read(nested(256).as_bytes()).is_ok());
    assert_eq!(Document::read(nested(257).as_bytes()).unwrap_err().rule, Rule::Limit);

    let attributes = |count: usize| {
        let all: String = (0..count).map(|at| format!(" a{at}=''")).collect();
        format!("<a{all}/>")
    };
    assert!(Document::read(attributes(256).as_bytes()).is_ok());
    assert_eq!(Document::read(attributes(257).as_bytes()).unwrap_err().rule, Rule::Limit);

    let prefixes: String = (0..255).map(|at| format!("<a xmlns:p{at}='urn:x'/>")).collect();
    let text = format!("<r>{prefixes}</r>");
    assert_eq!(Document::read(text.as_bytes()).unwrap_err().rule, Rule::Limit);

    let many = format!("<r>{}</r>", "<a/>".repeat(1_000_000));
    assert_eq!(Document::read(many.as_bytes()).unwrap_err().rule, Rule::Limit);
}

/// Where we take a damaged document, roxmltree must take it too, with the same tree.
#[test]
fn whatever_damaged_document_we_take_a_second_reader_takes_too() {
    let files = interop::files();
    let mut taken = 0;
    let mut only_theirs = 0;
    for (seed, name) in files.keys().filter(|name| name.ends_with(".xml")).enumerate() {
        let text = doctype::without_doctype(&files[name]);
        for round in 0..10u64 {
            let damaged = damage::damaged(text.as_bytes(), seed as u64 * 1000 + round);
            let Ok(damaged) = std::str::from_utf8(&damaged) else { continue };
            let ours = Document::read(damaged.as_bytes());
            let theirs = roxmltree::Document::parse(damaged);
            match (ours, theirs) {
                (Ok(ours), Ok(theirs)) => {
                    taken += 1;
                    let tags = theirs.descendants().filter(|n| n.is_element()).map(|n| {
                        (n.tag_name().namespace().unwrap_or(""), n.tag_name().name(), n.range())
                    });
                    let names = ours.all_elements().map(|e| {
                        let (namespace, local) = ours.element_name(e);
                        (namespace, local, ours.span(e))
                    });
                    assert!(tags.eq(names), "{name} round {round}");
                }
                (Ok(_), Err(error)) => panic!("{name} round {round}: {error}"),
                (Err(_), Ok(_)) => only_theirs += 1,
                (Err(_), Err(_)) => {}
            }
        }
    }
    assert!(taken > 100, "{taken} taken");
    assert!(only_theirs < taken / 50, "{only_theirs} refused by us alone, {taken} taken");
}
