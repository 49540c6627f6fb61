//! A browser as small as can be: cookies, forms with their tokens, redirects when asked.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// The password of everybody here.
pub const PASSWORD: &str = "seven seas and one letter";

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
    pub body: String,
}

#[derive(Clone)]
pub struct Browser {
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
    /// Every cookie that was set, with its attributes.
    pub set: Vec<String>,
    /// The token of the form that was looked at last.
    pub token: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl Browser {
    pub fn at(address: SocketAddr) -> Self {
        Self { address, cookies: BTreeMap::new(), set: Vec::new(), token: String::new() }
    }

    /// Goes on with another server, as after a restart.
    pub fn turn_to(&mut self, address: SocketAddr) {
        self.address = address;
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, "", &[])
    }

    /// Sends the form of the page that was looked at last, and follows where it leads.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token.clone();
        let fields = [&[("token", token.as_str())], fields].concat();
        let answer = self.post_with(path, &fields, &[]);
        match answer.header("location") {
            Some(location) => self.get(location),
            None => answer,
        }
    }

    pub fn post_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        self.ask("POST", path, &pairs.join("&"), headers)
    }

    /// Sends a form with files, and follows where it leads.
    pub fn send_files(&mut self, path: &str, files: &[(&str, &[u8])]) -> Answer {
        let mut body = Vec::new();
        let token = self.token.clone();
        for (name, bytes) in [&[("token", token.as_bytes())], files].concat() {
            let file = if name == "token" { "" } else { "; filename=\"f\"" };
            let head = format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"{file}");
            body.extend([head.as_bytes(), b"\r\n\r\n", bytes, b"\r\n"].concat());
        }
        body.extend(b"--XX--\r\n");
        let kind = "multipart/form-data; boundary=XX";
        let answer = self.ask_with("POST", path, kind, &body, &[]);
        match answer.header("location").map(str::to_owned) {
            Some(location) => self.get(&location),
            None => answer,
        }
    }

    pub fn try_code(&mut self, number: &str, code: &str) -> Answer {
        let fields = [("password", PASSWORD), ("again", PASSWORD)];
        self.post("/first", &[&[("number", number), ("code", code)], &fields[..]].concat())
    }

    pub fn admit(&mut self, number: &str, code: &str) -> Answer {
        self.get("/first");
        let inbox = self.try_code(number, code);
        assert_eq!(inbox.status, 200, "{}", inbox.body);
        inbox
    }

    pub fn try_password(&mut self, number: &str, password: &str) -> Answer {
        self.post("/sign-in", &[("number", number), ("password", password)])
    }

    pub fn sign_out(&mut self) {
        self.get("/letters");
        assert_eq!(self.post("/sign-out", &[]).status, 200);
    }

    fn ask(&mut self, method: &str, path: &str, body: &str, more: &[(&str, &str)]) -> Answer {
        let kind = "application/x-www-form-urlencoded";
        self.ask_with(method, path, kind, body.as_bytes(), more)
    }

    fn ask_with(
        &mut self,
        method: &str,
        path: &str,
        kind: &str,
        body: &[u8],
        more: &[(&str, &str)],
    ) -> Answer {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: {kind}\r\nContent-Length: {}\r\n\
             Cookie: {}\r\n",
            body.len(),
            cookies.join("; ")
        );
        for (name, value) in more {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        let mut stream = TcpStream::connect(self.address).expect("the door listens");
        stream.write_all(&[request.as_bytes(), b"\r\n", body].concat()).expect("sent");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        let answer = parse(&bytes);
        self.keep(&answer);
        answer
    }

    fn keep(&mut self, answer: &Answer) {
        for (name, value) in &answer.headers {
            if !name.eq_ignore_ascii_case("set-cookie") {
                continue;
            }
            self.set.push(value.clone());
            let (pair, _) = value.split_once(';').expect("attributes");
            let (name, secret) = pair.split_once('=').expect("a name and a value");
            match secret {
                "" => self.cookies.remove(name),
                secret => self.cookies.insert(name.to_owned(), secret.to_owned()),
            };
        }
        let marker = "name=\"token\" value=\"";
        if let Some(at) = answer.body.find(marker) {
            let rest = &answer.body[at + marker.len()..];
            self.token = rest.split('"').next().unwrap_or_default().to_owned();
        }
    }
}

fn parse(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let bytes = bytes[end + 4..].to_vec();
    let body = String::from_utf8_lossy(&bytes).into_owned();
    Answer { status: status.parse().expect("a number"), headers, bytes, body }
}

fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(byte).collect()
}
