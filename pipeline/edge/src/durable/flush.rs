//! One flush for a whole file system, where the kernel says truly whether it went well.

use std::fs::File;
use std::io;

/// Makes durable whatever was written to the file system on which an open file lies.
///
/// Returns false, and may have done nothing, where that cannot be relied upon: then every file has
/// to be made durable by itself. Trouble with anything written since `opened` was opened is
/// reported, whatever file it was written to (syncfs(2), "Notes").
///
/// # Errors
/// What the disk returns.
#[cfg(target_os = "linux")]
pub fn file_system(opened: &File) -> io::Result<bool> {
    use rustix::io::Errno;

    if kernel() < REPORTS_ERRORS {
        return Ok(false);
    }
    match rustix::fs::syncfs(opened) {
        Ok(()) => Ok(true),
        Err(Errno::NOSYS | Errno::INVAL | Errno::PERM | Errno::OPNOTSUPP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// There is no such call elsewhere.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
pub fn file_system(_: &File) -> io::Result<bool> {
    Ok(false)
}

/// The first kernel whose syncfs reports data that could not be written (syncfs(2), "Errors").
#[cfg(target_os = "linux")]
const REPORTS_ERRORS: [u32; 2] = [5, 8];

/// Returns the kernel's first two numbers; zeros where it has none.
#[cfg(target_os = "linux")]
fn kernel() -> [u32; 2] {
    let name = rustix::system::uname();
    numbers(&name.release().to_string_lossy())
}

#[cfg(target_os = "linux")]
fn numbers(release: &str) -> [u32; 2] {
    let mut parts = release.split(|c: char| !c.is_ascii_digit());
    [(); 2].map(|()| parts.next().and_then(|part| part.parse().ok()).unwrap_or(0))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_is_known_by_its_first_two_numbers() {
        for (release, expected) in [
            ("6.1.0-30-amd64", [6, 1]),
            ("5.8", [5, 8]),
            ("4.18.0-553.el8", [4, 18]),
            ("5.10.16.3-WSL2", [5, 10]),
            ("", [0, 0]),
        ] {
            assert_eq!(numbers(release), expected, "{release}");
        }
        assert!([5, 10] > REPORTS_ERRORS && [4, 18] < REPORTS_ERRORS && [6, 1] > REPORTS_ERRORS);
    }
}
