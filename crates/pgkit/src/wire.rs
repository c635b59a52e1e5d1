//! The framing of PostgreSQL's protocol, version 3, and the few messages that tests need.
//! Source: PostgreSQL documentation, "Frontend/Backend Protocol", "Message Formats".

use std::io::{Error, ErrorKind, Result};

/// Longest message that is read. PostgreSQL itself takes up to 1 GiB; tests stay far below.
const LONGEST: usize = 256 << 20;

/// First words of a connection that are no start of a session.
pub const SSL_REQUEST: u32 = 80_877_103;
/// Asks for GSSAPI encryption.
pub const GSS_REQUEST: u32 = 80_877_104;
/// Asks to cancel what another session does.
pub const CANCEL_REQUEST: u32 = 80_877_102;
/// Version 3.0: the start of a session.
const VERSION: u32 = 196_608;

/// A message with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its type, such as `b'Q'`.
    pub kind: u8,
    /// What follows its length.
    pub body: Vec<u8>,
}

impl Message {
    /// A message of this type.
    pub fn new(kind: u8, body: impl Into<Vec<u8>>) -> Self {
        Self { kind, body: body.into() }
    }

    /// A simple query: one or several statements in a text.
    pub fn query(sql: &str) -> Self {
        Self::new(b'Q', zeroed(&[sql]))
    }

    /// Prepares a statement under a name, which may be empty.
    pub fn parse(name: &str, sql: &str) -> Self {
        let mut body = zeroed(&[name, sql]);
        body.extend([0, 0]);
        Self::new(b'P', body)
    }

    /// Binds a prepared statement without parameters to the portal without a name.
    pub fn bind(name: &str) -> Self {
        let mut body = zeroed(&["", name]);
        body.extend([0; 6]);
        Self::new(b'B', body)
    }

    /// Runs the portal without a name.
    pub fn execute() -> Self {
        Self::new(b'E', [0; 5])
    }

    /// Ends a group of messages: the server answers with `ReadyForQuery`.
    pub fn sync() -> Self {
        Self::new(b'S', [])
    }

    /// Asks for the answers so far without ending the group.
    pub fn flush() -> Self {
        Self::new(b'H', [])
    }

    /// Appends it as it goes over the wire.
    pub fn write(&self, to: &mut Vec<u8>) {
        to.push(self.kind);
        to.extend(length(self.body.len().saturating_add(4)));
        to.extend(&self.body);
    }

    /// Takes the first message off what was read, if all of it is there.
    ///
    /// # Errors
    /// What was read cannot be a message.
    pub fn take(read: &mut Vec<u8>) -> Result<Option<Self>> {
        let Some((&kind, rest)) = read.split_first() else { return Ok(None) };
        let Some(body) = body_of(rest)? else { return Ok(None) };
        let message = Self::new(kind, body);
        read.drain(..message.body.len().saturating_add(5));
        Ok(Some(message))
    }

    /// The text of a simple query.
    pub fn text(&self) -> String {
        let text = self.body.strip_suffix(&[0]).unwrap_or(&self.body);
        String::from_utf8_lossy(text).into_owned()
    }

    /// A field of an error: `b'C'` is its SQLSTATE, `b'M'` its message.
    pub fn field(&self, name: u8) -> Option<String> {
        let mut fields = self.body.split(|&byte| byte == 0);
        let found = fields.find_map(|field| field.strip_prefix(&[name]))?;
        Some(String::from_utf8_lossy(found).into_owned())
    }

    /// The columns of a row, as text; NULL is an empty text.
    pub fn columns(&self) -> Vec<String> {
        let mut rest = self.body.get(2..).unwrap_or_default();
        let mut columns = Vec::new();
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            // NULL has the length -1.
            let length = usize::try_from(i32::from_be_bytes(*length)).unwrap_or(0);
            let (column, after) = after.split_at_checked(length).unwrap_or((after, &[]));
            columns.push(String::from_utf8_lossy(column).into_owned());
            rest = after;
        }
        columns
    }
}

/// The first message of a connection, which has no type: its first word, and all of it.
///
/// # Errors
/// What was read cannot be one.
pub fn take_first(read: &mut Vec<u8>) -> Result<Option<(u32, Vec<u8>)>> {
    let Some(body) = body_of(read)? else { return Ok(None) };
    let word = body.first_chunk::<4>().ok_or(ErrorKind::InvalidData)?;
    let word = u32::from_be_bytes(*word);
    let all = read.drain(..body.len().saturating_add(4)).collect();
    Ok(Some((word, all)))
}

/// The first message of a session.
pub fn startup(user: &str, database: &str) -> Vec<u8> {
    let mut body = VERSION.to_be_bytes().to_vec();
    body.extend(zeroed(&["user", user, "database", database, ""]));
    let mut all = length(body.len().saturating_add(4)).to_vec();
    all.extend(body);
    all
}

/// What follows a length, if all of it is there.
fn body_of(read: &[u8]) -> Result<Option<Vec<u8>>> {
    let Some((length, rest)) = read.split_first_chunk::<4>() else { return Ok(None) };
    let length = usize::try_from(u32::from_be_bytes(*length)).ok();
    let length = length.and_then(|length| length.checked_sub(4)).filter(|n| *n <= LONGEST);
    let length = length.ok_or_else(|| Error::other("not PostgreSQL's protocol"))?;
    Ok(rest.get(..length).map(<[u8]>::to_vec))
}

fn length(bytes: usize) -> [u8; 4] {
    // Nothing that a test sends comes near; the server would refuse it.
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

fn zeroed(texts: &[&str]) -> Vec<u8> {
    texts.iter().flat_map(|text| text.bytes().chain([0])).collect()
}
