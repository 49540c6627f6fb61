//! Reads print files back: pages, marks and text as a stranger would find them.
