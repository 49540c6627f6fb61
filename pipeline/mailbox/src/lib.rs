//! An electronic copy as a package: key, seal, pack format, open notices.
