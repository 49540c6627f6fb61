//! A small authority run by OpenSSL: certificates, a list, signatures.

use std::path::PathBuf;

use tempfile::TempDir;

use crate::shop::{judge, Call};

/// A directory with an authority in it.
pub struct Authority {
    home: TempDir,
}

/// How a signer's key is made, as `openssl genpkey` has it.
pub const RSA_2048: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"];
pub const RSA_3072: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"];
pub const RSA_1024: &[&str] = &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"];
pub const P256: &[&str] = &[
    "-algorithm",
    "EC",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-pkeyopt",
    "ec_param_enc:named_curve",
];
pub const P384: &[&str] = &[
    "-algorithm",
    "EC",
    "-pkeyopt",
    "ec_paramgen_curve:P-384",
    "-pkeyopt",
    "ec_param_enc:named_curve",
];

impl Authority {
    /// Founds an authority whose certificate lies in `trust/`.
    pub fn found() -> Self {
        let home = tempfile::Builder::new().prefix("authority-").tempdir();
        let authority = Self { home: home.expect("a temporary directory") };
        for folder in ["trust", "crl", "empty", "issued"] {
            std::fs::create_dir(authority.path(folder)).expect("a temporary directory");
        }
        std::fs::write(authority.path("openssl.cnf"), CONFIG).expect("a temporary directory");
        std::fs::write(authority.path("index.txt"), "").expect("a temporary directory");
        std::fs::write(authority.path("crlnumber"), "01\n").expect("a temporary directory");
        authority.self_signed("ca", "/C=JP/O=Sample/CN=Sample CA");
        std::fs::copy(authority.path("ca.pem"), authority.path("trust/ca.cer"))
            .expect("a temporary directory");
        authority
    }

    /// Makes a self-signed CA certificate that nobody trusts yet.
    pub fn self_signed(&self, name: &str, subject: &str) {
        self.key(name, RSA_2048);
        self.request(name, subject);
        self.certify(name, "01", &["-extensions", "authority", "-selfsign"], name);
    }

    /// Makes a key.
    pub fn key(&self, name: &str, kind: &[&str]) {
        self.openssl(&["genpkey", "-out", &format!("{name}.key")]).args(kind).must_succeed();
    }

    /// Makes a certificate with a section of [`CONFIG`] as its extensions.
    pub fn signer(&self, name: &str, kind: &[&str], issuer: &str, extensions: &str, serial: &str) {
        self.key(name, kind);
        self.request(name, &format!("/C=JP/CN={name}"));
        let issuer_certificate = format!("{issuer}.pem");
        let by = ["-extensions", extensions, "-cert", &issuer_certificate];
        self.certify(name, serial, &by, issuer);
    }

    fn request(&self, name: &str, subject: &str) {
        self.openssl(&["req", "-new", "-key", &format!("{name}.key"), "-subj", subject])
            .args(["-config", "openssl.cnf", "-out", &format!("{name}.csr")])
            .must_succeed();
    }

    /// Certifies a request; `serial` is hexadecimal with an even number of digits.
    fn certify(&self, name: &str, serial: &str, arguments: &[&str], issuer: &str) {
        self.write("index.txt", b"");
        self.write("serial", serial.as_bytes());
        self.openssl(&["ca", "-config", "openssl.cnf", "-batch", "-notext", "-preserveDN"])
            .args(["-in", &format!("{name}.csr"), "-out", &format!("{name}.pem")])
            .args(["-keyfile", &format!("{issuer}.key")])
            .args(["-startdate", "20240101000000Z", "-enddate", "20310101000000Z"])
            .args(arguments)
            .must_succeed();
    }

    /// Writes the list of `ca` with these serials revoked: `(serial, YYMMDDHHMMSSZ)`.
    pub fn list(&self, revoked: &[(&str, &str)]) {
        self.list_of("ca", revoked);
        self.write("known.pem", &[self.bytes("ca.pem"), self.bytes("crl/ca.crl")].concat());
    }

    /// Writes the list of any authority.
    pub fn list_of(&self, issuer: &str, revoked: &[(&str, &str)]) {
        let row = |(serial, date): &(&str, &str)| {
            format!("R\t400101000000Z\t{date},superseded\t{serial}\tunknown\t/CN=x\n")
        };
        let rows: String = revoked.iter().map(row).collect();
        self.write("index.txt", rows.as_bytes());
        let list = format!("crl/{issuer}.crl");
        self.openssl(&["ca", "-config", "openssl.cnf", "-gencrl", "-out", &list])
            .args(["-crl_lastupdate", "20261121120000Z", "-crl_nextupdate", "20261123120000Z"])
            .args(["-cert", &format!("{issuer}.pem"), "-keyfile", &format!("{issuer}.key")])
            .must_succeed();
    }

    /// Signs `content.xml` as a CMS file.
    pub fn sign(&self, signers: &[&str], arguments: &[&str], out: &str) {
        std::fs::write(self.path("content.xml"), CONTENT).expect("a temporary directory");
        let mut call = self.openssl(&["cms", "-sign", "-binary", "-in", "content.xml"]);
        for signer in signers {
            call = call.args(["-signer", &format!("{signer}.pem"), "-inkey"]);
            call = call.arg(format!("{signer}.key"));
        }
        call.args(arguments).args(["-outform", "DER", "-out", out]).must_succeed();
    }

    /// Asks OpenSSL whether a CMS file is good for [`super::AT`].
    pub fn judge(&self, file: &str, content: Option<&str>) -> bool {
        // 2026-11-21T17:00:00Z
        let at = "1795280400";
        let mut call = self
            .openssl(&["cms", "-verify", "-binary", "-inform", "DER", "-in", file])
            .args(["-CAfile", "known.pem", "-crl_check"])
            .args(["-attime", at, "-purpose", "any", "-out", "verified"]);
        if let Some(content) = content {
            call = call.args(["-content", content]);
        }
        call.run().code() == 0
    }

    /// Returns the call of OpenSSL in the authority's directory.
    pub fn openssl(&self, arguments: &[&str]) -> Call {
        judge("openssl").args(arguments.iter()).dir(self.home.path())
    }

    /// Returns a path in the authority's directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    /// Returns the bytes of a file.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("a file of the authority")
    }

    /// Writes a file.
    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).expect("a temporary directory");
        path
    }

    /// Returns the folders of anchors and lists.
    pub fn trust_and_lists(&self) -> (PathBuf, PathBuf) {
        (self.path("trust"), self.path("crl"))
    }
}

/// Puts other bytes in place of some that occur exactly once; both have one length.
pub fn replaced(bytes: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    assert_eq!(what.len(), with.len());
    let places: Vec<usize> =
        (0..=bytes.len() - what.len()).filter(|at| bytes[*at..].starts_with(what)).collect();
    assert_eq!(places.len(), 1, "the bytes occur once");
    let mut bytes = bytes.to_vec();
    bytes[places[0]..places[0] + with.len()].copy_from_slice(with);
    bytes
}

/// What is signed.
pub const CONTENT: &[u8] = "<申請>児童手当認定請求</申請>\r\n".as_bytes();

const CONFIG: &str = "
[ ca ]
default_ca = ca_default
[ req ]
distinguished_name = dn
prompt = no
string_mask = utf8only
[ dn ]
CN = unused
[ authority ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[ middle ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ signer ]
keyUsage = critical, digitalSignature, nonRepudiation
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ authentication ]
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[ critical ]
keyUsage = critical, digitalSignature, nonRepudiation
authorityKeyIdentifier = keyid
1.2.3.4.5 = critical, ASN1:NULL
[ ca_default ]
database = index.txt
serial = serial
new_certs_dir = issued
crlnumber = crlnumber
default_md = sha256
unique_subject = no
policy = any
crl_extensions = crl_extensions
[ any ]
countryName = optional
organizationName = optional
commonName = supplied
[ crl_extensions ]
authorityKeyIdentifier = keyid
";
