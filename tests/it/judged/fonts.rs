//! IPAmj Mincho, configured as a shop would: the registered variants that the built-in faces lack.

use std::path::{Path, PathBuf};

use crate::shop::{judge, must_copy, Out, Shop, SENDER_WITH_GAIJI};

/// Where Debian's package fonts-ipamj-mincho puts the face; the test command installs it.
const IPAMJ: &str = "/usr/share/fonts/truetype/ipamj/ipamjm.ttf";
/// A variant of 邊 that the Moji_Joho collection registers; the built-in faces do not draw it.
const VARIANT: &str = "邊\u{E0108}";

/// The sample shop, whose city's first gaiji code means [`VARIANT`].
fn shop_with_variant() -> Shop {
    let shop = Shop::sample_copy();
    let sender = shop.path().join(format!("senders/{SENDER_WITH_GAIJI}.toml"));
    let text = std::fs::read_to_string(&sender).expect("the city's file");
    let changed = text.replace("\"E000\" = \"葛\\U000E0100\"", "\"E000\" = \"邊\\U000E0108\"");
    assert_ne!(text, changed, "the gaiji table has its first code");
    std::fs::write(&sender, changed).expect("a copy may be written");
    shop
}

fn configure_ipamj(shop: &Shop) {
    let fonts = shop.path().join("fonts");
    std::fs::create_dir_all(&fonts).expect("a folder");
    must_copy(Path::new(IPAMJ), &fonts.join("ipamjm.ttf"));
    let path = shop.path().join("lettershop.toml");
    let mut config = std::fs::read_to_string(&path).expect("the shop's configuration");
    config += "\n[fonts]\nfaces = [\"BIZUDPMincho-Regular\", \"BIZUDPGothic-Regular\", \
               \"BIZUDPGothic-Bold\", \"fonts/ipamjm.ttf\", \"NotoSerifJP-Regular\"]\n";
    std::fs::write(&path, config).expect("a copy may be written");
}

/// Returns the print files of the city and how many of its records wait for a glyph.
fn city(out: &Out) -> (Vec<PathBuf>, u64) {
    let accounts = out.ledger();
    let of_the_city = accounts.iter().filter(|account| account.sender == SENDER_WITH_GAIJI);
    let held = of_the_city.map(|account| account.held).sum();
    let files = out.find(&format!("print/{SENDER_WITH_GAIJI}/"), ".pdf");
    let is_print_file = |path: &PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        name.rsplit('-').next().is_some_and(|end| end.parse::<u32>().is_ok())
    };
    (files.into_iter().filter(is_print_file).collect(), held)
}

#[test]
fn a_variant_that_only_ipamj_draws_is_held_without_it_and_printed_with_it() {
    let shop = shop_with_variant();
    let (_, held_without) = city(&shop.after_a_night("without"));
    configure_ipamj(&shop);
    let out = shop.after_a_night("with");
    out.verify().must_succeed();
    let (files, held_with) = city(&out);
    assert!(held_with < held_without, "{held_with} held with the face, {held_without} without");

    let mut found = 0;
    for file in &files {
        let text = judge("pdftotext").args(["-layout"]).arg(file).arg("-").must_succeed().text();
        let variants = text.matches(VARIANT).count();
        let fonts = judge("pdffonts").arg(file).must_succeed().text();
        assert_eq!(variants > 0, fonts.contains("+IPAmjMincho"), "embedded where used: {fonts}");
        found += variants;
    }
    assert!(found > 0, "base and selector come back from the page");
}
