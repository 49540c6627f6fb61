//! The way from a certificate to an anchor.
