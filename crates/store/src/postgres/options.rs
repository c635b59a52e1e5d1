//! The URL of a PostgreSQL database, with what may be set in it.

use super::hosts::Hosts;
use crate::OpenError;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};

/// What the engine is told.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(super) config: Config,
    /// The same, host by host.
    pub(super) hosts: Hosts,
    /// Hosts and database, as errors name them: without user and password.
    pub(super) shown: String,
    pub(super) isolation: Isolation,
    /// Connections that write.
    pub(super) writers: usize,
    /// Connections that read.
    pub(super) readers: usize,
    /// Whether only a COMMIT counts that has waited for a standby.
    pub(super) standby_required: bool,
    /// Certificates of authorities that are trusted, as a PEM file; those of the system otherwise.
    pub(super) root_certificates: Option<PathBuf>,
}

/// How far units that write are kept apart by the database. Every unit is right under the weaker
/// one; the stronger one is for who does not want to believe that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Isolation {
    ReadCommitted,
    Serializable,
}

/// Most connections of a kind.
const CONNECTIONS_MAX: usize = 256;

/// Units that may wait; more are refused at once.
pub(super) const QUEUE: usize = 4_096;

/// How long a server may take to take a connection.
pub(super) const CONNECT_WITHIN: Duration = Duration::from_secs(3);

/// How long a server may stay silent on the network, before the connection counts as lost. A machine
/// that vanishes closes no connections.
const SILENT_FOR: Duration = Duration::from_secs(6);
const ASK_EVERY: Duration = Duration::from_secs(2);

impl Options {
    /// Whether a URL is one of PostgreSQL.
    pub(crate) fn concerns(url: &str) -> bool {
        url.starts_with("postgres:") || url.starts_with("postgresql:")
    }

    /// Reads `postgres://USER:PASSWORD@HOST:PORT,HOST:PORT/DATABASE?…`. Beside the parameters that
    /// every client of PostgreSQL knows: `isolation` (`read_committed`, `serializable`), `writers`,
    /// `readers` (numbers of connections), `synchronous` (`required`, `unchecked`) and `sslrootcert`. With TLS the server's certificate is
    /// always checked. Without `sslmode`, TLS is used unless every host is this machine.
    pub(crate) fn read(url: &str) -> Result<Self, OpenError> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut options = Self {
            config: Config::new(),
            hosts: Hosts::default(),
            shown: String::new(),
            isolation: Isolation::ReadCommitted,
            writers: 4,
            readers: 8,
            standby_required: false,
            root_certificates: None,
        };
        let mut rest = Vec::new();
        let mut tls = None;
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match name {
                "isolation" => {
                    options.isolation = match value {
                        "read_committed" => Isolation::ReadCommitted,
                        "serializable" => Isolation::Serializable,
                        _ => return Err(wrong("isolation is read_committed or serializable")),
                    }
                }
                "synchronous" => {
                    options.standby_required = match value {
                        "required" => true,
                        "unchecked" => false,
                        _ => return Err(wrong("synchronous is required or unchecked")),
                    }
                }
                "writers" => options.writers = connections("writers", value)?,
                "readers" => options.readers = connections("readers", value)?,
                "sslmode" => {
                    tls = match value {
                        "disable" => Some(SslMode::Disable),
                        "require" | "verify-full" => Some(SslMode::Require),
                        _ => return Err(wrong("sslmode is disable, require or verify-full")),
                    }
                }
                "sslrootcert" => options.root_certificates = Some(PathBuf::from(value)),
                _ => rest.push(pair),
            }
        }
        // Else what is behind it in a password would be taken for a host, a database or a parameter,
        // and those are shown.
        if base.matches('@').count() > 1 || rest.iter().any(|pair| pair.contains('@')) {
            return Err(wrong(
                "only the `@` in front of the host may be written so: percent-encode `@`, `/` and `?` \
                 in a user, a password or a parameter, as %40, %2F and %3F",
            ));
        }
        let plain =
            if rest.is_empty() { base.to_owned() } else { format!("{base}?{}", rest.join("&")) };
        let mut config =
            Config::from_str(&plain).map_err(|error| wrong(&super::failure::text(&error)))?;
        if config.get_hosts().is_empty() {
            return Err(wrong("no host is given"));
        }
        if config.get_dbname().is_none() {
            return Err(wrong("no database is named"));
        }
        if config.get_application_name().is_none() {
            config.application_name("tradecounter");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WITHIN);
        }
        // Never a standby: it shows what was, and takes no order.
        config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        let local = config.get_hosts().iter().all(on_this_machine);
        let usual = if local { SslMode::Disable } else { SslMode::Require };
        config.ssl_mode(tls.unwrap_or(usual));
        config.tcp_user_timeout(SILENT_FOR);
        config.keepalives_idle(SILENT_FOR);
        // Where everything that was sent has been received, the limit above only begins with the next
        // question whether the other end is still there.
        config.keepalives_interval(ASK_EVERY);
        config.keepalives_retries(2);
        options.shown = shown(&config);
        options.hosts = Hosts::of(&config);
        options.config = config;
        Ok(options)
    }

    /// Hosts and database, without user and password.
    pub(crate) fn shown(&self) -> &str {
        &self.shown
    }

    /// How a unit that writes begins. One that asks for nothing for five seconds is ended by the server,
    /// and its locks with it: its process was stopped, and must not stop all others. Set for the
    /// transaction and in the round trip that begins it, because a pooler lets nothing be set for a
    /// session. There is no limit to how long a statement runs or waits: it would count at COMMIT too.
    pub(super) const fn begin(&self) -> &'static str {
        match self.isolation {
            Isolation::ReadCommitted => {
                "begin isolation level read committed read write; \
                 set local idle_in_transaction_session_timeout = 5000"
            }
            Isolation::Serializable => {
                "begin isolation level serializable read write; \
                 set local idle_in_transaction_session_timeout = 5000"
            }
        }
    }
}

fn wrong(message: &str) -> OpenError {
    OpenError::PostgresUrl { message: message.to_owned() }
}

fn connections(name: &str, value: &str) -> Result<usize, OpenError> {
    let count = value.parse().ok().filter(|count| (1..=CONNECTIONS_MAX).contains(count));
    count.ok_or_else(|| wrong(&format!("{name} is a number from 1 to {CONNECTIONS_MAX}")))
}

fn on_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn shown(config: &Config) -> String {
    let ports = config.get_ports();
    let hosts = config.get_hosts().iter().enumerate().map(|(at, host)| {
        let port = ports.get(at).or_else(|| ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => format!("{name}:{port}"),
            #[cfg(unix)]
            Host::Unix(path) => format!("{}:{port}", path.display()),
        }
    });
    let hosts: Vec<String> = hosts.collect();
    format!("postgres://{}/{}", hosts.join(","), config.get_dbname().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_parameters_are_taken_and_the_rest_is_handed_on() {
        let url = "postgres://u:geheim@a:1,b:2/shop?isolation=serializable&writers=3\
                   &connect_timeout=9&readers=2&sslrootcert=/ca.pem&synchronous=required";
        let options = Options::read(url).unwrap();
        assert_eq!(options.shown, "postgres://a:1,b:2/shop");
        assert_eq!((options.writers, options.readers), (3, 2));
        assert_eq!(options.isolation, Isolation::Serializable);
        assert!(options.standby_required);
        assert!(!Options::read("postgres://u@a/shop").unwrap().standby_required);
        assert_eq!(options.config.get_connect_timeout(), Some(&Duration::from_secs(9)));
        assert_eq!(options.config.get_target_session_attrs(), TargetSessionAttrs::ReadWrite);
        assert_eq!(options.root_certificates, Some(PathBuf::from("/ca.pem")));
        assert_eq!(options.config.get_ssl_mode(), SslMode::Require);
    }

    #[test]
    fn only_on_this_machine_tls_is_not_taken_for_granted() {
        for (url, mode) in [
            ("postgres://u@127.0.0.1,localhost/shop", SslMode::Disable),
            ("postgres://u@localhost,db.example/shop", SslMode::Require),
            ("postgres://u@db.example/shop?sslmode=disable", SslMode::Disable),
            ("postgres://u@127.0.0.1/shop?sslmode=verify-full", SslMode::Require),
        ] {
            assert_eq!(Options::read(url).unwrap().config.get_ssl_mode(), mode, "{url}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_and_no_password_is_told() {
        for (url, said) in [
            ("postgres://u:geheim@a/shop?isolation=none", "isolation"),
            ("postgres://u:geheim@a/shop?writers=0", "writers"),
            ("postgres://u:geheim@a/shop?synchronous=on", "synchronous"),
            ("postgres://u:geheim@a/shop?readers=many", "readers"),
            ("postgres://u:geheim@a/shop?sslmode=prefer", "sslmode"),
            ("postgres://u:geheim@a/shop?colour=red", "colour"),
            ("postgres://u:geheim@a", "database"),
            ("postgres://u:geheim@a:port/shop", "port"),
            ("postgres://u:p@geheim@a/shop", "%40"),
            ("postgres://u:p@ge/heim/geheim@a/shop", "%40"),
            ("postgres://u@ge:geheim@a/shop", "%40"),
            ("postgres://u:p?geheim@a/shop", "%3F"),
            ("postgres://u:p@a?geheim=geheim@a/shop", "%3F"),
        ] {
            let error = Options::read(url).unwrap_err().to_string();
            assert!(error.contains(said), "{url}: {error}");
            assert!(!error.contains("geheim"), "{error}");
        }
        let encoded =
            Options::read("postgres://u:p%40ge%2Fh%3Feim@a/shop?sslrootcert=/c@a").unwrap();
        assert_eq!(encoded.config.get_password(), Some(&b"p@ge/h?eim"[..]));
        assert_eq!(encoded.shown, "postgres://a:5432/shop");
        let user = Options::read("postgres://a/shop?user=u%40tenant").unwrap();
        assert_eq!(user.config.get_user(), Some("u@tenant"));
    }
}
