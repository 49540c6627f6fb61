//! What revocation lists and responses say of a certificate.
