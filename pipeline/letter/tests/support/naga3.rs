//! The stock's default envelope, for tests and benches of the rooms that read no configuration.

use letter::stock::{EnvelopeProfile, Window};

/// Returns `naga3-window` of `config/envelopes.toml`, 長形3号 with a window of 90 × 45; its play is
/// 21 mm sideways and 18 mm up and down. A test of `render` compares both.
pub fn naga3() -> EnvelopeProfile {
    EnvelopeProfile {
        name: "naga3-window".to_owned(),
        width_mm: 235.0,
        height_mm: 120.0,
        inner_width_mm: 231.0,
        inner_height_mm: 117.0,
        folded_height_mm: 99.0,
        window: Some(Window { left_mm: 20.0, top_mm: 22.0, width_mm: 90.0, height_mm: 45.0 }),
        weight_mg: 5500,
        sheets_max: 8,
        size_class: "teikei".to_owned(),
        thickness_max_mm: None,
        next: None,
        by_hand: false,
    }
}
