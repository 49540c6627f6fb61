//! The bounds within which a document is read, so that time and memory are linear in its bytes.

/// Bytes of one document. The largest e-Gov forms are a few hundred kilobytes.
pub const MAX_BYTES: usize = 32 << 20;

/// Nodes of one document; 80 bytes of memory each.
pub const MAX_NODES: usize = 1_000_000;

/// Attributes of one document.
pub const MAX_ALL_ATTRIBUTES: usize = 1_000_000;

/// Elements within one another.
pub const MAX_DEPTH: usize = 256;

/// Attributes and namespace declarations of one element.
pub const MAX_ATTRIBUTES: usize = 256;

/// Different prefixes in one document.
pub const MAX_PREFIXES: usize = 256;

/// Bytes of one name.
pub const MAX_NAME_LEN: usize = 1024;

/// Bytes of all canonical forms of one signature together.
pub const MAX_CANONICAL_BYTES: usize = 64 << 20;

/// References of one signature with those of its manifests. A package of e-Gov has up to about a
/// hundred attachments.
pub const MAX_REFERENCES: usize = 1024;

/// Certificates in one KeyInfo; a path has at most six.
pub const MAX_CERTIFICATES: usize = 16;
