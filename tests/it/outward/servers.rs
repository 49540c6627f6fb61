//! What stands outside: a real Dovecot, a line to it that can be cut, a portal that checks what it
//! gets with a signer of its own.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{mpsc, Arc};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::shop::judge;

/// The address at the mail server that everybody here has.
pub const ADDRESS: &str = "hanako@mail.example.jp";

pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}

/// Waits until somebody listens.
fn wait_for(port: u16) {
    for _ in 0..600 {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("nobody listens at {port}");
}

/// A Dovecot that takes messages by LMTP and knows a repeat by its Message-ID (Sieve `duplicate`).
pub struct MailServer {
    home: TempDir,
    pub port: u16,
    server: Option<Child>,
}

impl MailServer {
    pub fn start() -> Self {
        let home = tempfile::Builder::new().prefix("lettershop-mail-").tempdir().expect("a folder");
        judge("chmod").arg("755").arg(home.path()).must_succeed();
        let at = home.path().display().to_string();
        let port = free_port();
        let user = home.path().join("mail").join(ADDRESS);
        std::fs::create_dir_all(&user).expect("a folder");
        judge("chown").args(["-R", "mail:mail"]).arg(home.path().join("mail")).must_succeed();
        let script = home.path().join("once.sieve");
        std::fs::write(&script, "require \"duplicate\";\nif duplicate { discard; stop; }\n")
            .expect("a temporary directory");
        judge("sievec").arg(&script).must_succeed();
        let config = CONFIG.replace("@HOME@", &at).replace("@PORT@", &port.to_string());
        let path = home.path().join("dovecot.conf");
        std::fs::write(&path, config).expect("a temporary directory");
        let mut mail = Self { home, port, server: None };
        mail.come_back();
        mail
    }

    /// Starts the server again after it has gone away.
    pub fn come_back(&mut self) {
        let mut command = Command::new("dovecot");
        command.arg("-F").arg("-c").arg(self.home.path().join("dovecot.conf"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.server = Some(command.spawn().expect("dovecot starts; it needs root"));
        wait_for(self.port);
    }

    /// Ends the server; its mailboxes stay.
    pub fn go_away(&mut self) {
        if let Some(mut server) = self.server.take() {
            // Asked, so that it ends its own children.
            let _ = Command::new("kill").arg(server.id().to_string()).status();
            let _ = server.wait();
        }
    }

    /// Returns every message in the inbox: its id, subject and text, its attachments' digests.
    pub fn messages(&self) -> Vec<Value> {
        let folder = self.home.path().join("mail").join(ADDRESS).join("Maildir/new");
        let said = judge("python3").args(["-c", READ_MAIL]).arg(folder).must_succeed().text();
        said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.go_away();
    }
}

/// Where a line to the mail server is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cut {
    /// Nowhere.
    Nowhere = 0,
    /// The final dot does not reach the server.
    BeforeDot = 1,
    /// The server has answered the final dot, and the answer is lost.
    BeforeAnswer = 2,
}

/// A line to the mail server; it tells when it has been cut.
pub struct Line {
    pub port: u16,
    cut: Arc<AtomicU8>,
    told: mpsc::Receiver<()>,
}

impl Line {
    pub fn to(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let cut = Arc::new(AtomicU8::new(Cut::Nowhere as u8));
        let (tell, told) = mpsc::channel();
        let how = Arc::clone(&cut);
        std::thread::spawn(move || {
            for caller in listener.incoming() {
                let caller = caller.expect("a caller");
                let server = TcpStream::connect(("127.0.0.1", server)).expect("the mail server");
                carry(caller, server, how.load(Ordering::SeqCst), &tell);
            }
        });
        Self { port, cut, told }
    }

    /// Cuts what is said from the next call on.
    pub fn cut(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }

    /// Waits until the line has been cut.
    pub fn wait_for_cut(&self) {
        self.told.recv_timeout(Duration::from_secs(120)).expect("the line is cut");
    }
}

/// Carries one conversation; the caller of a line that is cut hears nothing more.
fn carry(mut caller: TcpStream, mut server: TcpStream, cut: u8, tell: &mpsc::Sender<()>) {
    let (mut said, mut answers) =
        (caller.try_clone().expect("a stream"), server.try_clone().expect("a stream"));
    let is_silent = Arc::new(AtomicU8::new(0));
    let (silent, tell_back) = (Arc::clone(&is_silent), tell.clone());
    let back = std::thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(len @ 1..) = answers.read(&mut bytes) {
            if silent.load(Ordering::SeqCst) == 1 {
                tell_back.send(()).expect("heard");
                return;
            }
            if caller.write_all(&bytes[..len]).is_err() {
                return;
            }
        }
    });
    let (mut bytes, mut tail) = ([0; 65536], Vec::new());
    while let Ok(len @ 1..) = said.read(&mut bytes) {
        tail.extend_from_slice(&bytes[..len]);
        let is_end = tail.ends_with(b"\r\n.\r\n");
        tail.drain(..tail.len().saturating_sub(8));
        if is_end && cut == Cut::BeforeDot as u8 {
            // All but the dot itself.
            server.write_all(&bytes[..len.saturating_sub(3)]).expect("the mail server");
            tell.send(()).expect("heard");
            // Silent until the caller is gone: it learns nothing that it could note.
            while matches!(said.read(&mut bytes), Ok(1..)) {}
            break;
        }
        if is_end && cut == Cut::BeforeAnswer as u8 {
            is_silent.store(1, Ordering::SeqCst);
        }
        if server.write_all(&bytes[..len]).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Both);
    let _ = back.join();
}

/// A portal: checks every push with Python's own HMAC and notes what it was.
pub struct Portal {
    pub port: u16,
    secret: String,
    notes: PathBuf,
    server: Option<Child>,
}

impl Portal {
    /// Returns a portal that does not listen yet, with its notes and its secret in a folder.
    pub fn closed(folder: &Path) -> Self {
        let call = judge("openssl").args(["rand", "-base64", "32"]).must_succeed();
        let secret = format!("whsec_{}", call.text().trim());
        Self { port: free_port(), secret, notes: folder.join("portal.jsonl"), server: None }
    }

    /// Returns the shared secret.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    pub fn open(&mut self) {
        let mut command = Command::new("python3");
        command.args(["-c", PORTAL, &self.port.to_string(), &self.secret]).arg(&self.notes);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.server = Some(command.spawn().expect("python3 starts"));
        wait_for(self.port);
    }

    pub fn close(&mut self) {
        if let Some(mut server) = self.server.take() {
            let _ = server.kill();
            let _ = server.wait();
        }
    }

    /// Returns what was pushed so far, each with whether its signature was good.
    pub fn notes(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.notes).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.close();
    }
}

const CONFIG: &str = "
base_dir = @HOME@/run
state_dir = @HOME@/state
log_path = @HOME@/log
protocols = lmtp
ssl = no
first_valid_uid = 1
mail_location = maildir:~/Maildir
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = static
  args = uid=mail gid=mail home=@HOME@/mail/%u
}
service lmtp {
  inet_listener lmtp {
    address = 127.0.0.1
    port = @PORT@
  }
}
protocol lmtp {
  mail_plugins = sieve
  postmaster_address = postmaster@mail.example.jp
}
plugin {
  sieve_before = @HOME@/once.sieve
}
";

const READ_MAIL: &str = "
import email, email.policy, hashlib, json, os, sys
folder = sys.argv[1]
for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
    with open(os.path.join(folder, name), 'rb') as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    parts = message.iter_attachments()
    digests = [hashlib.sha256(part.get_content()).hexdigest() for part in parts]
    print(json.dumps({'id': message['message-id'], 'subject': message['subject'],
        'text': message.get_body().get_content(), 'attachments': digests}))
";

const PORTAL: &str = "
import base64, hashlib, hmac, http.server, json, sys
key = base64.b64decode(sys.argv[2][len('whsec_'):])
class Portal(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length']))
        name, moment = self.headers['webhook-id'], self.headers['webhook-timestamp']
        signed = name.encode() + b'.' + moment.encode() + b'.' + body
        mine = 'v1,' + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        good = mine in self.headers['webhook-signature'].split(' ')
        with open(sys.argv[3], 'a') as notes:
            notes.write(json.dumps({'good': good, 'id': name, 'body': json.loads(body),
                'idempotency': self.headers['idempotency-key']}) + '\\n')
        self.send_response(204 if good else 401)
        self.end_headers()
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Portal).serve_forever()
";
