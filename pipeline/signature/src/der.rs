//! Strict DER, read in place.
