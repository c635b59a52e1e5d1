//! A client that sends exactly the messages it is given, as many in one packet as one likes.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use crate::wire::{self, Message};

/// Longest wait for an answer. Far above what any answer takes; a test that reaches it has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection, without TLS and without a password.
#[derive(Debug)]
pub struct Client {
    socket: TcpStream,
    read: Vec<u8>,
}

impl Client {
    /// Connects, and waits until the server is ready for a query.
    ///
    /// # Errors
    /// The socket's, or what the server says against it.
    pub fn connect(address: impl ToSocketAddrs, user: &str, database: &str) -> Result<Self> {
        let socket = TcpStream::connect(address)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        let mut client = Self { socket, read: Vec::new() };
        client.socket.write_all(&wire::startup(user, database))?;
        loop {
            let message = client.receive()?;
            match message.kind {
                b'Z' => return Ok(client),
                b'E' => return Err(Error::other(message.field(b'M').unwrap_or_default())),
                // Zero says that there is no more to prove.
                b'R' if message.body != [0; 4] => {
                    return Err(Error::other("the server wants a password, and there is none"));
                }
                _ => {}
            }
        }
    }

    /// Sends the messages in one piece.
    ///
    /// # Errors
    /// The socket's.
    pub fn send(&mut self, messages: &[Message]) -> Result<()> {
        let mut bytes = Vec::new();
        for message in messages {
            message.write(&mut bytes);
        }
        self.socket.write_all(&bytes)
    }

    /// The next message.
    ///
    /// # Errors
    /// The socket's; `UnexpectedEof` or `ConnectionReset` when the connection was closed.
    pub fn receive(&mut self) -> Result<Message> {
        let mut piece = [0; 8_192];
        loop {
            if let Some(message) = Message::take(&mut self.read)? {
                return Ok(message);
            }
            match self.socket.read(&mut piece) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => self.read.extend(piece.get(..read).unwrap_or_default()),
                // The process was stopped meanwhile, and goes on.
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// All messages up to the server's being ready, which is the last of them.
    ///
    /// # Errors
    /// Those of [`Client::receive`].
    pub fn until_ready(&mut self) -> Result<Vec<Message>> {
        let mut messages = Vec::new();
        loop {
            messages.push(self.receive()?);
            if messages.last().is_some_and(|message| message.kind == b'Z') {
                return Ok(messages);
            }
        }
    }

    /// Sends a simple query and waits for all that answers it. A refusal is among the messages.
    ///
    /// # Errors
    /// Those of [`Client::receive`].
    pub fn query(&mut self, sql: &str) -> Result<Vec<Message>> {
        self.send(&[Message::query(sql)])?;
        self.until_ready()
    }
}
