//! A certificate read in place, strictly.
