//! Pages become pictures.
