//! The array of signed digests that the Mynaportal app returns.
