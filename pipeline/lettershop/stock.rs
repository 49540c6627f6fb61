//! The house stock built into the binary: configuration, fonts, templates, postcodes.
//!
//! So that one file is a whole installation, and a shop's directory holds only what is its own.

/// `config/lettershop.toml`
pub const CONFIG: &str = include_str!("../../config/lettershop.toml");
/// `config/envelopes.toml`
pub const ENVELOPES: &str = include_str!("../../config/envelopes.toml");
/// `config/inserters.toml`
pub const INSERTERS: &str = include_str!("../../config/inserters.toml");
/// `config/districts.csv`
pub const DISTRICTS: &str = include_str!("../../config/districts.csv");
/// `config/tariffs.toml`
pub const TARIFFS: &str = include_str!("../../config/tariffs.toml");
/// `config/counter.toml`, the sender of what the shop itself writes about applications.
pub const COUNTER: &str = include_str!("../../config/counter.toml");
/// `config/postbox.toml`, the sender of opening codes.
pub const POSTBOX: &str = include_str!("../../config/postbox.toml");
/// `config/postcodes/postcodes.bin`
pub const POSTCODES: &[u8] = include_bytes!("../../config/postcodes/postcodes.bin");

/// The built-in rule files of procedures, by code.
pub const PROCEDURES: [(&str, &str); 3] = [
    ("child-allowance", include_str!("../../config/procedures/child-allowance.toml")),
    ("move-out", include_str!("../../config/procedures/move-out.toml")),
    ("nursery", include_str!("../../config/procedures/nursery.toml")),
];

/// The font of job tickets and tray labels.
pub const PAPERWORK_FACE: &str = "BIZUDPGothic-Regular";

/// Name, `template.toml`, `body.txt` and `sample.toml` of the built-in templates.
pub const TEMPLATES: [(&str, &str, &str, &str); 8] = [
    template!("tax-notice"),
    template!("annual-notice"),
    template!("water-bill"),
    template!("ready-letter"),
    template!("application-form"),
    template!("application-notice"),
    template!("passcode-letter"),
    template!("notice-card"),
];

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use intake::{Layout, Sender};
    use letter::stock::EnvelopeProfile;
    use letter::SenderId;
    use render::{FontChain, Sample, SenderFacts, Template, TemplateSource};

    use super::*;

    fn chain() -> FontChain {
        let faces = FACES.iter().map(|(name, bytes)| ((*name).to_owned(), (*bytes).into()));
        FontChain::load(faces.collect()).expect("the stock faces load")
    }

    /// Checks that what a template's sample shows, a drop in the sender's layout can say.
    fn must_agree(sender: &Sender, of_sender: &[(&str, &str, &str, &str)]) {
        let envelopes: BTreeMap<String, Vec<EnvelopeProfile>> =
            toml::from_str(ENVELOPES).expect("the stock envelopes");
        let chain = chain();
        for (name, toml, body, sample) in of_sender {
            let layout = Layout::compile(sender, name).expect("a layout");
            let source = TemplateSource { toml, body, stationery: None, pictures: &[] };
            let wanted = source.envelope().expect("an envelope");
            let envelope = envelopes["envelopes"].iter().find(|known| known.name == wanted);
            let facts = SenderFacts {
                name: &sender.name,
                office: &sender.office,
                honorific: &sender.honorific,
                class: "",
            };
            let envelope = envelope.expect("an envelope of the stock");
            let template = Template::compile(&source, &chain, layout.schema(), &facts, envelope)
                .unwrap_or_else(|faults| panic!("{name}: {faults:#?}"));
            assert_eq!((template.name(), template.version()), (*name, 1));
            // The same fields, whatever their order.
            let sample = Sample::read(sample).expect("a sound sample").schema();
            let sorted = |names: &[String]| {
                let mut names = names.to_vec();
                names.sort();
                names
            };
            let schema = layout.schema();
            assert_eq!(sorted(&schema.fields), sorted(&sample.fields), "{name}");
            assert_eq!(sorted(&schema.columns), sorted(&sample.columns), "{name}");
        }
    }

    #[test]
    fn the_counters_layouts_have_every_field_of_its_templates() {
        let sender = Sender::parse(COUNTER).expect("a sound sender file");
        assert_eq!(sender.sender, SenderId::parse("counter").expect("an id"));
        assert!(sender.class("hand-over").expect("a class").paper_only);
        let notice = sender.class("notice").expect("a class");
        assert_eq!((notice.paper_only, notice.identity_level), (false, 1));
        assert_eq!((sender.approve_above, sender.refuse_above), (1.0, 1.0));
        must_agree(&sender, &TEMPLATES[4..6]);
    }

    #[test]
    fn the_letter_with_a_code_has_every_field_of_its_layout_and_goes_on_paper_only() {
        let sender = Sender::parse(POSTBOX).expect("a sound sender file");
        assert_eq!(sender.sender, SenderId::parse("postbox").expect("an id"));
        assert!(sender.class("passcode").expect("a class").paper_only);
        must_agree(&sender, &TEMPLATES[6..7]);
    }
}
