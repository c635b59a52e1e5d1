//! `PgBouncer` in front of a server, as many run PostgreSQL.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};

use crate::guardian::{Guardian, free_port};
use crate::{Database, Error, Server, binaries};

/// A `PgBouncer` that pools by transaction: a client has a connection to the server for as long as
/// a transaction, and nothing of its session lasts longer. Eight connections for each database.
#[derive(Debug)]
pub struct Bouncer {
    address: SocketAddr,
    _guardian: Guardian,
}

impl Bouncer {
    /// Starts one in front of the server and waits until it takes connections.
    ///
    /// # Errors
    /// `pgbouncer` is missing, or does not start; with the end of its log.
    pub fn start(server: &Server) -> Result<Self, Error> {
        let program = binaries::program("pgbouncer", "pgbouncer")?.display().to_string();
        let mut guardian = Guardian::new("PgBouncer", "TERM")?;
        let file = guardian.folder().join("pgbouncer.ini");
        let (host, port) = (server.address().ip(), server.address().port());
        // Between the look at a port and its use, somebody else may take it.
        let mut tries = 0..3;
        loop {
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?));
            let text = format!(
                "[databases]\n* = host={host} port={port} user={}\n\
                 [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\nunix_socket_dir =\n\
                 auth_type = any\npool_mode = transaction\ndefault_pool_size = 8\n\
                 max_client_conn = 1000\n",
                server.user(),
                address.port(),
            );
            std::fs::write(&file, text).map_err(Error::io(file.display().to_string()))?;
            let command = [program.clone(), file.display().to_string()];
            match guardian.start(&command, |_| TcpStream::connect(address).is_ok()) {
                Err(Error::NotReady { log, .. })
                    if log.contains("Address already in use") && tries.next().is_some() => {}
                Err(error) => return Err(error),
                Ok(_) => return Ok(Self { address, _guardian: guardian }),
            }
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of a database by way of it.
    pub fn url(&self, database: &Database) -> String {
        database.url_by(self.address)
    }
}
