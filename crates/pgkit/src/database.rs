//! Databases on a server, and statements by hand.

use std::net::{SocketAddr, ToSocketAddrs};

use crate::Error;
use crate::raw::Client;
use crate::wire::Message;

/// Where a server is, and as whom one connects.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) user: String,
    pub(crate) address: SocketAddr,
}

impl Place {
    /// From `postgres://user@host:port`; nothing when it does not look like that, or when there is
    /// no such host.
    pub(crate) fn read(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"))?;
        let (user, address) = rest.strip_suffix('/').unwrap_or(rest).split_once('@')?;
        if user.is_empty() || user.contains([':', '/']) {
            return None;
        }
        let mut found: Vec<SocketAddr> = address.to_socket_addrs().ok()?.collect();
        // Of a name with both, the one that a server of tests listens on.
        found.sort_by_key(SocketAddr::is_ipv6);
        Some(Self { user: user.to_owned(), address: found.first().copied()? })
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://{}@{}", self.user, self.address)
    }

    /// What the statements return: columns between `|`, a row a line.
    pub(crate) fn run_sql(&self, database: &str, sql: &str) -> Result<String, Error> {
        let messages = Client::connect(self.address, &self.user, database)
            .and_then(|mut client| client.query(sql));
        let messages = messages.map_err(|source| {
            let at = format!("{}/{database}", self.address);
            Error::Connection { at, source }
        })?;
        if let Some(error) = messages.iter().find(|message| message.kind == b'E') {
            let field = |name| error.field(name).unwrap_or_default();
            let (code, message) = (field(b'C'), field(b'M'));
            return Err(Error::Sql { code, message, sql: sql.to_owned() });
        }
        let rows = messages.iter().filter(|message| message.kind == b'D');
        let rows: Vec<String> = rows.map(|row: &Message| row.columns().join("|")).collect();
        Ok(rows.join("\n"))
    }
}

/// Runs statements as one text in a database of any server that wants no password. Returns the rows,
/// one a line, columns between `|`, NULL as nothing.
///
/// # Errors
/// The server cannot be reached, or refuses.
pub fn run_sql(
    address: SocketAddr,
    user: &str,
    database: &str,
    sql: &str,
) -> Result<String, Error> {
    Place { user: user.to_owned(), address }.run_sql(database, sql)
}

/// A database of one test, dropped with this value.
#[derive(Debug)]
pub struct Database {
    place: Place,
    name: String,
}

impl Database {
    pub(crate) fn new(place: &Place) -> Result<Self, Error> {
        Self::from_template(place, "template0")
    }

    fn from_template(place: &Place, template: &str) -> Result<Self, Error> {
        // Unique over all processes that share the server, on whatever machines they run.
        let name = format!("test_{}_{:016x}", std::process::id(), fastrand::u64(..));
        place.run_sql(
            "postgres",
            &format!("create database {name} template {template} strategy wal_log"),
        )?;
        Ok(Self { place: place.clone(), name })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its address: `postgres://user@host:port/name`.
    pub fn url(&self) -> String {
        format!("{}/{}", self.place.url(), self.name)
    }

    /// Its address by way of something that stands in front of the server.
    pub fn url_by(&self, address: SocketAddr) -> String {
        format!("postgres://{}@{address}/{}", self.place.user, self.name)
    }

    /// A copy of what was committed, under another name. Whoever is connected loses the connection.
    ///
    /// # Panics
    /// It cannot be made: a test that cannot be set up has failed.
    #[expect(clippy::panic, reason = "a test that cannot be set up has failed")]
    pub fn copy(&self) -> Self {
        let end = format!(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{}'",
            self.name
        );
        let copied = self
            .place
            .run_sql("postgres", &end)
            .and_then(|_| Self::from_template(&self.place, &self.name));
        copied.unwrap_or_else(|error| panic!("{error}"))
    }

    /// Runs statements as one text, past whatever stands in front of the server. Returns the rows,
    /// one a line, columns between `|`, NULL as nothing.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub fn run_sql(&self, sql: &str) -> Result<String, Error> {
        self.place.run_sql(&self.name, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // On a server that a test has stopped it cannot be dropped, and goes with the server.
        let sql = format!("drop database if exists {} with (force)", self.name);
        drop(self.place.run_sql("postgres", &sql));
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn addresses_are_read() {
        for url in ["postgres://me@127.0.0.1:5432", "postgresql://me@127.0.0.1:5432/"] {
            assert_eq!(Place::read(url).unwrap().url(), "postgres://me@127.0.0.1:5432");
        }
        for url in [
            "",
            "127.0.0.1:5432",
            "mysql://me@127.0.0.1:5432",
            "postgres://127.0.0.1:5432",
            "postgres://me@127.0.0.1",
            "postgres://me@:5432",
            "postgres://me:secret@127.0.0.1:5432",
            "postgres://me@127.0.0.1:5432/name",
            "postgres://me@127.0.0.1:65536",
        ] {
            assert!(Place::read(url).is_none(), "{url}");
        }
    }
}
