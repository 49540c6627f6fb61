//! Passwords: what one must be, how it is kept, how one is compared.
//!
//! Argon2id with 19 MiB, two passes and one lane (OWASP's password storage cheat sheet; RFC 9106).
//! A guess at a number without an account costs the same as one at an account.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

/// Why a new password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// It has fewer than [`LEN_MIN`] characters.
    Short,
    /// It has more than [`LEN_MAX`] characters.
    Long,
    /// It is one character over and over, or holds the user number.
    Guessable,
    /// The two entries differ.
    Differs,
}

/// The fewest characters (NIST SP 800-63B-4 §3.1.1.2 asks for at least 15 where a password alone
/// signs in, and 8 with a second factor; length is what counts, classes of characters are not asked
/// for).
pub const LEN_MIN: usize = 15;
/// The most characters: what is hashed must have a bound.
pub const LEN_MAX: usize = 128;

/// Checks a new password and its repetition.
///
/// # Errors
/// The first [`Weakness`] found.
pub fn check(password: &str, again: &str, number: &str) -> Result<(), Weakness> {
    let len = password.chars().count();
    if len < LEN_MIN {
        return Err(Weakness::Short);
    }
    if len > LEN_MAX {
        return Err(Weakness::Long);
    }
    let mut characters: Vec<char> = password.chars().collect();
    characters.sort_unstable();
    characters.dedup();
    if characters.len() < DIFFERENT_MIN || (!number.is_empty() && password.contains(number)) {
        return Err(Weakness::Guessable);
    }
    if password != again {
        return Err(Weakness::Differs);
    }
    Ok(())
}

/// Different characters that a password has at least.
const DIFFERENT_MIN: usize = 5;

/// Returns what is kept of a password, in PHC form with its own salt and cost.
pub fn hash(password: &str, salt: [u8; 16]) -> String {
    let hash = argon2().hash_password_with_salt(password.as_bytes(), &salt);
    hash.expect("salt and output have lengths that Argon2 takes").to_string()
}

/// Returns whether a password is the one that was hashed; without a hash, takes as long and returns
/// false.
pub fn is_of(password: &str, kept: Option<&str>) -> bool {
    let parsed = kept.and_then(|kept| PasswordHash::new(kept).ok());
    match parsed {
        Some(parsed) => argon2().verify_password(password.as_bytes(), &parsed).is_ok(),
        None => {
            std::hint::black_box(hash(password, [0; 16]));
            false
        }
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("the cost is one Argon2 takes");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// Memory of one hash, KiB: 19 MiB, see the head of this file.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over the memory.
const PASSES: u32 = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_known_again_and_another_is_not() {
        let kept = hash("七つの海を越えて手紙が届くまで", [1; 16]);
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(is_of("七つの海を越えて手紙が届くまで", Some(&kept)));
        assert!(!is_of("七つの海を越えて手紙が届くまで ", Some(&kept)));
        assert!(!is_of("七つの海を越えて手紙が届くまで", None));
        assert_ne!(kept, hash("七つの海を越えて手紙が届くまで", [2; 16]), "every one has its salt");
    }

    #[test]
    fn a_weak_password_is_told_why() {
        let long = "あ".repeat(LEN_MAX + 1);
        for (password, weakness) in [
            ("short", Weakness::Short),
            (long.as_str(), Weakness::Long),
            ("aaaaaaaaaaaaaaaaaaaa", Weakness::Guessable),
            ("my number 1234567897!", Weakness::Guessable),
        ] {
            assert_eq!(check(password, password, "1234567897"), Err(weakness), "{password}");
        }
        let good = "correct horse battery";
        assert_eq!(check(good, "correct horse", "1234567897"), Err(Weakness::Differs));
        assert_eq!(check(good, good, "1234567897"), Ok(()));
    }
}
