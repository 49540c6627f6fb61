//! What revocation lists and responses say of a certificate.

mod scanner;
mod store;
