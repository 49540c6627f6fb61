//! Samples looked at from outside: what the intake, the dictionary and the registry say of them.

mod files;
mod letters;
mod reading;
mod shop;
