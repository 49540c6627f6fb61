//! What every door on the web needs: secrets, passwords, limits, forms, headers, the server.
//!
//! Pages hold no script. Every form carries a token that only a page of ours can know, and every
//! answer the headers that keep other sites out.

mod answer;
mod caller;
pub mod password;
pub mod secret;
mod server;
pub mod throttle;

pub use answer::{css, language, see, set_cookie, show, show_as, STRICT, STYLE};
pub use caller::{Caller, Language, LANGUAGE_COOKIE, SESSION_COOKIE, VISITOR_COOKIE};
pub use server::{guarded, serve, FORM_BYTES_MAX};
