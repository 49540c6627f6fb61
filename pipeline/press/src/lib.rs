//! Pages become PDF: streaming print files and sealed electronic copies.
