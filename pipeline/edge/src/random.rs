//! Bytes that nobody can guess, from the kernel.

use std::fs::File;
use std::io::{self, Read};

/// Returns `N` unguessable bytes.
///
/// # Errors
/// What the kernel returns; it never does once the machine is up.
pub fn bytes<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_draws_are_alike() {
        let draws = [(); 8].map(|()| super::bytes::<16>().expect("drawn"));
        for (at, draw) in draws.iter().enumerate() {
            assert!(!draws[..at].contains(draw));
        }
    }
}
