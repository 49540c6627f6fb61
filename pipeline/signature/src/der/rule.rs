//! The rules that bytes can break, each with a stable code.

use std::fmt;

/// Bytes that are not what they should be: where, and which rule they break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The byte at which the broken element starts, from 0 in the bytes given to the reader.
    pub offset: usize,
    /// The rule.
    pub rule: Rule,
}

impl Malformed {
    /// Returns the breach of `rule` at byte `offset`.
    #[cold]
    pub fn new(offset: usize, rule: Rule) -> Self {
        Self { offset, rule }
    }
}

impl fmt::Display for Malformed {
    /// Writes `byte 12: the length is not written in its shortest form`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {}: {}", self.offset, self.rule.words())
    }
}

impl std::error::Error for Malformed {}

/// Declares the enum and its table in one place: variant, code and words.
macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident => $code:literal, $words:literal;)*) => {
        /// A rule of an encoding or of a structure; one variant a rule.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Rule { $($(#[$doc])* $name,)* }

        impl Rule {
            /// Every rule, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Returns the stable code, which outside scripts may rely on.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Says what was met.
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }
        }
    };
}

rules! {
    // The encoding: ITU-T X.690 (2021), clauses 8, 10 and 11.

    /// The bytes end within an element.
    Truncated => "truncated", "the bytes end within an element";
    /// Bytes follow where the structure has ended.
    TrailingBytes => "trailing-bytes", "bytes follow the end of the structure";
    /// X.690 §10.1: DER has definite lengths only.
    IndefiniteLength => "indefinite-length", "the length is indefinite";
    /// X.690 §10.1: the length has its shortest form.
    LongLength => "long-length", "the length is not written in its shortest form";
    /// A length of more than four octets is beyond any file that is read here.
    HugeLength => "huge-length", "the length has more than four octets";
    /// Tag numbers above 30 occur in none of the structures.
    HighTag => "high-tag", "the tag number is above 30";
    /// X.690 §8.1.5, §10.2: end-of-contents, a constructed string or a primitive sequence.
    TagForm => "tag-form", "the tag is not of a form that DER allows";
    /// Another element stands where the structure has this one.
    UnexpectedTag => "unexpected-tag", "another element was expected here";
    /// X.690 §11.1: TRUE is FF and FALSE is 00.
    BadBoolean => "bad-boolean", "the BOOLEAN is neither 00 nor FF";
    /// X.690 §8.3.2: an INTEGER has its shortest form.
    LongInteger => "long-integer", "the INTEGER is empty or not in its shortest form";
    /// A number that counts or identifies is negative.
    NegativeInteger => "negative-integer", "the INTEGER is negative";
    /// The number is larger than the structure allows.
    HugeInteger => "huge-integer", "the INTEGER is too large";
    /// X.690 §8.19: arcs have their shortest form and the last one ends.
    BadOid => "bad-oid", "the OBJECT IDENTIFIER is empty, cut off or not in its shortest form";
    /// X.690 §11.2: unused bits are at most seven and zero.
    BadBitString => "bad-bit-string", "the BIT STRING's unused bits are not zero or not possible";
    /// The bits are whole octets in this place.
    UnusedBits => "unused-bits", "the BIT STRING does not end on an octet";
    /// X.690 §11.2.2: a named bit list has no trailing zero bits.
    TrailingZeroBits => "trailing-zero-bits", "the named bit list ends in zero bits";
    /// X.690 §8.8: NULL is empty.
    BadNull => "bad-null", "the NULL has content";
    /// X.690 §11.5: a value equal to its default is not written.
    ExplicitDefault => "explicit-default", "a value equal to its default is written";
    /// X.690 §11.6: the elements of a SET OF ascend.
    SetOrder => "set-order", "the elements of the SET OF are not in ascending order";
    /// X.690 §11.7, §11.8 and RFC 5280 §4.1.2.5: `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`, a real time.
    BadTime => "bad-time", "the time is not YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ of the calendar";
    /// The characters are not of the string's type.
    BadText => "bad-text", "the characters are not of the string's type";
    /// SEQUENCE SIZE (1..MAX) or SET SIZE (1..MAX) is empty.
    EmptyList => "empty-list", "a list that has at least one element is empty";

    // The certificate: RFC 5280 §4.

    /// RFC 5280 §4.1.2.1: the version is v3.
    BadVersion => "bad-version", "the version is not the one that this structure has";
    /// RFC 5280 §4.1.2.9: extensions only in v3.
    ExtensionsWithoutV3 => "extensions-without-v3", "extensions stand in a certificate below v3";
    /// RFC 5280 §4.1.2.2: serial numbers have at most 20 octets.
    LongSerial => "long-serial", "the serial number has more than 20 octets";
    /// RFC 5280 §4.1.1.2: the signature algorithm stands twice, and both are the same.
    AlgorithmMismatch => "algorithm-mismatch", "the inner and outer signature algorithms differ";
    /// RFC 5280 §4.2: an extension stands once.
    DuplicateExtension => "duplicate-extension", "an extension stands twice";
    /// The extension's value is not what its type says.
    BadExtension => "bad-extension", "the value of an extension is not of its type";
    /// The key is not an RSA or EC key in its one encoding.
    BadKey => "bad-key", "the public key is not in the one encoding of its type";
    /// The name is not a sequence of attribute sets.
    BadName => "bad-name", "a name is not a sequence of attributes";
    /// More elements than any real structure has; the bound keeps the work small.
    TooMany => "too-many", "there are more elements than any real structure has";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_kebab_case() {
        let mut codes: Vec<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), Rule::ALL.len());
        let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        assert!(codes.iter().all(|code| code.bytes().all(kebab)));
    }
}
