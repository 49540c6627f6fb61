//! `verify copy`: an electronic copy, its proof and the shop's public key, nothing else.

use std::path::Path;

use anyhow::{Context, Result};
use edge::seal_key::SealPublicKey;
use mailbox::CopyProof;
use serde_json::json;

use super::read;
use crate::{Ending, Unusable};

/// Verifies one copy; ends with 0 if it is one of the sealed batch, with 1 if not.
pub fn verify(file: &Path, proof_file: &Path, key: &Path, json: bool) -> Result<Ending> {
    let copy = read(file)?;
    let proof: CopyProof = serde_json::from_slice(&read(proof_file)?)
        .with_context(|| format!("in {}", proof_file.display()))
        .context(Unusable)?;
    let key = SealPublicKey::read(key).context(Unusable)?;
    let checked = proof.check(&copy).map_err(|fault| fault.to_string());
    let fault = checked.and_then(|()| key.verify(&proof.seal).map_err(|fault| fault.to_string()));
    let fault = fault.err();
    let seal = &proof.seal;
    let (piece, sealed) = (proof.piece.to_string(), seal.sealed.rfc3339_jst());
    if json {
        let answer = json!({
            "ok": fault.is_none(), "piece": piece, "sha256": proof.sha256, "sender": seal.sender,
            "batch": seal.batch, "sealed": sealed, "copies": seal.copies, "fault": fault,
        });
        say!("{answer}");
    } else {
        match &fault {
            None => say!(
                "{}: piece {piece}, one of {} copies of {}/{}, sealed {sealed}",
                file.display(),
                seal.copies,
                seal.sender,
                seal.batch
            ),
            Some(fault) => say!("{}: {fault}", file.display()),
        }
    }
    Ok(if fault.is_none() { Ending::Well } else { Ending::Failed })
}
