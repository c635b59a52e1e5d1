//! A connection that is kept: one request after the other, and an error when the server goes away.

use crate::http::{Answer, Client, PATIENCE, form_request, header_of};
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A client that keeps its connection. What fails with an error has no answer: it may have been
/// carried out all the same.
#[derive(Debug)]
pub struct Kept {
    socket: BufReader<TcpStream>,
    client: Client,
}

impl Kept {
    /// Connects as `client`.
    ///
    /// # Errors
    /// When nobody listens.
    pub fn connect(client: &Client) -> Result<Self> {
        let socket = TcpStream::connect(&client.address)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_nodelay(true)?;
        Ok(Self { socket: BufReader::new(socket), client: client.clone() })
    }

    /// From now on an answer may take so long.
    ///
    /// # Errors
    /// The socket's.
    pub fn wait_for(&self, longest: Duration) -> Result<()> {
        self.socket.get_ref().set_read_timeout(Some(longest))
    }

    /// Goes on with another key.
    pub fn set_key(&mut self, key: &str) {
        key.clone_into(&mut self.client.key);
    }

    /// Posts form fields to `/api/v2`, the key first.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub fn form(&mut self, fields: &[(&str, &str)]) -> Result<Answer> {
        let request = form_request(&self.client, fields, "keep-alive");
        self.socket.get_mut().write_all(request.as_bytes())?;
        self.answer()
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.socket.read_line(&mut line)?;
        // Nothing at all, or a line that breaks off.
        let whole = line.strip_suffix("\r\n").ok_or(ErrorKind::UnexpectedEof)?;
        Ok(whole.to_owned())
    }

    fn answer(&mut self) -> Result<Answer> {
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| Error::other("no status line"))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            headers.extend(header_of(&line));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.and_then(|(_, length)| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        self.socket.read_exact(&mut body)?;
        let body = String::from_utf8(body).map_err(Error::other)?;
        Ok(Answer { status, headers, body })
    }
}
