//! Accounts of the system: who signs in over SFTP, and under whom the shop runs.

use std::io;
use std::process::{Command, Stdio};

/// Returns user and group number of an account; nothing if there is none of that name.
///
/// # Errors
/// If `id` cannot be run.
pub fn ids_of(account: &str) -> io::Result<Option<(u32, u32)>> {
    let Some(user) = number("-u", account)? else { return Ok(None) };
    Ok(number("-g", account)?.map(|group| (user, group)))
}

/// Makes an account that can only sign in over SFTP: no password, no shell, no home of its own.
///
/// # Errors
/// If `useradd` cannot be run or refuses; only root may.
pub fn make(account: &str) -> io::Result<()> {
    let made = Command::new("useradd")
        .args(["--system", "--user-group", "--no-create-home", "--home-dir", "/"])
        // No password matches `*`; `!` would lock the account, and sshd heeds that.
        .args(["--shell", "/usr/sbin/nologin", "--password", "*", account])
        .stdin(Stdio::null())
        .output()?;
    match made.status.success() {
        true => Ok(()),
        false => {
            let said = String::from_utf8_lossy(&made.stderr);
            Err(io::Error::other(format!("useradd {account}: {}", said.trim())))
        }
    }
}

/// Returns whether this program runs as root.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn number(which: &str, account: &str) -> io::Result<Option<u32>> {
    let said = Command::new("id")
        .args([which, "--", account])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()?;
    let number = String::from_utf8_lossy(&said.stdout).trim().parse().ok();
    Ok(number.filter(|_| said.status.success()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_is_known_and_nobody_of_a_made_up_name() {
        assert_eq!(ids_of("root").expect("id runs"), Some((0, 0)));
        assert_eq!(ids_of("ls-no-such-sender").expect("id runs"), None);
    }
}
