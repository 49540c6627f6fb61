//! Samples looked at from outside: what the intake, the dictionary and the registry say of them.

#![allow(clippy::result_large_err)] // a refusal is made once a drop
#![allow(clippy::unwrap_used)] // helpers of tests may

mod applications;
mod files;
mod letters;
mod reading;
mod shop;
