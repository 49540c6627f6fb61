//! Asks a served mailbox for pages at a fixed rate and says how long the answers took.
//!
//! ```text
//! lettershop mailbox serve OUT … ; lettershop mailbox invite OUT r-… --counter
//! cargo run --release -p web --example load -- 127.0.0.1:8080 NUMBER CODE 200 60
//! ```
//!
//! Uses the opening code up, signs in, then asks in turn for the inbox, a letter, its PDF and the
//! senders, 200 times a second for 60 seconds over 16 connections. Times count from when a request
//! was due, so that a server that stands still is not measured only once.

#![allow(clippy::print_stdout, reason = "an example speaks")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

const CONNECTIONS: u32 = 16;
const PASSWORD: &str = "seven+seas+and+one+letter";

/// One connection that is kept open.
struct Line {
    stream: BufReader<TcpStream>,
    address: String,
}

impl Line {
    fn open(address: &str) -> std::io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        Ok(Self { stream: BufReader::new(stream), address: address.to_owned() })
    }

    /// Returns status, head and body.
    fn ask(&mut self, request: &str) -> std::io::Result<(u16, String, Vec<u8>)> {
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.stream.read_line(&mut head)? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
        }
        let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
        let length = value(&head, "content-length").and_then(|text| text.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.stream.read_exact(&mut body)?;
        Ok((status, head, body))
    }

    fn get(&mut self, path: &str, cookies: &str) -> std::io::Result<(u16, String, Vec<u8>)> {
        let host = &self.address;
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nCookie: {cookies}\r\n\r\n"))
    }
}

fn value<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
}

fn cookie(head: &str) -> String {
    let set = value(head, "set-cookie").unwrap_or_default();
    set.split(';').next().unwrap_or_default().to_owned()
}

fn between<'t>(text: &'t str, start: &str, end: &str) -> &'t str {
    let rest = text.split_once(start).map_or("", |(_, rest)| rest);
    rest.split(end).next().unwrap_or_default()
}

fn main() -> std::io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, number, code, rate, seconds] = &words[..] else {
        println!("load ADDRESS NUMBER CODE RATE SECONDS");
        return Ok(());
    };
    let (rate, seconds): (u32, u32) = (rate.parse().unwrap_or(200), seconds.parse().unwrap_or(60));
    let mut line = Line::open(address)?;
    let (_, head, page) = line.get("/first", "")?;
    let visitor = cookie(&head);
    let page = String::from_utf8_lossy(&page).into_owned();
    let token = between(&page, "name=\"token\" value=\"", "\"");
    let form =
        format!("token={token}&number={number}&code={code}&password={PASSWORD}&again={PASSWORD}");
    let (status, head, _) = line.ask(&format!(
        "POST /first HTTP/1.1\r\nHost: {address}\r\nCookie: {visitor}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    ))?;
    assert_eq!(status, 303, "the code opens the mailbox");
    let cookies = format!("{visitor}; {}", cookie(&head));
    let (_, _, inbox) = line.get("/letters", &cookies)?;
    let inbox = String::from_utf8_lossy(&inbox).into_owned();
    let letter = format!("/letters/{}", between(&inbox, "<a href=\"/letters/", "\""));
    let (_, _, page) = line.get(&letter, &cookies)?;
    let page = String::from_utf8_lossy(&page).into_owned();
    let form = format!("token={}", between(&page, "name=\"token\" value=\"", "\""));
    line.ask(&format!(
        "POST {letter}/open HTTP/1.1\r\nHost: {address}\r\nCookie: {cookies}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    ))?;

    let paths = ["/letters".to_owned(), letter.clone(), format!("{letter}/pdf"), "/senders".into()];
    let (paths, cookies) = (Arc::new(paths), Arc::new(cookies));
    let start = Instant::now();
    let callers: Vec<_> = (0..CONNECTIONS)
        .map(|caller| {
            let (paths, cookies, address) = (paths.clone(), cookies.clone(), address.clone());
            std::thread::spawn(move || {
                call(caller, start, &address, &paths[..], &cookies, rate, seconds)
            })
        })
        .collect();
    let mut times = Vec::new();
    let mut errors = 0;
    for caller in callers {
        let (of_caller, failed) = caller.join().expect("a caller ends");
        times.extend(of_caller);
        errors += failed;
    }
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{} answers in {:.1} s, {errors} errors; p50 {:.1} ms, p90 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
        times.len(),
        start.elapsed().as_secs_f64(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
    Ok(())
}

/// One caller's share: every sixteenth request, each at the moment when it is due.
fn call(
    caller: u32,
    start: Instant,
    address: &str,
    paths: &[String],
    cookies: &str,
    rate: u32,
    seconds: u32,
) -> (Vec<Duration>, u32) {
    let (mut times, mut errors) = (Vec::new(), 0);
    let mut line = Line::open(address).ok();
    for number in (caller..rate * seconds).step_by(CONNECTIONS as usize) {
        let due = start + Duration::from_secs_f64(f64::from(number) / f64::from(rate));
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let path = &paths[(number / CONNECTIONS) as usize % paths.len()];
        match line.as_mut().map(|line| line.get(path, cookies)) {
            Some(Ok((200, _, _))) => times.push(due.elapsed()),
            _ => {
                errors += 1;
                line = Line::open(address).ok();
            }
        }
    }
    (times, errors)
}
