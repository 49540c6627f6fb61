//! XML signatures over files and in the form itself, and the package of the e-Gov shape.
//!
//! What is signed is the canonical form, which is not what the file has: the file closes empty
//! elements in short and leaves the namespace to the outer element. Both are written side by side.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use sha2::{Digest, Sha256};

use super::form::escaped;
use super::key::Key;
use crate::random::Random;

/// A file, an element or the whole document that is signed.
#[derive(Clone, Debug)]
struct Reference<'t> {
    /// The URI as it is written.
    uri: String,
    /// What is done to an element before; nothing to a file.
    transforms: &'t [&'t str],
    digest: Vec<u8>,
}

/// Canonical forms that change nothing in what is signed here (xml-c14n, xml-exc-c14n).
const CANONICAL: [&str; 4] = [
    INCLUSIVE,
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
];
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const INCLUSIVE: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const NAMESPACE: &str = " xmlns=\"http://www.w3.org/2000/09/xmldsig#\"";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Signs files by their bytes: `signature.xml`, whose references are bare file names.
pub(crate) fn sign(
    key: &Key,
    certificate: &[u8],
    files: &[(&str, &[u8])],
    random: &mut Random,
) -> Vec<u8> {
    let references: Vec<Reference<'_>> =
        files.iter().map(|(name, bytes)| raw(name, bytes)).collect();
    let method = random.pick(&CANONICAL);
    let signature = signature(key, certificate, &references, method);
    format!("{DECLARATION}{signature}\n").into_bytes()
}

/// Signs a form by its canonical form and attachments by their bytes; returns the element that
/// [`envelop`] puts into the form.
pub(crate) fn sign_enveloped(
    key: &Key,
    certificate: &[u8],
    form: &[u8],
    attachments: &[(&str, &[u8])],
    random: &mut Random,
) -> Vec<u8> {
    let method = random.pick(&CANONICAL);
    let digest = Sha256::digest(canonical(form)).to_vec();
    let form = Reference { uri: String::new(), transforms: &[ENVELOPED, method], digest };
    let attachments = attachments.iter().map(|(name, bytes)| raw(name, bytes));
    let references: Vec<Reference<'_>> = std::iter::once(form).chain(attachments).collect();
    signature(key, certificate, &references, method).into_bytes()
}

/// Puts a signature into a form as the last child of its outermost element.
pub(crate) fn envelop(form: &[u8], signature: &[u8]) -> Vec<u8> {
    let end = form.windows(2).rposition(|window| window == b"</").expect("the form ends");
    [&form[..end], signature, &form[end..]].concat()
}

/// Returns the canonical form of a form as `form::Form` writes it: without declaration, foreign
/// namespaces, attributes and empty tags only line ends change (Canonical XML 1.0, 1.1).
fn canonical(form: &[u8]) -> String {
    let text = std::str::from_utf8(form).expect("a form is UTF-8").replace("\r\n", "\n");
    let (_, root) = text.split_once("?>\n").expect("a form has its declaration");
    root.trim_end().to_owned()
}

/// What the managing part of an e-Gov package says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Management<'a> {
    /// 初回受付番号.
    pub receipt: &'a str,
    /// 手続ID.
    pub procedure: &'a str,
    /// 申請書ファイル名称 and bytes.
    pub form: (&'a str, &'a [u8]),
    /// 添付書類ファイル名称 and bytes.
    pub attachments: &'a [(&'a str, &'a [u8])],
}

/// Writes `kousei.xml`: what is in the package, signed together with the files.
pub(crate) fn kousei(key: &Key, certificate: &[u8], management: Management<'_>) -> Vec<u8> {
    let Management { receipt, procedure, form, attachments } = management;
    let attached: String = attachments
        .iter()
        .map(|(name, _)| {
            let name = escaped(name);
            format!(
                "<添付書類属性情報><添付種別>添付</添付種別><添付書類名称>{name}</添付書類名称>\
                 <添付書類ファイル名称>{name}</添付書類ファイル名称><提出情報>1</提出情報>\
                 </添付書類属性情報>"
            )
        })
        .collect();
    // Without empty elements, foreign namespaces and carriage returns this is canonical already.
    let top = format!(
        "<構成情報 ID=\"構成情報\">\n<管理情報><手続番号><手続ID>{procedure}</手続ID></手続番号>\
         <初回受付番号>{receipt}</初回受付番号></管理情報>\n<申請書属性情報>\
         <申請書様式ID>{procedure}-01</申請書様式ID><申請書ファイル名称>{}</申請書ファイル名称>\
         </申請書属性情報>\n{attached}</構成情報>",
        escaped(form.0)
    );
    let id = Reference {
        uri: format!("#{}", percent_encoded("構成情報")),
        transforms: &[INCLUSIVE],
        digest: Sha256::digest(&top).to_vec(),
    };
    let files = std::iter::once(&form).chain(attachments);
    let files = files.map(|(name, bytes)| raw(name, bytes));
    let references: Vec<Reference<'_>> = std::iter::once(id).chain(files).collect();
    let signature = signature(key, certificate, &references, INCLUSIVE);
    format!("{DECLARATION}<DataRoot>\n{top}\n<署名情報>{signature}</署名情報>\n</DataRoot>\n")
        .into_bytes()
}

/// References a file by its name and raw bytes.
fn raw(name: &str, bytes: &[u8]) -> Reference<'static> {
    Reference { uri: name.to_owned(), transforms: &[], digest: Sha256::digest(bytes).to_vec() }
}

fn signature(key: &Key, certificate: &[u8], references: &[Reference<'_>], method: &str) -> String {
    let value = key.sign(signed_info(references, method, Form::Canonical).as_bytes());
    format!(
        "<Signature{NAMESPACE}>\n{}\n<SignatureValue>{}</SignatureValue>\n<KeyInfo><X509Data>\
         <X509Certificate>{}</X509Certificate></X509Data></KeyInfo>\n</Signature>",
        signed_info(references, method, Form::AsFiled),
        lines(&value),
        lines(certificate)
    )
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Canonical,
    AsFiled,
}

fn signed_info(references: &[Reference<'_>], method: &str, form: Form) -> String {
    let namespace = if form == Form::Canonical { NAMESPACE } else { "" };
    let references: String = references.iter().map(|reference| written(reference, form)).collect();
    format!(
        "<SignedInfo{namespace}>\n{}\n{}\n{references}</SignedInfo>",
        empty("CanonicalizationMethod", method, form),
        empty("SignatureMethod", RSA_SHA256, form)
    )
}

fn written(reference: &Reference<'_>, form: Form) -> String {
    let each = reference.transforms.iter().map(|transform| empty("Transform", transform, form));
    let transforms = match reference.transforms {
        [] => String::new(),
        _ => format!("<Transforms>{}</Transforms>", each.collect::<String>()),
    };
    format!(
        "<Reference URI=\"{}\">{transforms}{}<DigestValue>{}</DigestValue></Reference>\n",
        reference.uri,
        empty("DigestMethod", SHA256, form),
        STANDARD.encode(&reference.digest)
    )
}

/// Writes an element that only names an algorithm.
fn empty(name: &str, algorithm: &str, form: Form) -> String {
    match form {
        Form::Canonical => format!("<{name} Algorithm=\"{algorithm}\"></{name}>"),
        Form::AsFiled => format!("<{name} Algorithm=\"{algorithm}\"/>"),
    }
}

/// Writes Base64 in lines of 76 (RFC 2045, 6.8).
fn lines(bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(76)
        .map(|line| std::str::from_utf8(line).expect("Base64 is ASCII"))
        .collect();
    lines.join("\n")
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_written_as_e_gov_writes_it() {
        assert_eq!(percent_encoded("構成情報"), "%E6%A7%8B%E6%88%90%E6%83%85%E5%A0%B1");
    }

    #[test]
    fn a_signature_is_put_before_the_last_end_tag_and_is_no_part_of_the_canonical_form() {
        let form = b"<?xml version=\"1.0\"?>\r\n<a>\r\n  <b>&lt;\n</b>\r\n</a>\r\n";
        assert_eq!(canonical(form), "<a>\n  <b>&lt;\n</b>\n</a>");
        let whole = envelop(form, b"<Signature/>");
        assert!(whole.ends_with(b"</b>\r\n<Signature/></a>\r\n"));
        assert_eq!(canonical(&whole).replace("<Signature/>", ""), canonical(form));
    }

    #[test]
    fn the_canonical_form_has_end_tags_and_the_namespace() {
        let references = [raw("form.xml", b"x")];
        let filed = signed_info(&references, INCLUSIVE, Form::AsFiled);
        let canonical = signed_info(&references, INCLUSIVE, Form::Canonical);
        assert!(
            filed.starts_with("<SignedInfo>\n<CanonicalizationMethod ") && filed.contains("/>")
        );
        assert!(canonical.starts_with(&format!("<SignedInfo{NAMESPACE}>")));
        assert!(!canonical.contains("/>"));
    }
}
