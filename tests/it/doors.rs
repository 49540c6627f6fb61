//! The senders' doors with a real sshd and the OpenSSH client.

mod day;
mod sshd;
mod uploads;
mod whole;

use std::os::unix::fs::MetadataExt;

use crate::shop::{judge, lettershop, must_copy};
pub use sshd::zip_of;
use sshd::World;

#[test]
fn a_sender_that_is_added_signs_in_and_sees_its_own_door_only() {
    let world = World::open(2);
    let [one, other] = [&world.senders[0], &world.senders[1]];
    world.put(one, &[("hello.part", b"hello")]).must_exit_with(0);
    assert_eq!(std::fs::read(one.inbox().join("hello.part")).expect("a file"), b"hello");
    let listed = world.sftp(one, "pwd\nls -a /\nls /outbox\n").must_exit_with(0).text();
    assert!(listed.contains("/inbox") && listed.contains("/outbox"), "{listed}");
    assert!(!listed.contains(&other.id), "{listed}");
    let refused = ["get /etc/passwd", "put /etc/hosts /outbox/x", "put /etc/hosts /x", "mkdir /y"];
    for what in refused {
        assert_ne!(world.sftp(one, &format!("{what}\n")).run().code(), 0, "{what}");
    }
    assert_ne!(world.ssh(one, &["true"]).run().code(), 0, "there is no shell");
    assert_ne!(
        world
            .ssh(one, &["-N", "-o", "ExitOnForwardFailure=yes", "-R", "0:127.0.0.1:9"])
            .run()
            .code(),
        0,
        "nothing is forwarded"
    );
    let stranger = world.sftp_as(&one.account, &other.key, "ls\n");
    assert_ne!(stranger.run().code(), 0, "another's key does not open the door");
}

#[test]
fn the_doctor_finds_each_thing_that_is_not_well_at_a_door() {
    let world = World::open(1);
    let sender = &world.senders[0];
    let ailments = || -> Vec<String> {
        let answer = world.doctor().arg("--json").run().json();
        let findings = answer["findings"].as_array().expect("findings").clone();
        let of_doors =
            |f: &&serde_json::Value| f["looked_at"] == "door" || f["looked_at"] == "sshd";
        let ailments = findings.iter().filter(of_doors).flat_map(|f| f["ailments"].as_array());
        let words = |a: &serde_json::Value| {
            assert!(a["mend"].as_str().is_some_and(|mend| mend.len() > 5), "{a}");
            a["what"].as_str().expect("words").to_owned()
        };
        ailments.flatten().map(words).collect()
    };
    assert_eq!(ailments(), Vec::<String>::new());
    let chroot = sender.inbox().parent().expect("a chroot").to_owned();
    let mode = |path: &std::path::Path, mode: &str| {
        judge("chmod").arg(mode).arg(path).must_succeed();
    };
    mode(&chroot, "775");
    assert!(ailments().iter().any(|what| what.contains("mode 775: sshd refuses")));
    mode(&chroot, "755");
    mode(&sender.inbox(), "777");
    assert!(ailments().iter().any(|what| what.ends_with("inbox has mode 2777")));
    mode(&sender.inbox(), "2770");
    let snippet = world.snippet(sender);
    let whole = std::fs::read_to_string(&snippet).expect("a snippet");
    let loose = whole.replace("DisableForwarding yes", "DisableForwarding no");
    std::fs::write(&snippet, loose).expect("written");
    assert_eq!(ailments().len(), 2, "one that lacks, one that allows: {:?}", ailments());
    std::fs::write(&snippet, whole).expect("written");
    if world.is_root {
        judge("chown").arg("1:1").arg(&chroot).must_succeed();
        assert!(ailments().iter().any(|what| what.contains("does not belong to root")));
        // Adding the sender again mends what it can.
        world.add(sender, &[]).must_succeed();
        assert_eq!(std::fs::metadata(&chroot).expect("a chroot").uid(), 0);
    }
    assert_eq!(ailments(), Vec::<String>::new());
}

#[test]
fn a_kits_good_sample_is_taken_and_its_bad_one_comes_back_with_one_row() {
    let world = World::open(1);
    let sender = &world.senders[0];
    let kit = world.shop().join("kits").join(format!("{}.zip", sender.id));
    let folder = world.beside("kit");
    let unzip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
    judge("python3").args(["-c", unzip]).arg(&kit).arg(&folder).must_succeed();
    let read = |name: &str| std::fs::read(folder.join(name)).expect("in the kit");
    let (good, bad) = (read("sample-good.zip"), read("sample-bad.zip"));
    let how = String::from_utf8(read("はじめにお読みください.txt")).expect("UTF-8");
    assert!(how.contains(&sender.account) && how.contains(".done"), "{how}");
    world.put(sender, &[("sample-good.zip", &good), ("sample-bad.zip", &bad)]).must_succeed();
    lettershop().arg("watch").arg(world.shop()).args(["--once", "--take-only"]).must_succeed();
    lettershop().arg("night").arg(world.shop()).must_succeed();
    let receipt = |batch: &str| -> serde_json::Value {
        let path =
            world.shop().join("outbox").join(&sender.id).join(format!("{batch}.receipt.json"));
        serde_json::from_slice(&std::fs::read(path).expect("a receipt")).expect("JSON")
    };
    assert_eq!(receipt("sample-good")["status"], "accepted");
    let bad = receipt("sample-bad");
    assert_eq!((&bad["status"], &bad["counts"]["set_aside"]), (&"partly".into(), &1.into()));
    assert_eq!(bad["faults"][0]["code"], "unknown-postal-code", "{bad}");
    let rejects = world.shop().join("outbox").join(&sender.id).join("sample-bad.rejects.csv");
    let rejects = std::fs::read(rejects).expect("a list");
    assert_eq!(rejects.iter().filter(|&&byte| byte == b'\n').count(), 2, "the head and one row");
}

#[test]
fn a_sender_that_names_another_is_refused() {
    let world = World::open(2);
    let [one, other] = [&world.senders[0], &world.senders[1]];
    let drop = world.drop_of(&one.id, "theirs-1");
    world.put(other, &[("theirs.zip", &drop)]).must_succeed();
    lettershop().arg("watch").arg(world.shop()).args(["--once", "--take-only"]).must_succeed();
    lettershop().arg("night").arg(world.shop()).must_succeed();
    let receipt = world.shop().join("outbox").join(&other.id).join("theirs.receipt.json");
    let receipt: serde_json::Value =
        serde_json::from_slice(&std::fs::read(receipt).expect("a receipt")).expect("JSON");
    assert_eq!(receipt["refusal"]["code"], "wrong-sender", "{receipt}");
    assert!(!world.shop().join("outbox").join(&one.id).exists(), "the other learns nothing");
}

#[test]
fn a_sample_with_a_column_short_is_refused_and_a_guess_wants_to_be_confirmed() {
    let world = World::open(0);
    let sample = world.beside("sample.csv");
    let add = |extra: &[&str]| {
        let call = lettershop().args(["sender", "add", "new-city", "--template", "tax-notice"]);
        let call = call.arg("--key").arg(world.public_key()).arg("--shop").arg(world.shop());
        let call = call.arg("--sshd").arg(world.sshd_folder()).arg("--sample").arg(&sample);
        call.args(["--account", "root"]).args(extra)
    };
    std::fs::write(&sample, "通知書番号,郵便番号,住所\n1,1000013,東京都\n").expect("written");
    let answer = add(&["--yes"]).must_exit_with(3);
    assert!(answer.errors().contains("no column was found for"), "{answer}");
    must_copy(&world.beside("city.csv"), &sample);
    let answer = add(&[]).must_exit_with(3);
    assert!(answer.errors().contains("add --yes"), "{answer}");
    assert!(answer.text().contains("fiscal_year"), "{answer}");
    assert!(!world.shop().join("senders/new-city.toml").exists());
    let private = world.beside("id");
    let call = lettershop().args(["sender", "add", "x", "--template", "tax-notice", "--key"]);
    let answer = call.arg(private).arg("--shop").arg(world.shop()).must_exit_with(3);
    assert!(answer.errors().contains("private key"), "{answer}");
}
