//! The house stock built into the binary: configuration, fonts, templates, postcodes.
//!
//! So that one file is a whole installation, and a shop's directory holds only what is its own.

/// `config/lettershop.toml`
pub const CONFIG: &str = include_str!("../../config/lettershop.toml");
/// `config/envelopes.toml`
pub const ENVELOPES: &str = include_str!("../../config/envelopes.toml");
/// `config/inserters.toml`
pub const INSERTERS: &str = include_str!("../../config/inserters.toml");
/// `config/tariffs.toml`
pub const TARIFFS: &str = include_str!("../../config/tariffs.toml");
/// `config/postcodes/postcodes.bin`
pub const POSTCODES: &[u8] = include_bytes!("../../config/postcodes/postcodes.bin");

/// The font of job tickets and tray labels.
pub const PAPERWORK_FACE: &str = "BIZUDPGothic-Regular";

/// Name, `template.toml`, `body.txt` and `sample.toml` of the built-in templates.
pub const TEMPLATES: [(&str, &str, &str, &str); 3] =
    [template!("tax-notice"), template!("annual-notice"), template!("water-bill")];

/// Returns the bytes of a built-in face.
pub fn face(name: &str) -> Option<&'static [u8]> {
    FACES.iter().find(|(known, _)| *known == name).map(|(_, bytes)| *bytes)
}

const FACES: [(&str, &[u8]); 4] = [
    ("BIZUDPMincho-Regular", include_bytes!("../../fonts/BIZUDPMincho-Regular.ttf")),
    ("BIZUDPGothic-Regular", include_bytes!("../../fonts/BIZUDPGothic-Regular.ttf")),
    ("BIZUDPGothic-Bold", include_bytes!("../../fonts/BIZUDPGothic-Bold.ttf")),
    ("NotoSerifJP-Regular", include_bytes!("../../fonts/NotoSerifJP-Regular.ttf")),
];

macro_rules! template {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../templates/", $name, "/template.toml")),
            include_str!(concat!("../../templates/", $name, "/body.txt")),
            include_str!(concat!("../../templates/", $name, "/sample.toml")),
        )
    };
}
use template;
