//! LMTP (RFC 2033): a copy handed to a mail server, which answers for its recipient.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

/// Where a mail server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Server {
    /// `host:port`
    Tcp(String),
    /// A socket of this machine.
    Socket(PathBuf),
}

impl Server {
    /// Reads an absolute path or `host:port`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with('/') {
            return Some(Self::Socket(text.into()));
        }
        let (host, port) = text.rsplit_once(':')?;
        (!host.is_empty() && port.parse::<u16>().is_ok()).then(|| Self::Tcp(text.to_owned()))
    }
}

/// Whose message goes to whom; both plain addresses ([`mailbox::mail_domain`]).
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    /// The name under which the shop greets.
    pub own_name: &'a str,
    /// The return path.
    pub from: &'a str,
    /// The one recipient.
    pub to: &'a str,
}

/// What the server said for the recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has the message, and answers for it from now on.
    Taken,
    /// Not now (4yz), or not to such a command.
    NotNow(u16),
    /// Never (5yz).
    Never(u16),
}

/// Hands a message over, whose lines end with CRLF.
///
/// # Errors
/// The network's trouble: then nobody knows whether the server has it, and it is handed over again.
pub fn deliver(server: &Server, envelope: Envelope<'_>, message: &[u8]) -> io::Result<Answer> {
    match server {
        Server::Tcp(address) => {
            let address = address.to_socket_addrs()?.next();
            let address = address.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
            let stream = TcpStream::connect_timeout(&address, WAIT)?;
            stream.set_read_timeout(Some(WAIT))?;
            stream.set_write_timeout(Some(WAIT))?;
            talk(stream, envelope, message)
        }
        Server::Socket(path) => {
            let stream = UnixStream::connect(path)?;
            stream.set_read_timeout(Some(WAIT))?;
            stream.set_write_timeout(Some(WAIT))?;
            talk(stream, envelope, message)
        }
    }
}

fn talk(stream: impl Read + Write, envelope: Envelope<'_>, message: &[u8]) -> io::Result<Answer> {
    let Envelope { own_name, from, to } = envelope;
    let mut talk = Talk(BufReader::new(stream));
    let commands = [
        None,
        Some(format!("LHLO {own_name}\r\n")),
        Some(format!("MAIL FROM:<{from}>\r\n")),
        Some(format!("RCPT TO:<{to}>\r\n")),
    ];
    for command in commands {
        let code = talk.ask(command.unwrap_or_default().as_bytes())?;
        if code / 100 != 2 {
            return Ok(refused(code));
        }
    }
    let code = talk.ask(b"DATA\r\n")?;
    if code != 354 {
        return Ok(refused(code));
    }
    // One recipient was accepted, so there is one reply (RFC 2033 §4.2).
    let code = talk.ask(&stuffed(message))?;
    // What comes after the reply changes nothing of it.
    let _ = talk.0.get_mut().write_all(b"QUIT\r\n");
    Ok(if code / 100 == 2 { Answer::Taken } else { refused(code) })
}

fn refused(code: u16) -> Answer {
    match code / 100 {
        5 => Answer::Never(code),
        _ => Answer::NotNow(code),
    }
}

/// Returns the message with its end, a dot that begins a line doubled (RFC 5321 §4.5.2).
fn stuffed(message: &[u8]) -> Vec<u8> {
    let mut stuffed = Vec::with_capacity(message.len() + message.len() / 64 + 5);
    for line in message.split_inclusive(|&b| b == b'\n') {
        if line.starts_with(b".") {
            stuffed.push(b'.');
        }
        stuffed.extend_from_slice(line);
    }
    if !stuffed.ends_with(b"\r\n") {
        stuffed.extend_from_slice(b"\r\n");
    }
    stuffed.extend_from_slice(b".\r\n");
    stuffed
}

struct Talk<S: Read>(BufReader<S>);

impl<S: Read + Write> Talk<S> {
    /// Sends a command and returns the code of the reply to it.
    fn ask(&mut self, command: &[u8]) -> io::Result<u16> {
        self.0.get_mut().write_all(command)?;
        self.0.get_mut().flush()?;
        for _ in 0..REPLY_LINES_MAX {
            let mut line = Vec::new();
            self.0.by_ref().take(REPLY_LINE_MAX).read_until(b'\n', &mut line)?;
            let code = line.get(..3).and_then(|code| std::str::from_utf8(code).ok());
            let code = code.and_then(|code| code.parse().ok()).ok_or_else(no_reply)?;
            // Each line but the last has a hyphen behind the code (RFC 5321 §4.2.1).
            if line.get(3) != Some(&b'-') {
                return Ok(code);
            }
        }
        Err(no_reply())
    }
}

fn no_reply() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the mail server's reply is none")
}

/// How long a server may think: RFC 5321 §4.5.3.2.6 asks for ten minutes after the final dot; one
/// that needs more than two is asked again.
const WAIT: Duration = Duration::from_secs(120);
/// RFC 5321 §4.5.3.1.5: 512 octets; some servers say more.
const REPLY_LINE_MAX: u64 = 4096;
const REPLY_LINES_MAX: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    /// A server's side of a conversation, spoken in advance; what it hears is kept.
    struct Script<'s> {
        replies: &'s [u8],
        heard: Vec<u8>,
    }

    impl Read for Script<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.replies.read(into)
        }
    }

    impl Write for Script<'_> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.heard.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn spoken(replies: &str) -> (io::Result<Answer>, String) {
        let mut script = Script { replies: replies.as_bytes(), heard: Vec::new() };
        let envelope = Envelope { own_name: "shop", from: "a@x.jp", to: "b@y.jp" };
        let answer = talk(&mut script, envelope, b"A: 1\r\n\r\n.dot\r\nend");
        (answer, String::from_utf8(script.heard).expect("ASCII"))
    }

    #[test]
    fn a_message_is_handed_over_with_its_dots_doubled() {
        let replies = "220 hello\r\n250-PIPELINING\r\n250 8BITMIME\r\n250 2.1.0\r\n250 2.1.5\r\n\
                       354 go\r\n250 2.0.0 saved\r\n221 bye\r\n";
        let (answer, heard) = spoken(replies);
        assert_eq!(answer.expect("a talk"), Answer::Taken);
        assert_eq!(
            heard,
            "LHLO shop\r\nMAIL FROM:<a@x.jp>\r\nRCPT TO:<b@y.jp>\r\nDATA\r\n\
             A: 1\r\n\r\n..dot\r\nend\r\n.\r\nQUIT\r\n"
        );
    }

    #[test]
    fn a_refusal_is_for_now_or_for_ever_by_its_code() {
        let greeted = "220 hello\r\n250 me\r\n250 ok\r\n";
        for (rest, expected) in [
            ("550 5.1.1 no such user\r\n", Answer::Never(550)),
            ("451 4.3.0 later\r\n", Answer::NotNow(451)),
            ("250 ok\r\n354 go\r\n452 full\r\n", Answer::NotNow(452)),
            ("250 ok\r\n354 go\r\n552 too large\r\n", Answer::Never(552)),
        ] {
            let (answer, _) = spoken(&format!("{greeted}{rest}"));
            assert_eq!(answer.expect("a talk"), expected, "{rest}");
        }
    }

    #[test]
    fn a_reply_that_is_cut_is_no_answer() {
        let whole = "220 hello\r\n250 me\r\n250 ok\r\n250 ok\r\n354 go\r\n";
        for cut in [0, 2, 12, whole.len()] {
            assert!(spoken(&whole[..cut]).0.is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_server_is_a_socket_or_a_host_with_its_port() {
        assert_eq!(Server::parse("127.0.0.1:24"), Some(Server::Tcp("127.0.0.1:24".to_owned())));
        assert_eq!(Server::parse("/run/lmtp"), Some(Server::Socket("/run/lmtp".into())));
        for wrong in ["", "host", ":24", "host:lmtp"] {
            assert_eq!(Server::parse(wrong), None, "{wrong}");
        }
    }
}
