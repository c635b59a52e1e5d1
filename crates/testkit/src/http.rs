//! A plain HTTP/1.1 client over a socket: sends exactly the bytes it is given.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longest wait for an answer. Far above what any answer takes; a test that reaches it has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The value of a header, by its lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {:?}", self.body))
    }
}

/// Talks to a panel API as resellers do.
#[derive(Clone, Debug)]
pub struct Client {
    /// Host and port.
    pub address: String,
    /// The key.
    pub key: String,
}

impl Client {
    /// Sends a request as it is and reads the answer.
    pub fn raw(&self, request: &[u8]) -> Answer {
        let mut socket = TcpStream::connect(&self.address).expect("the server accepts connections");
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        socket.write_all(request).unwrap();
        read_answer(&mut socket)
    }

    /// Posts form fields to `/api/v2`, the key first.
    pub fn form(&self, fields: &[(&str, &str)]) -> Answer {
        self.raw(form_request(self, fields, "close").as_bytes())
    }

    /// Gets a path.
    pub fn get(&self, path: &str) -> Answer {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address);
        self.raw(request.as_bytes())
    }

    /// The dialect's JSON answer to form fields; the status must be 200.
    pub fn call(&self, fields: &[(&str, &str)]) -> serde_json::Value {
        let answer = self.form(fields);
        assert_eq!(answer.status, 200, "{fields:?}: {}", answer.body);
        answer.json()
    }
}

/// A request that posts form fields, the key first.
pub(crate) fn form_request(client: &Client, fields: &[(&str, &str)], connection: &str) -> String {
    let mut body = format!("key={}", encode(&client.key));
    for (name, value) in fields {
        body.push_str(&format!("&{}={}", encode(name), encode(value)));
    }
    format!(
        "POST /api/v2 HTTP/1.1\r\nHost: {}\r\nContent-Type: application/x-www-form-urlencoded\
         \r\nContent-Length: {}\r\nConnection: {connection}\r\n\r\n{body}",
        client.address,
        body.len()
    )
}

/// A line of a head: the name in lower case, and the value.
pub(crate) fn header_of(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.to_ascii_lowercase(), value.trim().to_owned()))
}

/// Percent-encodes everything but letters, digits, `-`, `_` and `.`.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes()
        .map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn read_answer(socket: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).expect("the server answers and closes");
    let text = String::from_utf8(bytes).expect("an answer is UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no head: {text:?}"));
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let headers = lines.filter_map(header_of).collect();
    Answer { status: status.parse().unwrap(), headers, body: body.to_owned() }
}
