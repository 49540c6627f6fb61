//! Distinguished names and how they compare.
