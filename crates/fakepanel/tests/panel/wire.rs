//! A client that sees exactly what comes.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use fakepanel::Form;

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The whole reply came.
    Whole,
    /// The connection was refused.
    Refused,
    /// It was closed before that.
    Closed,
    /// It was reset before that.
    Reset,
    /// Nothing more came while it was waited for.
    Silent,
}

/// What a client saw.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) end: End,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// A connection.
pub(crate) struct Wire(TcpStream);

/// Long enough for whatever comes at all.
const PATIENCE: Duration = Duration::from_secs(30);

impl Wire {
    pub(crate) fn open(address: SocketAddr) -> Result<Self, End> {
        match TcpStream::connect(address) {
            Ok(stream) => {
                stream.set_nodelay(true).unwrap();
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                Ok(Self(stream))
            }
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => Err(End::Refused),
            Err(error) => panic!("{error}"),
        }
    }

    /// Sends a request. A connection that is gone shows when its reply is read.
    pub(crate) fn send(&mut self, method: &str, target: &str, body: &str) {
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}"
        );
        drop(self.0.write_all(request.as_bytes()));
    }

    pub(crate) fn post(&mut self, body: &str) {
        self.send("POST", "/api/v2", body);
    }

    /// From now on what does not come at once does not come.
    pub(crate) fn hurry(&mut self) {
        self.0.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
    }

    /// Reads a reply, or what there is of one.
    pub(crate) fn read(&mut self) -> Seen {
        let mut bytes = Vec::new();
        loop {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
            let seen = |end| Seen { end, head: head.to_ascii_lowercase(), body: body.to_owned() };
            let length =
                seen(End::Whole).header("content-length").map(|text| text.parse().unwrap());
            if text.contains("\r\n\r\n") && length == Some(body.len()) {
                return seen(End::Whole);
            }
            let mut buffer = [0; 4096];
            match self.0.read(&mut buffer) {
                Ok(0) => return seen(End::Closed),
                Ok(count) => bytes.extend_from_slice(&buffer[..count]),
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut => return seen(End::Silent),
                    ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => return seen(End::Reset),
                    _ => panic!("{error}"),
                },
            }
        }
    }
}

/// A form as a body, with its key.
pub(crate) fn body(fields: &[(&str, &str)]) -> String {
    let key: &[(&str, &str)] = &[("key", "key-of-main")];
    let form = Form::of(&[key, fields].concat());
    form.without_key().replacen("***", "key-of-main", 1)
}

pub(crate) fn add_body(link: &str) -> String {
    body(&[("action", "add"), ("service", "1"), ("link", link), ("quantity", "100")])
}

/// Posts a form on a connection of its own.
pub(crate) fn exchange(address: SocketAddr, body: &str) -> Seen {
    match Wire::open(address) {
        Ok(mut wire) => {
            wire.post(body);
            wire.read()
        }
        Err(end) => Seen { end, head: String::new(), body: String::new() },
    }
}
