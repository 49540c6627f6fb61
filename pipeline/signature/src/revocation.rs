//! What revocation lists and responses say of a certificate.

mod scanner;
mod store;

pub use store::{Found, Store, Trouble};
