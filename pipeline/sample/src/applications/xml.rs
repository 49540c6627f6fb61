//! XML signatures over files, and the package of the e-Gov shape.
//!
//! What is signed is the canonical form, which is not what the file has: the file closes empty
//! elements in short and leaves the namespace to the outer element. Both are written side by side.

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use sha2::{Digest, Sha256};

use super::form::escaped;
use super::key::Key;
use crate::random::Random;

/// A file or element that is signed.
#[derive(Clone, Debug)]
struct Reference {
    /// The URI as it is written.
    uri: String,
    /// Whether the element is put into canonical form before.
    canonical: bool,
    digest: Vec<u8>,
}

/// Canonical forms that change nothing in what is signed here (xml-c14n, xml-exc-c14n).
const CANONICAL: [&str; 4] = [
    INCLUSIVE,
    "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments",
    "http://www.w3.org/2001/10/xml-exc-c14n#",
    "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
];
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
    let references: Vec<Reference> = files.iter().map(|(name, bytes)| raw(name, bytes)).collect();
    let method = random.pick(&CANONICAL);
    let signature = signature(key, certificate, &references, method);
    format!("{DECLARATION}{signature}\n").into_bytes()
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
        canonical: true,
        digest: Sha256::digest(&top).to_vec(),
    };
    let files = std::iter::once(&form).chain(attachments);
    let files = files.map(|(name, bytes)| raw(name, bytes));
    let references: Vec<Reference> = std::iter::once(id).chain(files).collect();
    let signature = signature(key, certificate, &references, INCLUSIVE);
    format!("{DECLARATION}<DataRoot>\n{top}\n<署名情報>{signature}</署名情報>\n</DataRoot>\n")
        .into_bytes()
}

/// References a file by its name and raw bytes.
fn raw(name: &str, bytes: &[u8]) -> Reference {
    Reference { uri: name.to_owned(), canonical: false, digest: Sha256::digest(bytes).to_vec() }
}

fn signature(key: &Key, certificate: &[u8], references: &[Reference], method: &str) -> String {
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

fn signed_info(references: &[Reference], method: &str, form: Form) -> String {
    let namespace = if form == Form::Canonical { NAMESPACE } else { "" };
    let references: String = references.iter().map(|reference| written(reference, form)).collect();
    format!(
        "<SignedInfo{namespace}>\n{}\n{}\n{references}</SignedInfo>",
        empty("CanonicalizationMethod", method, form),
        empty("SignatureMethod", RSA_SHA256, form)
    )
}

fn written(reference: &Reference, form: Form) -> String {
    let transforms = match reference.canonical {
        true => format!("<Transforms>{}</Transforms>", empty("Transform", INCLUSIVE, form)),
        false => String::new(),
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
