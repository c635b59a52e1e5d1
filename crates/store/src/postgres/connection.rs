//! One connection, driven by whoever uses it.

use super::failure::text;
use super::options::{CONNECT_WITHIN, Options};
use super::param::Param;
use crate::moving::rows::Rows;
use bytes::Bytes;
use futures_util::{TryStreamExt, future, pin_mut};
use std::pin::Pin;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::config::SslMode;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, Error, NoTls, Row};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// A connection. Its runtime is the thread that uses it: a statement is sent and its answer read
/// without waking another thread. So it may neither be used nor dropped by a thread that runs
/// asynchronous tasks.
pub(super) struct Connection {
    client: Client,
    runtime: Runtime,
}

/// Most statements that are sent together.
const TOGETHER: usize = 16;

/// Rows, and how many were changed.
pub(super) type Outcome = Result<(Vec<Row>, u64), Error>;

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

impl Connection {
    /// Connects. The text says why not.
    pub(super) fn open(options: &Options) -> Result<Self, String> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        let tls = match options.config.get_ssl_mode() {
            SslMode::Disable => None,
            _ => Some(MakeRustlsConnect::new(tls(options)?)),
        };
        let mut refused = String::from("no host is given");
        for (number, config) in options.hosts.in_turn() {
            let within = config.get_connect_timeout().copied().unwrap_or(CONNECT_WITHIN);
            // All of it, until it takes statements: a host may take a connection and then say nothing.
            let connecting =
                async { tokio::time::timeout(within, begin(config, tls.clone())).await };
            match runtime.block_on(connecting) {
                Ok(Ok((client, driver))) => {
                    runtime.spawn(driver);
                    options.hosts.took(number);
                    return Ok(Self { client, runtime });
                }
                Ok(Err(error)) => refused = text(&error),
                Err(_) => refused = format!("no answer within {} s", within.as_secs()),
            }
        }
        Err(refused)
    }

    /// Runs a statement.
    pub(super) fn run(&self, text: &str, params: Vec<(Param<'_>, Type)>) -> Outcome {
        self.runtime.block_on(self.statement(text, params))
    }

    /// Runs statements one after the other, without waiting for one before the next is sent; `before`
    /// in front of them when it is given, whose failure is the error. After one that fails, the others
    /// fail too.
    pub(super) fn run_all(
        &self,
        before: Option<&str>,
        statements: Vec<(&str, Vec<(Param<'_>, Type)>)>,
    ) -> Result<Vec<Outcome>, Error> {
        self.runtime.block_on(async {
            let begin = async {
                match before {
                    Some(before) => self.client.batch_execute(before).await,
                    None => Ok(()),
                }
            };
            let mut statements = statements.into_iter();
            // So few are polled in their order, so they are sent in it.
            let mut next = || {
                future::join_all(
                    statements
                        .by_ref()
                        .take(TOGETHER)
                        .map(|(text, params)| self.statement(text, params)),
                )
            };
            let (begun, mut outcomes) = future::join(begin, next()).await;
            begun?;
            loop {
                let more = next().await;
                if more.is_empty() {
                    return Ok(outcomes);
                }
                outcomes.extend(more);
            }
        })
    }

    /// Runs a statement and COMMIT behind it in one round trip: what became of each. When the
    /// statement fails, COMMIT rolls back.
    pub(super) fn run_and_commit(
        &self,
        text: &str,
        params: Vec<(Param<'_>, Type)>,
    ) -> (Outcome, Result<(), Error>) {
        let commit = self.client.batch_execute("commit");
        self.runtime.block_on(future::join(self.statement(text, params), commit))
    }

    /// As [`Self::run_and_commit`], with a question behind COMMIT in the same round trip.
    pub(super) fn run_and_commit_and_ask(
        &self,
        text: &str,
        params: Vec<(Param<'_>, Type)>,
        question: &str,
    ) -> (Outcome, Result<(), Error>, Outcome) {
        let commit = self.client.batch_execute("commit");
        let asked = self.statement(question, Vec::new());
        self.runtime.block_on(future::join3(self.statement(text, params), commit, asked))
    }

    /// Runs a statement, and another one behind it in the same round trip.
    pub(super) fn run_and_ask(
        &self,
        text: &str,
        params: Vec<(Param<'_>, Type)>,
        question: &str,
    ) -> (Outcome, Outcome) {
        let asked = self.statement(question, Vec::new());
        self.runtime.block_on(future::join(self.statement(text, params), asked))
    }

    /// Without a name and with its types: the server needs to remember nothing.
    async fn statement(&self, text: &str, params: Vec<(Param<'_>, Type)>) -> Outcome {
        let stream = self.client.query_typed_raw(text, params).await?;
        pin_mut!(stream);
        let mut rows = Vec::new();
        while let Some(row) = stream.try_next().await? {
            rows.push(row);
        }
        Ok((rows, stream.rows_affected().unwrap_or(0)))
    }

    /// Runs statements without parameters.
    pub(super) fn execute(&self, text: &str) -> Result<(), Error> {
        self.runtime.block_on(self.client.batch_execute(text))
    }

    /// Writes rows: one statement.
    pub(super) fn copy_in(&self, text: &str, types: &[Type], rows: &Rows) -> Result<(), Error> {
        self.runtime.block_on(async {
            let sink = self.client.copy_in::<_, Bytes>(text).await?;
            let writer = BinaryCopyInWriter::new(sink, types);
            pin_mut!(writer);
            for row in rows.each() {
                writer.as_mut().write_raw(row.iter().map(|cell| Param::One(cell.val()))).await?;
            }
            writer.finish().await.map(|_| ())
        })
    }

    /// The types of a statement's parameters.
    pub(super) fn describe(&self, text: &str) -> Result<Vec<Type>, Error> {
        self.runtime.block_on(async { Ok(self.client.prepare(text).await?.params().to_vec()) })
    }
}

/// What carries a connection's messages for as long as it lasts.
type Driver = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Connects to a host.
async fn begin(config: &Config, tls: Option<MakeRustlsConnect>) -> Result<(Client, Driver), Error> {
    // How a connection ends is told to whoever uses it.
    match tls {
        None => {
            let (client, connection) = config.connect(NoTls).await?;
            Ok((client, Box::pin(async move { drop(connection.await) })))
        }
        Some(tls) => {
            let (client, connection) = config.connect(tls).await?;
            Ok((client, Box::pin(async move { drop(connection.await) })))
        }
    }
}

/// TLS with the server's certificate checked, by the authorities that are named or those of the
/// system.
fn tls(options: &Options) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    match &options.root_certificates {
        Some(path) => {
            let unreadable =
                |error: &dyn std::fmt::Display| format!("sslrootcert {}: {error}", path.display());
            let file = CertificateDer::pem_file_iter(path).map_err(|e| unreadable(&e))?;
            for certificate in file {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                roots.add(certificate).map_err(|error| unreadable(&error))?;
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
    }
    if roots.is_empty() {
        return Err(String::from(
            "TLS: no authority's certificate was found; give sslrootcert=PATH",
        ));
    }
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
