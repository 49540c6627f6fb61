//! HTTP outward: one POST to a place that the operator has named, nowhere else.

use std::io;
use std::time::Duration;

use ureq::Agent;

/// What is posted.
#[derive(Clone, Copy, Debug)]
pub struct Post<'a> {
    /// The address, as the configuration has it.
    pub url: &'a str,
    /// Head lines besides the length.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body.
    pub body: &'a [u8],
}

/// Posts, and returns the status of the answer, whose body nobody reads.
///
/// A redirect is an answer like any other: it is not followed, and no proxy of the environment is
/// heeded.
///
/// # Errors
/// The network's trouble: then nobody knows whether it arrived, and it is posted again.
pub fn post(post: Post<'_>) -> io::Result<u16> {
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(WAIT))
        .build();
    let mut request = Agent::new_with_config(config).post(post.url);
    for (name, value) in post.headers {
        request = request.header(*name, *value);
    }
    let answer = request.send(post.body).map_err(ureq::Error::into_io)?;
    Ok(answer.status().as_u16())
}

/// "a timeout of 15 to 30 seconds" (Standard Webhooks, "Timeouts").
const WAIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    /// Answers one request with `status` and returns what was asked.
    fn answered(status: &'static str) -> (io::Result<u16>, String) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/letters", listener.local_addr().expect("an address"));
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("a caller");
            let mut heard = Vec::new();
            let mut bytes = [0; 1024];
            while !heard.ends_with(b"{}") {
                let len = stream.read(&mut bytes).expect("a request");
                heard.extend_from_slice(&bytes[..len]);
            }
            let head = format!("HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:9/\r\n");
            write!(stream, "{head}content-length: 0\r\n\r\n").expect("an answer");
            String::from_utf8(heard).expect("text")
        });
        let answer = post(Post { url: &url, headers: &[("webhook-id", "m-1")], body: b"{}" });
        (answer, server.join().expect("a server"))
    }

    #[test]
    fn the_status_is_returned_whatever_it_is_and_no_redirect_is_followed() {
        for (status, code) in [("204 No Content", 204), ("302 Found", 302), ("500 Oh", 500)] {
            let (answer, asked) = answered(status);
            assert_eq!(answer.expect("an answer"), code);
            assert!(asked.starts_with("POST /letters HTTP/1.1\r\n"), "{asked}");
            assert!(asked.contains("webhook-id: m-1\r\n"), "{asked}");
        }
    }

    #[test]
    fn a_place_where_nobody_listens_is_trouble() {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
        let url = format!("http://{free}/");
        assert!(post(Post { url: &url, headers: &[], body: b"{}" }).is_err());
    }
}
