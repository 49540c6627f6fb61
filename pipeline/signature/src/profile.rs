//! The profile of the JPKI certificates.
