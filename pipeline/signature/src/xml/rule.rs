//! Why an XML document or its signature is refused, with stable codes.

/// Declares the rules in one place: variant, code and words.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident => $code:literal, $words:literal;)*) => {
        /// One rule of XML 1.0, Namespaces, Canonical XML or XML Signature that an input broke.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule {
            $($(#[$doc])* $name,)*
        }

        impl Rule {
            /// Every rule, in the order of the table.
            pub const ALL: &'static [Rule] = &[$(Self::$name),*];

            /// Returns the stable code, which outside scripts may rely on.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Says in English what was met.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

rules! {
    /// XML 1.0 §4.3.3; only UTF-8 is taken, whatever the declaration says.
    Encoding => "xml-encoding", "the document is not UTF-8";
    /// XML 1.0 §2.2.
    Character => "xml-character", "a character stands here that XML 1.0 forbids";
    /// XML 1.0 §2.8; version 1.0 only.
    Declaration => "xml-declaration", "the XML declaration is not one of XML 1.0";
    /// Document type declarations bring entities and default attributes; none are read.
    Doctype => "xml-doctype", "a document type declaration is refused";
    /// XML 1.0 §4.1; without a DTD only the five predefined entities exist.
    Entity => "xml-entity", "a reference names no predefined entity and no allowed character";
    /// XML 1.0 §2.1.
    Unclosed => "xml-unclosed", "the document ends before everything is closed";
    /// XML 1.0 §3, element type match.
    Mismatch => "xml-end-tag", "the end tag does not match its start tag";
    /// XML 1.0 §2.3, Namespaces §3.
    Name => "xml-name", "this is not a name";
    /// XML 1.0 §3.1.
    Tag => "xml-tag", "the tag is malformed";
    /// XML 1.0 §2.4.
    CharacterData => "xml-text", "']]>' or '<' stands in text or a value";
    /// XML 1.0 §2.5.
    Comment => "xml-comment", "'--' stands within a comment";
    /// XML 1.0 §2.6.
    Instruction => "xml-instruction", "the processing instruction is malformed";
    /// XML 1.0 §2.1.
    OutsideRoot => "xml-outside-root", "text or a second element stands outside the root element";
    /// XML 1.0 §3.1 and Namespaces §6.3.
    DuplicateAttribute => "xml-duplicate-attribute", "an attribute stands twice in one tag";
    /// Namespaces §5.
    UnboundPrefix => "xml-prefix", "a prefix is bound to no namespace";
    /// Namespaces §3 and §5: reserved prefixes and names, and prefixes cannot be unbound.
    Namespace => "xml-namespace", "a namespace declaration breaks a constraint";
    /// A bound of the reader: bytes, nodes, depth, attributes or prefixes.
    Limit => "xml-limit", "the document is larger, deeper or wider than the shop takes";
    /// Canonical XML 1.0 §1.3.
    RelativeNamespace => "xml-relative-namespace", "a namespace name is a relative reference";
    /// The canonical form would exceed its bound.
    CanonicalSize => "xml-canonical-size", "the canonical form is larger than the shop takes";
    /// No element Signature of the XML Signature namespace.
    NoSignature => "xmldsig-none", "the document holds no signature";
    /// More than one where one was asked for.
    SeveralSignatures => "xmldsig-several", "the document holds several signatures";
    /// A Signature within a Signature.
    NestedSignature => "xmldsig-nested", "a signature stands within the signature";
    /// XML Signature §4: children, their order, their number, their attributes.
    Structure => "xmldsig-structure", "the signature's elements are not those of the schema";
    /// A comment, instruction or element within a value.
    MixedValue => "xmldsig-mixed-value", "a value holds more than text";
    /// XML Schema base64Binary.
    Base64 => "xmldsig-base64", "a value is not base64";
    /// CanonicalizationMethod is none of the four of C14N 1.0.
    CanonicalizationMethod => "xmldsig-c14n", "the canonicalization method is not allowed";
    /// A keyed digest is no signature of a person.
    Hmac => "xmldsig-hmac", "a keyed digest (HMAC) is no signature";
    /// SignatureMethod outside the allow-list.
    SignatureMethod => "xmldsig-signature-method", "the signature method is not allowed";
    /// DigestMethod outside the allow-list.
    DigestMethod => "xmldsig-digest-method", "the digest method is not allowed";
    /// DigestValue of another length than its method's.
    DigestValue => "xmldsig-digest-value", "a digest value has the wrong length";
    /// Transforms outside the allow-list.
    Xslt => "xmldsig-xslt", "an XSLT transform is refused";
    /// Transforms outside the allow-list.
    Xpath => "xmldsig-xpath", "an XPath transform is refused";
    /// Transforms outside the allow-list.
    Base64Transform => "xmldsig-base64-transform", "a base64 transform is refused";
    /// Transforms outside the allow-list.
    Transform => "xmldsig-transform", "the transform is not allowed";
    /// At most enveloped-signature, then one canonicalization.
    TransformOrder => "xmldsig-transform-order", "the transforms stand in an order not allowed";
    /// Enveloped-signature on something the signature does not stand in.
    NotEnveloped => "xmldsig-not-enveloped", "the signature does not stand in what it refers to";
    /// A Reference without URI.
    NoUri => "xmldsig-no-uri", "a reference names nothing";
    /// Anything but an id and a bare file name.
    ExternalUri => "xmldsig-external-uri", "a reference leads out of the package";
    /// XPointer beyond a bare id.
    Xpointer => "xmldsig-xpointer", "an XPointer reference is refused";
    /// The URI's percent signs or its decoded bytes.
    BadUri => "xmldsig-uri", "a reference's URI is malformed";
    /// No element bears the id.
    UnknownId => "xmldsig-unknown-id", "no element bears the id referred to";
    /// Two attributes bear the id.
    DuplicateId => "xmldsig-duplicate-id", "the id referred to stands twice";
    /// No member of the package bears the name.
    UnknownMember => "xmldsig-unknown-file", "the package lacks a file referred to";
    /// Two members of the package bear one name.
    DuplicateMember => "xmldsig-duplicate-file", "two files of the package have one name";
    /// More references than the shop takes.
    TooManyReferences => "xmldsig-references", "there are more references than the shop takes";
    /// Type says Manifest, the element is none; or a manifest within a manifest.
    Manifest => "xmldsig-manifest", "what is called a manifest is none";
    /// KeyInfo has no X509Certificate; a bare key, a key name or a pointer gives no trust.
    NoCertificate => "xmldsig-no-certificate", "the signature brings no certificate";
    /// More certificates than a chain needs.
    TooManyCertificates => "xmldsig-certificates", "the signature brings too many certificates";
    /// ECDSA value of another shape than r and s of one width.
    SignatureValue => "xmldsig-value", "the signature value has the wrong shape";
    /// The package has no kousei.xml, or it is not of the e-Gov shape.
    PackageShape => "egov-shape", "the package is not of the e-Gov shape";
    /// The element that the signature covers is not the one that is read.
    Wrapped => "egov-wrapped", "the signed element is not the one in its place";
}

/// An XML document or signature that is refused, with the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} at byte {offset}", rule.words())]
pub struct Refused {
    /// The byte of the document, from 0.
    pub offset: usize,
    /// The rule that was broken.
    pub rule: Rule,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_code_of_its_own() {
        let mut codes: Vec<_> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Rule::ALL.len());
        assert!(codes.iter().all(|c| c.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')));
    }
}
