//! Mass verification: a signature and its certificate become one verdict.

pub mod basic_four;
pub mod certificate;
pub mod cms;
pub mod der;
pub mod digests;
pub mod evidence;
pub mod name;
pub mod path;
pub mod profile;
pub mod revocation;
pub mod verdict;
pub mod verifier;
pub mod xml;
