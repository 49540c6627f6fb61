//! A sender's door: its chroot with inbox and outbox, its keys, its piece of sshd's configuration.
//!
//! ```text
//! <doors>/                 root, 0755            every folder above too: sshd demands it
//! <doors>/.keys/<sender>   root, 0644            the sender's public keys
//! <doors>/<sender>/        root, 0755            ChrootDirectory of sshd_config(5)
//! <doors>/<sender>/inbox/  account:shop, 2770    what the sender writes
//! <doors>/<sender>/outbox/ shop:account, 2750    what the sender reads
//! ```

use std::fs;
use std::io;
use std::os::unix::fs::{chown, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use letter::SenderId;

use crate::durable::{make_folder, publish_bytes};
use crate::ssh_key::PublicKey;

/// One sender's door below the folder of all doors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    doors: PathBuf,
    sender: SenderId,
    account: String,
}

/// User and group numbers of those who meet at a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owners {
    /// The sender's account.
    pub account: (u32, u32),
    /// The account under which the shop runs.
    pub shop: (u32, u32),
}

/// Something about a door that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ailment {
    /// What is so.
    pub what: String,
    /// The command that mends it, or what to do.
    pub mend: String,
}

/// The group of `useradd`'s own rule, and the length of a name in utmp.
const ACCOUNT_LEN_MAX: usize = 32;
/// Before the sender's id, so that no sender is called like an account of the system.
const ACCOUNT_PREFIX: &str = "ls-";
/// Group and others may not write: sshd refuses such a root (session.c, safely_chroot).
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// Returns the account's name for a sender, if its id can be one: `ls-` and the id.
pub fn account_of(sender: &SenderId) -> Option<String> {
    let name = format!("{ACCOUNT_PREFIX}{}", sender.as_str().to_ascii_lowercase());
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_".contains(&b);
    (name.len() <= ACCOUNT_LEN_MAX && name.bytes().all(plain)).then_some(name)
}

impl Door {
    /// Returns the door of a sender who signs in as `account`.
    pub fn of(doors: &Path, sender: &SenderId, account: &str) -> Self {
        Self { doors: doors.to_owned(), sender: sender.clone(), account: account.to_owned() }
    }

    /// Returns the root of the sender's world.
    pub fn chroot(&self) -> PathBuf {
        self.doors.join(self.sender.as_str())
    }

    /// Returns where the sender writes.
    pub fn inbox(&self) -> PathBuf {
        self.chroot().join("inbox")
    }

    /// Returns where the sender reads.
    pub fn outbox(&self) -> PathBuf {
        self.chroot().join("outbox")
    }

    /// Returns the file of the sender's keys.
    pub fn keys(&self) -> PathBuf {
        self.doors.join(".keys").join(self.sender.as_str())
    }

    /// Returns the account.
    pub fn account(&self) -> &str {
        &self.account
    }

    /// Makes the tree and writes the keys; what is there already is put right. Without `owners`
    /// everything stays with whoever calls.
    ///
    /// # Errors
    /// What the disk returns; only root can give folders away.
    pub fn make(&self, keys: &[PublicKey], owners: Option<Owners>) -> io::Result<()> {
        let root = owners.map(|_| (0, 0));
        let open = [self.doors.clone(), self.doors.join(".keys"), self.chroot()];
        for folder in open {
            make_folder(&folder)?;
            own(&folder, root, 0o755)?;
        }
        let Owners { account, shop } = owners.unwrap_or(Owners { account: (0, 0), shop: (0, 0) });
        make_folder(&self.inbox())?;
        own(&self.inbox(), owners.map(|_| (account.0, shop.1)), 0o2770)?;
        make_folder(&self.outbox())?;
        own(&self.outbox(), owners.map(|_| (shop.0, account.1)), 0o2750)?;
        let lines: String = keys.iter().map(PublicKey::authorized_line).collect();
        publish_bytes(&self.keys(), lines.as_bytes())?;
        own(&self.keys(), root, 0o644)
    }

    /// Returns the sender's piece of sshd's configuration, for `sshd_config.d`.
    pub fn sshd_config(&self) -> String {
        let Self { account, sender, .. } = self;
        let (chroot, keys) = (self.chroot(), self.keys());
        format!(
            "# {sender}: written by `lettershop sender add`; `lettershop doctor` checks it.\n\
             Match User {account}\n    \
                 ChrootDirectory {}\n    \
                 ForceCommand internal-sftp -d /inbox -u 0007 -l INFO\n    \
                 AuthorizedKeysFile {}\n    \
                 AuthenticationMethods publickey\n    \
                 PubkeyAuthentication yes\n    \
                 PasswordAuthentication no\n    \
                 KbdInteractiveAuthentication no\n    \
                 DisableForwarding yes\n    \
                 PermitTTY no\n    \
                 PermitTunnel no\n    \
                 PermitUserRC no\n    \
                 MaxSessions 4\n\
             Match all\n",
            chroot.display(),
            keys.display(),
        )
    }

    /// Returns whatever of the tree is not as sshd and the shop need it.
    ///
    /// # Errors
    /// What the disk returns, but for what is not there, which is an ailment.
    pub fn ailments(&self, owners: Option<Owners>) -> io::Result<Vec<Ailment>> {
        let mut found = Vec::new();
        for folder in self.chroot().ancestors() {
            let Some(meta) = look(folder, &mut found)? else { continue };
            if meta.uid() != 0 && owners.is_some() {
                let folder = folder.display();
                found.push(Ailment {
                    what: format!("{folder} does not belong to root: sshd refuses the chroot"),
                    mend: format!("chown root: {folder}"),
                });
            }
            if meta.mode() & WRITABLE_BY_OTHERS != 0 {
                let (folder, mode) = (folder.display(), meta.mode() & 0o7777);
                found.push(Ailment {
                    what: format!("{folder} has mode {mode:o}: sshd refuses the chroot"),
                    mend: format!("chmod go-w {folder}"),
                });
            }
        }
        let of = |pick: fn(Owners) -> (u32, u32)| owners.map(pick);
        let inbox = of(|o| (o.account.0, o.shop.1));
        let outbox = of(|o| (o.shop.0, o.account.1));
        for (folder, owner, mode) in
            [(self.inbox(), inbox, 0o2770), (self.outbox(), outbox, 0o2750)]
        {
            let Some(meta) = look(&folder, &mut found)? else { continue };
            let path = folder.display();
            if let Some((user, group)) = owner.filter(|o| *o != (meta.uid(), meta.gid())) {
                found.push(Ailment {
                    what: format!("{path} belongs to {}:{}", meta.uid(), meta.gid()),
                    mend: format!("chown {user}:{group} {path}"),
                });
            }
            if meta.mode() & 0o7777 != mode {
                found.push(Ailment {
                    what: format!("{path} has mode {:o}", meta.mode() & 0o7777),
                    mend: format!("chmod {mode:o} {path}"),
                });
            }
        }
        if let Some(meta) = look(&self.keys(), &mut found)? {
            let path = self.keys();
            if meta.mode() & WRITABLE_BY_OTHERS != 0 || (owners.is_some() && meta.uid() != 0) {
                let path = path.display();
                found.push(Ailment {
                    what: format!("{path} can be written by others: sshd does not read it"),
                    mend: format!("chown root: {path} && chmod 644 {path}"),
                });
            }
        }
        Ok(found)
    }
}

fn look(path: &Path, found: &mut Vec<Ailment>) -> io::Result<Option<fs::Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_symlink() => {
            found.push(Ailment {
                what: format!("{} is a link", path.display()),
                mend: format!("put a real folder or file at {}", path.display()),
            });
            Ok(None)
        }
        Ok(meta) => Ok(Some(meta)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            found.push(Ailment {
                what: format!("{} is not there", path.display()),
                mend: "run `lettershop sender add` again with the same arguments".to_owned(),
            });
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Gives a file its owner and its mode; the owner first, because a change of owner clears bits.
fn own(path: &Path, owner: Option<(u32, u32)>, mode: u32) -> io::Result<()> {
    if let Some((user, group)) = owner {
        chown(path, Some(user), Some(group))?;
    }
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(doors: &Path) -> Door {
        let sender = SenderId::parse("hoshimi-city").expect("an id");
        Door::of(doors, &sender, "ls-hoshimi-city")
    }

    fn whats(door: &Door) -> Vec<String> {
        let ailments = door.ailments(None).expect("looked at");
        let below = door.chroot().display().to_string();
        ailments.into_iter().map(|a| a.what).filter(|what| what.contains(&below)).collect()
    }

    #[test]
    fn a_door_that_was_just_made_is_well_and_each_change_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let door = door(folder.path());
        door.make(&[], None).expect("made");
        assert_eq!(whats(&door), Vec::<String>::new());
        door.make(&[], None).expect("made again");
        let set = |path: &Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
        };
        set(&door.chroot(), 0o775);
        assert!(whats(&door)[0].contains("mode 775: sshd refuses"), "{:?}", whats(&door));
        set(&door.chroot(), 0o755);
        set(&door.inbox(), 0o777);
        assert!(whats(&door)[0].ends_with("inbox has mode 777"), "{:?}", whats(&door));
        set(&door.inbox(), 0o2770);
        fs::remove_dir(door.outbox()).expect("removed");
        assert!(whats(&door)[0].ends_with("outbox is not there"));
        std::os::unix::fs::symlink("/tmp", door.outbox()).expect("linked");
        assert!(whats(&door)[0].ends_with("outbox is a link"));
    }

    #[test]
    fn an_account_is_named_after_its_sender_and_never_like_one_of_the_systems() {
        let account = |id: &str| account_of(&SenderId::parse(id).expect("an id"));
        assert_eq!(account("root").as_deref(), Some("ls-root"));
        assert_eq!(account("Hoshimi-City").as_deref(), Some("ls-hoshimi-city"));
        assert_eq!(account("a.b"), None);
        assert_eq!(account(&"a".repeat(30)), None);
    }

    #[test]
    fn the_piece_of_configuration_confines_the_sender() {
        let config = door(Path::new("/srv/doors")).sshd_config();
        for line in [
            "Match User ls-hoshimi-city",
            "    ChrootDirectory /srv/doors/hoshimi-city",
            "    AuthenticationMethods publickey",
            "    DisableForwarding yes",
            "Match all",
        ] {
            assert!(config.lines().any(|found| found == line), "{line} in\n{config}");
        }
    }
}
