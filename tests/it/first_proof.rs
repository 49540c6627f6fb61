//! The first proof of a template: a batch waits for it once, and again after a change.

use crate::shop::{lettershop, Shop};
use crate::unattended::{again, city, CITY};

#[test]
fn a_template_waits_for_its_proof_until_it_is_approved_and_again_when_it_has_changed() {
    let shop = Shop::letters(90, 4, 0.0);
    shop.configure(&format!("[night]\nalike_max = 1.0\n[night.senders.{CITY}]\nproof = true"));
    let (_, path) = shop.drops().into_iter().find(|(sender, _)| sender == CITY).expect("a drop");
    let drop = crate::drops::Drop::read(&path);
    let (batch, template) = (drop.word("batch").to_owned(), drop.word("template").to_owned());
    let out = shop.out("out");
    shop.night(&out).arg("--unattended").must_exit_with(6);
    let receipt = out.receipt(CITY, &batch);
    assert_eq!(receipt["faults"][0]["code"], "awaits-proof", "{receipt}");
    let approve = lettershop().arg("approve").arg(out.path()).args([CITY, &batch]);
    approve.args(["--by", "tanaka"]).must_succeed();
    again(&shop, &shop, "second");
    shop.night(&out).arg("--unattended").must_exit_with(0);
    assert!(city(&out, &batch).printed > 0 && city(&out, "second").printed > 0, "no change");

    // The shop's own copy of the template, with another word in it.
    let own = shop.path().join("templates").join(&template);
    let stock = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("templates").join(&template);
    for file in crate::shop::children(&stock).iter().filter(|file| file.is_file()) {
        let to = own.join(crate::shop::file_name(file));
        std::fs::create_dir_all(&own).expect("a temporary directory");
        crate::shop::must_copy(file, &to);
    }
    again(&shop, &shop, "third");
    shop.night(&out).arg("--unattended").must_exit_with(0);
    assert!(city(&out, "third").printed > 0, "the same bytes are the same template");
    let body = own.join("template.toml");
    let text = std::fs::read_to_string(&body).expect("a sheet");
    std::fs::write(&body, format!("{text}\n# changed\n")).expect("a temporary directory");
    again(&shop, &shop, "fourth");
    shop.night(&out).arg("--unattended").must_exit_with(6);
    assert_eq!(out.receipt(CITY, "fourth")["faults"][0]["code"], "awaits-proof");
    out.verify().must_succeed();
}
