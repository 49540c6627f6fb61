//! What can be typed after `verify`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use letter::Moment;
use signature::verdict::Purpose;

use super::OutJson;

/// What can be verified.
#[derive(Debug, Subcommand)]
pub enum VerifyCommand {
    /// Verifies the audit log: its chain, and every head that was sealed into other records
    #[command(after_help = "Example:\n  lettershop verify audit out --json
Exit codes: 0 the log is whole, 2 it was changed, cut or swapped, 3 and 4 as ever.")]
    Audit(OutJson),
    /// Verifies a CMS signature (PKCS #7, .p7s), attached or detached
    #[command(after_help = "Example:
  lettershop verify cms signature.p7s --content form.xml --trust trust --crl crl \\
    --at 2026-11-22T02:00:00+09:00 --json")]
    Cms {
        /// The signature, DER or PEM
        file: PathBuf,
        /// The signed file; without it the content must be attached
        #[arg(long, value_name = "FILE")]
        content: Option<PathBuf>,
        /// On what the verdict stands.
        #[command(flatten)]
        ground: Ground,
    },
    /// Verifies the array of signed digests that the Mynaportal app returns
    #[command(after_help = "Example:
  lettershop verify digests signature.json --files parcel --trust trust --crl crl --json")]
    Digests {
        /// The JSON with the certificate and the entries
        file: PathBuf,
        /// The folder of the signed files; without it, the folder of FILE
        #[arg(long, value_name = "DIR")]
        files: Option<PathBuf>,
        /// On what the verdict stands.
        #[command(flatten)]
        ground: Ground,
    },
    /// Verifies an XML signature (XMLDSig); its references resolve to files of a folder
    #[command(after_help = "Example:
  lettershop verify xml kousei.xml --files parcel --trust trust --crl crl --json")]
    Xml {
        /// The document that holds the signature
        file: PathBuf,
        /// The folder of the files it may refer to; without it there are none
        #[arg(long, value_name = "DIR")]
        files: Option<PathBuf>,
        /// On what the verdict stands.
        #[command(flatten)]
        ground: Ground,
    },
    /// Verifies a certificate: its path to an anchor, validity and revocation
    #[command(after_help = "Example:
  lettershop verify chain --leaf leaf.cer --with middle.cer --trust trust --crl crl \\
    --profile generic --json")]
    Chain {
        /// The certificate, DER or PEM
        #[arg(long, value_name = "FILE")]
        leaf: PathBuf,
        /// Certificates that may lead to an anchor, DER or PEM
        #[arg(long, value_name = "FILE")]
        with: Vec<PathBuf>,
        /// On what the verdict stands.
        #[command(flatten)]
        ground: Ground,
    },
    /// Verifies that a copy is one of a batch that the shop sealed, from copy, proof and key alone
    #[command(after_help = "Example:
  openssl pkey -in seal-key.pem -pubout -out seal-public.pem   once, at the shop
  lettershop verify copy letter.pdf --proof proof.json --key seal-public.pem --json")]
    Copy {
        /// The copy, PDF
        file: PathBuf,
        /// What `mailbox proof` wrote
        #[arg(long, value_name = "FILE")]
        proof: PathBuf,
        /// The shop's public key, PEM
        #[arg(long, value_name = "FILE")]
        key: PathBuf,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Settles provisional verdicts with lists newer than receipt; writes what changed
    #[command(after_help = "Example:\n  lettershop verify finalise out --crl crl --json")]
    Finalise {
        /// What the nights have written
        out: PathBuf,
        /// The folder of newer lists and responses; without it, OUT/crl
        #[arg(long, value_name = "DIR")]
        crl: Option<PathBuf>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
    /// Gives the verdicts of an evidence pack again, from the pack alone; one line each
    #[command(
        after_help = "Example:\n  lettershop verify evidence out/evidence/2026-11-22.pack --json"
    )]
    Evidence {
        /// The pack
        file: PathBuf,
        /// Only the application with this receipt number
        #[arg(long, value_name = "NUMBER")]
        receipt: Option<String>,
        /// Prints JSON
        #[arg(long)]
        json: bool,
    },
}

/// On what a verdict stands.
#[derive(Debug, Args)]
pub struct Ground {
    /// The folder of trusted anchors, DER or PEM
    #[arg(long, value_name = "DIR")]
    pub trust: PathBuf,
    /// The folder of revocation lists and OCSP responses, DER or PEM; without it nothing is known
    /// of revocation
    #[arg(long, value_name = "DIR")]
    pub crl: Option<PathBuf>,
    /// Which certificates may have signed: jpki-sign, jpki-sign-test, jpki-auth or generic
    #[arg(long, value_name = "PROFILE", default_value = "jpki-sign", value_parser = purpose)]
    pub profile: Purpose,
    /// The moment for which the verdict holds, the receipt time (RFC 3339); without it, the clock
    #[arg(long, value_name = "RFC3339", value_parser = super::moment)]
    pub at: Option<Moment>,
    /// Seconds after receipt that a list must be newer for the verdict to be final
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub grace: u32,
    /// The basic four as the applicant wrote them: JSON with name, birth, sex, address
    #[arg(long, value_name = "FILE")]
    pub form: Option<PathBuf>,
    /// Prints JSON
    #[arg(long)]
    pub json: bool,
}

fn purpose(text: &str) -> Result<Purpose, String> {
    let names = Purpose::ALL.map(Purpose::name).join(", ");
    Purpose::parse(text).ok_or_else(|| format!("{text:?} is none of {names}"))
}
