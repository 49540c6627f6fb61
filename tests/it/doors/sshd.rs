//! A shop with doors below a folder of root's, and an sshd of its own in front of them.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use crate::drops::Drop as Dropped;
use crate::shop::{judge, lettershop, Call};

/// A sender with its key and its account.
pub struct SenderAt {
    pub id: String,
    pub account: String,
    pub key: PathBuf,
    chroot: PathBuf,
    /// Where its inbox is when it has signed in.
    pub remote: String,
}

impl SenderAt {
    pub fn inbox(&self) -> PathBuf {
        self.chroot.join("inbox")
    }

    pub fn outbox(&self) -> PathBuf {
        self.chroot.join("outbox")
    }
}

/// Shop, doors and sshd; all of it goes when this does.
pub struct World {
    home: TempDir,
    pub senders: Vec<SenderAt>,
    pub port: u16,
    pub is_root: bool,
    sshd: Option<Child>,
}

/// Accounts of tests that run at once differ.
static COUNT: AtomicU32 = AtomicU32::new(0);

impl World {
    /// Opens a shop with so many senders of the city's kind.
    ///
    /// As root each has a chroot and an account; otherwise all sign in as whoever runs the test.
    pub fn open(senders: usize) -> Self {
        let is_root = is_root_here();
        let below = if is_root { "/run" } else { "/tmp" };
        let home = tempfile::Builder::new().prefix("lettershop-").tempdir_in(below);
        let home = home.expect("a folder");
        judge("chmod").arg("755").arg(home.path()).must_succeed();
        let shop = home.path().join("shop");
        std::fs::create_dir_all(shop.join("senders")).expect("a folder");
        std::fs::create_dir_all(home.path().join("sshd_config.d")).expect("a folder");
        let keys = "[doors]\nquiet_seconds = 2\nabandoned_seconds = 100000\n";
        std::fs::write(shop.join("lettershop.toml"), keys).expect("written");
        let keygen = |path: &Path| {
            let call = judge("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]);
            call.arg(path).must_succeed();
        };
        keygen(&home.path().join("host"));
        keygen(&home.path().join("id"));
        let city = include_bytes!("../../../samples/doors/city.csv");
        std::fs::write(home.path().join("city.csv"), city).expect("written");
        let mut world = Self { home, senders: Vec::new(), port: free_port(), is_root, sshd: None };
        for _ in 0..senders {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let id = format!("t{}-{number}", std::process::id());
            let key = world.home.path().join(format!("{id}.key"));
            keygen(&key);
            let account = if is_root { format!("ls-{id}") } else { whoami() };
            let chroot = world.shop().join("sftp").join(&id);
            let remote =
                if is_root { "/inbox".to_owned() } else { format!("{}/inbox", chroot.display()) };
            let sender = SenderAt { id, account, key, chroot, remote };
            world.add(&sender, &[]).must_succeed();
            world.senders.push(sender);
        }
        if senders > 0 {
            world.start_sshd();
        }
        world
    }

    /// Calls `sender add` for a sender.
    pub fn add(&self, sender: &SenderAt, more: &[&str]) -> Call {
        let call = lettershop().args(["sender", "add", &sender.id, "--yes", "--class", "tax"]);
        let call = call.arg("--key").arg(sender.key.with_extension("key.pub"));
        let call = call.arg("--shop").arg(self.shop()).arg("--sshd").arg(self.sshd_folder());
        let call = call.arg("--sample").arg(self.beside("city.csv")).args(more);
        if self.is_root {
            call
        } else {
            call.args(["--account", &sender.account])
        }
    }

    pub fn shop(&self) -> PathBuf {
        self.home.path().join("shop")
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub fn public_key(&self) -> PathBuf {
        self.beside("id.pub")
    }

    pub fn sshd_folder(&self) -> PathBuf {
        self.beside("sshd_config.d")
    }

    pub fn snippet(&self, sender: &SenderAt) -> PathBuf {
        self.sshd_folder().join(format!("lettershop-{}.conf", sender.id))
    }

    pub fn doctor(&self) -> Call {
        lettershop().arg("doctor").arg(self.shop()).arg("--sshd").arg(self.sshd_folder())
    }

    /// Returns a drop of a sender with three letters.
    pub fn drop_of(&self, sender: &str, batch: &str) -> Vec<u8> {
        let kit = self.shop().join("kits").join(format!("{sender}.zip"));
        let folder = self.beside(&format!("kit-{sender}"));
        let unzip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
        judge("python3").args(["-c", unzip]).arg(&kit).arg(&folder).must_succeed();
        let mut drop = Dropped::read(&folder.join("sample-good.zip"));
        drop.manifest.insert("batch".to_owned(), batch.into());
        let mut members =
            vec![("manifest.toml".to_owned(), drop.manifest.to_string().into_bytes())];
        members.extend(drop.members);
        let members: Vec<(&str, &[u8])> =
            members.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        zip_of(&members)
    }

    /// Calls the client with commands.
    pub fn sftp(&self, sender: &SenderAt, commands: &str) -> Call {
        self.sftp_as(&sender.account, &sender.key, commands)
    }

    pub fn sftp_as(&self, account: &str, key: &Path, commands: &str) -> Call {
        self.sftp_at(self.port, account, key, commands)
    }

    pub fn sftp_at(&self, port: u16, account: &str, key: &Path, commands: &str) -> Call {
        static BATCH: AtomicU32 = AtomicU32::new(0);
        let number = BATCH.fetch_add(1, Ordering::Relaxed);
        let batch = self.beside(&format!("batch-{number}"));
        std::fs::write(&batch, commands).expect("written");
        let call = judge("sftp").arg("-b").arg(batch).args(["-P", &port.to_string()]);
        call.args(CLIENT).arg("-i").arg(key).arg(format!("{account}@127.0.0.1"))
    }

    pub fn ssh(&self, sender: &SenderAt, words: &[&str]) -> Call {
        let call = judge("ssh").args(["-p", &self.port.to_string()]).args(CLIENT);
        let call = call.arg("-i").arg(&sender.key);
        let (options, command): (Vec<&str>, Vec<&str>) = match words.first() {
            Some(first) if first.starts_with('-') => (words.to_vec(), Vec::new()),
            _ => (Vec::new(), words.to_vec()),
        };
        call.args(options).arg(format!("{}@127.0.0.1", sender.account)).args(command)
    }

    /// Puts files into a sender's inbox.
    pub fn put(&self, sender: &SenderAt, files: &[(&str, &[u8])]) -> Call {
        let mut commands = String::new();
        for (name, bytes) in files {
            let local = self.beside(&format!("local-{}-{name}", sender.id));
            std::fs::write(&local, bytes).expect("written");
            commands += &format!("put {} {}/{name}\n", local.display(), sender.remote);
        }
        self.sftp(sender, &commands)
    }

    fn start_sshd(&mut self) {
        let home = self.home.path();
        let mut config = format!(
            "Port {}\nListenAddress 127.0.0.1\nHostKey {}\nPidFile none\nUsePAM no\n\
             AuthorizedKeysFile none\nSubsystem sftp internal-sftp\nMaxStartups 200\n\
             LogLevel ERROR\n",
            self.port,
            home.join("host").display()
        );
        if self.is_root {
            std::fs::create_dir_all("/run/sshd").expect("sshd's own folder");
            let pieces = self.sshd_folder().join("*.conf");
            config += &format!("Include {}\n", pieces.display());
        } else {
            let keys = self.shop().join("sftp/.keys");
            let keys: Vec<String> = self
                .senders
                .iter()
                .map(|sender| keys.join(&sender.id).display().to_string())
                .collect();
            config += &format!("StrictModes no\nAuthorizedKeysFile {}\n", keys.join(" "));
            config = config.replace("AuthorizedKeysFile none\n", "");
        }
        let path = home.join("sshd_config");
        std::fs::write(&path, config).expect("written");
        let log = home.join("sshd.log");
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-f"])
            .arg(&path)
            .arg("-E")
            .arg(&log)
            .stdin(Stdio::null())
            .spawn()
            .expect("sshd is installed by the test command");
        self.sshd = Some(child);
        for _ in 0..100 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("sshd did not come up: {}", std::fs::read_to_string(log).unwrap_or_default());
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if let Some(mut sshd) = self.sshd.take() {
            let _ = sshd.kill();
            let _ = sshd.wait();
        }
        for sender in self.senders.iter().filter(|_| self.is_root) {
            let gone = Command::new("userdel").arg(&sender.account).output();
            gone.expect("userdel is there where useradd was");
        }
    }
}

/// What every call of the client says.
const CLIENT: [&str; 12] = [
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
    "-o",
    "IdentitiesOnly=yes",
    "-o",
    "BatchMode=yes",
    "-o",
    "LogLevel=ERROR",
    "-o",
    "ConnectTimeout=20",
];

/// Packs members as they are.
pub fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in members {
        zip.start_file(*name, options).expect("memory");
        zip.write_all(bytes).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    listener.local_addr().expect("bound").port()
}

fn whoami() -> String {
    judge("id").arg("-un").must_succeed().text().trim().to_owned()
}

fn is_root_here() -> bool {
    judge("id").arg("-u").must_succeed().text().trim() == "0"
}
