//! Template becomes measured pages: template, font, layout.

pub mod code128;
pub mod font;
pub mod layout;
mod picture;
pub mod sample;
pub mod template;
pub mod typeset;

pub use font::{Face, FontChain, FontError};
pub use sample::{Sample, SampleLetter};
pub use template::{Form, LetterFacts, SenderFacts, Template, TemplateFault, TemplateSource};
pub use typeset::Scratch;
