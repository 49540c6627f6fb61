//! Certificates whose paths OpenSSL judges too.

use super::authority::{Authority, P256, RSA_2048};
use super::{verify, words_of, AT};

#[test]
fn openssl_finds_the_paths_that_we_find() {
    let authority = Authority::found();
    authority.signer("middle", RSA_2048, "ca", "middle", "0200");
    authority.signer("leaf", P256, "middle", "signer", "0201");
    authority.signer("under-leaf", P256, "leaf", "signer", "0202");
    authority.list(&[]);
    // The list of the authority in the middle.
    authority.list_of("middle", &[]);
    let (trust, lists) = authority.trust_and_lists();
    for (leaf, with, good) in [
        ("middle", &[][..], true),
        ("leaf", &["middle"], true),
        ("leaf", &[], false),
        ("under-leaf", &["leaf", "middle"], false),
    ] {
        let mut judge = authority.openssl(&["verify", "-attime", "1795280400"]);
        judge = judge.args(["-CAfile", "ca.pem", "-purpose", "any"]);
        let call = verify("chain", &trust, &lists, "generic", AT);
        let mut call = call.arg("--leaf").arg(authority.path(&format!("{leaf}.pem")));
        for name in with {
            judge = judge.arg("-untrusted").arg(format!("{name}.pem"));
            call = call.arg("--with").arg(authority.path(&format!("{name}.pem")));
        }
        let judged = judge.arg(format!("{leaf}.pem")).run();
        assert_eq!(judged.code() == 0, good, "{leaf}: {judged}");
        let answer = call.run();
        let words = words_of(&answer);
        assert_eq!(answer.json()["authority"] == "passed", good, "{leaf} {words}: {answer}");
    }
}
