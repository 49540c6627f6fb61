//! Colours as far as white must be told from the rest (ISO 32000-1 8.6).

use lopdf::{Dictionary, Document, Object};

/// A colour space, by what is white in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Light is added: all components 1.
    Light,
    /// Ink is added: all components 0.
    Ink,
    /// White cannot be told: Lab, indexed colours, patterns.
    Unknown,
}

impl Space {
    /// Returns the space of that name.
    pub fn named(document: &Document, resources: &Dictionary, name: &[u8]) -> Self {
        match name {
            b"DeviceGray" | b"DeviceRGB" | b"CalGray" | b"CalRGB" => Self::Light,
            b"DeviceCMYK" => Self::Ink,
            name => {
                let spaces = resources.get_deref(b"ColorSpace", document);
                let space = spaces.and_then(Object::as_dict);
                let space = space.and_then(|spaces| spaces.get_deref(name, document));
                space.map_or(Self::Unknown, |space| Self::of(document, space))
            }
        }
    }

    fn of(document: &Document, space: &Object) -> Self {
        let first = match space {
            Object::Array(items) => items.first(),
            name => Some(name),
        };
        match first.and_then(|name| name.as_name().ok()) {
            Some(b"DeviceGray" | b"DeviceRGB" | b"CalGray" | b"CalRGB") => Self::Light,
            Some(b"DeviceCMYK" | b"Separation" | b"DeviceN") => Self::Ink,
            Some(b"ICCBased") => {
                let profile = space.as_array().ok().and_then(|items| items.get(1));
                let profile = profile.and_then(|item| document.dereference(item).ok());
                let profile = profile.and_then(|(_, object)| object.as_stream().ok());
                let components = profile.and_then(|profile| profile.dict.get(b"N").ok());
                match components.and_then(|count| count.as_i64().ok()) {
                    Some(1 | 3) => Self::Light,
                    Some(4) => Self::Ink,
                    _ => Self::Unknown,
                }
            }
            _ => Self::Unknown,
        }
    }

    /// Whether components mean white, as near as a printer tells.
    pub fn is_white(self, components: &[f64]) -> bool {
        let all = |test: fn(f64) -> bool| {
            !components.is_empty() && components.iter().all(|&component| test(component))
        };
        match self {
            Self::Light => all(|light| light >= 0.999),
            Self::Ink => all(|ink| ink <= 0.001),
            Self::Unknown => false,
        }
    }
}
