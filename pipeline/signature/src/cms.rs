//! CMS SignedData: its signers and what they sign.
