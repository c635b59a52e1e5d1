//! A temporary PostgreSQL.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use crate::database::Place;
use crate::guardian::{Guardian, free_port};
use crate::{Database, Error, binaries, poll, tls};

/// The superuser of every server, who needs no password.
const USER: &str = "tradecounter";

/// Names a server that is there already: `postgres://user@host:port`.
const VARIABLE: &str = "TRADECOUNTER_TEST_POSTGRES";

/// How often a start is tried again while processes of the server that was killed still end, every
/// hundredth of a second and the time of a start.
const RETRIES: u32 = 500;

/// What kind of server.
#[derive(Clone, Debug)]
pub struct Options {
    /// False: nothing is synced to the disk, which is faster; for tests of logic. True: as
    /// PostgreSQL comes; for what kills it, and for measuring.
    pub durable: bool,
    /// Connections at once.
    pub max_connections: u32,
    /// Offers TLS, beside connections without.
    pub tls: bool,
    /// Further settings of `postgresql.conf`: name and value.
    pub settings: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { durable: false, max_connections: 200, tls: false, settings: Vec::new() }
    }
}

/// A PostgreSQL on the loopback address, in UTF-8 and the C locale, for which nobody needs a
/// password. It ends, and its folder goes, with this value or with the process, however that ends.
#[derive(Debug)]
pub struct Server {
    place: Place,
    /// Nothing when somebody else started it.
    own: Option<Own>,
}

#[derive(Debug)]
struct Own {
    guardian: Mutex<Running>,
    folder: PathBuf,
    command: Vec<String>,
}

#[derive(Debug)]
struct Running {
    guardian: Guardian,
    /// Nothing while it is stopped.
    process: Option<u32>,
}

impl Server {
    /// Starts one and waits until it is ready.
    ///
    /// # Errors
    /// A program is missing, or it does not start; with the end of its log.
    pub fn start(options: &Options) -> Result<Self, Error> {
        let programs = binaries::postgres()?;
        let program = |name: &str| programs.join(name).display().to_string();
        let mut guardian = Guardian::new("PostgreSQL", "QUIT")?;
        let folder = guardian.folder().to_path_buf();
        let data = folder.join("data").display().to_string();
        let words =
            |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let (initdb, user) = (program("initdb"), format!("--username={USER}"));
        let mut command = words(&[&initdb, "-D", &data, &user, "--auth=trust"]);
        command.extend(words(&["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]));
        guardian.run("initdb", &command)?;
        let certificate = if options.tls { tls::make(&mut guardian)?.to_vec() } else { Vec::new() };
        configure(&folder, options, &certificate)?;

        // Between the look at a port and its use, somebody else may take it.
        let mut tries = 0..3;
        loop {
            let port = free_port()?;
            let command = words(&[&program("postgres"), "-D", &data, "-p", &port.to_string()]);
            match guardian.start(&command, |process| ready(&folder, process)) {
                Err(Error::NotReady { log, .. })
                    if log.contains("Address already in use") && tries.next().is_some() => {}
                Err(error) => return Err(error),
                Ok(process) => {
                    let address = (Ipv4Addr::LOCALHOST, port).into();
                    let place = Place { user: USER.to_owned(), address };
                    let running = Running { guardian, process: Some(process) };
                    let own = Own { guardian: Mutex::new(running), folder, command };
                    return Ok(Self { place, own: Some(own) });
                }
            }
        }
    }

    /// One server for the whole process, not durable: the one that `TRADECOUNTER_TEST_POSTGRES`
    /// names (`postgres://user@host:port`), or else one that is started now. Tests do not stop it:
    /// others use it at the same time.
    ///
    /// # Panics
    /// There is none to be had: a test that cannot be set up has failed.
    #[expect(clippy::panic, reason = "a test that cannot be set up has failed")]
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| {
            Self::of_test_command()
                .unwrap_or_else(|| Self::start(&Options::default()))
                .unwrap_or_else(|error| panic!("{error}"))
        })
    }

    #[expect(clippy::disallowed_methods, reason = "set by the test command, not configuration")]
    fn of_test_command() -> Option<Result<Self, Error>> {
        let value = std::env::var(VARIABLE).ok().filter(|value| !value.is_empty())?;
        let place = Place::read(&value);
        Some(match place {
            Some(place) => Ok(Self { place, own: None }),
            None => Err(Error::Address { name: VARIABLE, value }),
        })
    }

    /// A new database.
    ///
    /// # Panics
    /// There is none to be had: a test that cannot be set up has failed.
    #[expect(clippy::panic, reason = "a test that cannot be set up has failed")]
    pub fn database(&self) -> Database {
        Database::new(&self.place).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Its address, without a database: `postgres://user@host:port`.
    pub fn url(&self) -> String {
        self.place.url()
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.place.address
    }

    /// Its superuser, who needs no password.
    pub fn user(&self) -> &str {
        &self.place.user
    }

    /// Runs statements as one text in a database. Returns the rows, one a line, columns between
    /// `|`, NULL as nothing.
    ///
    /// # Errors
    /// The server cannot be reached, or refuses.
    pub fn run_sql(&self, database: &str, sql: &str) -> Result<String, Error> {
        self.place.run_sql(database, sql)
    }

    /// The certificate that a client must trust; with [`Options::tls`].
    pub fn ca_file(&self) -> Option<PathBuf> {
        let file = self.own.as_ref()?.folder.join(tls::CA);
        file.exists().then_some(file)
    }

    /// Its folder; nothing when somebody else started it.
    pub fn folder(&self) -> Option<&Path> {
        self.own.as_ref().map(|own| own.folder.as_path())
    }

    /// Its process; nothing while it is stopped, and when somebody else started it.
    pub fn process(&self) -> Option<u32> {
        self.running().ok().and_then(|(_, running)| running.process)
    }

    /// Ends it as an operator would who does not wait for clients: their connections are closed,
    /// what was committed is on the disk. Does nothing when it is stopped.
    ///
    /// # Errors
    /// It is not ours, or the process that holds it is gone.
    pub fn stop(&self) -> Result<(), Error> {
        self.end("INT")
    }

    /// Starts it on the same folder and port, and waits until it is ready. Does nothing when it
    /// runs.
    ///
    /// # Errors
    /// It is not ours, or does not start; with the end of its log.
    pub fn start_again(&self) -> Result<(), Error> {
        let (own, mut running) = self.running()?;
        if running.process.is_some() {
            return Ok(());
        }
        let started = poll(RETRIES, || {
            let started = running.guardian.start(&own.command, |id| ready(&own.folder, id));
            // Sessions outlive a killed server for a moment, and hold its memory.
            let held = matches!(&started, Err(Error::NotReady { log, .. })
                if log.contains("pre-existing shared memory block"));
            (!held).then_some(started)
        });
        running.process = Some(started.unwrap_or(Err(Error::NotReady {
            program: "PostgreSQL",
            how: "could not start: sessions of the one that was killed do not end",
            file: own.folder.join("log"),
            log: String::new(),
        }))?);
        Ok(())
    }

    /// [`Server::stop`] and [`Server::start_again`].
    ///
    /// # Errors
    /// Theirs.
    pub fn restart(&self) -> Result<(), Error> {
        self.stop()?;
        self.start_again()
    }

    /// Kills its first process with SIGKILL, which ends its sessions without a word, and starts it
    /// again: it recovers from its log.
    ///
    /// # Errors
    /// Those of [`Server::start_again`].
    pub fn kill(&self) -> Result<(), Error> {
        self.end("KILL")?;
        self.start_again()
    }

    fn end(&self, signal: &str) -> Result<(), Error> {
        let (_, mut running) = self.running()?;
        if running.process.take().is_some() {
            running.guardian.end(signal)?;
        }
        Ok(())
    }

    fn running(&self) -> Result<(&Own, MutexGuard<'_, Running>), Error> {
        let own = self.own.as_ref().ok_or_else(|| Error::NotOurs { at: self.url() })?;
        Ok((own, own.guardian.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Appends the settings to what `initdb` wrote.
fn configure(folder: &Path, options: &Options, more: &[(String, String)]) -> Result<(), Error> {
    let mut text = format!(
        "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = {}\n",
        options.max_connections
    );
    if !options.durable {
        text.push_str("fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n");
    }
    for (name, value) in more.iter().chain(&options.settings) {
        text.push_str(&format!("{name} = '{}'\n", value.replace('\'', "''")));
    }
    let file = folder.join("data").join("postgresql.conf");
    let append = || {
        use std::io::Write;
        std::fs::OpenOptions::new().append(true).open(&file)?.write_all(text.as_bytes())
    };
    append().map_err(Error::io(file.display().to_string()))
}

/// Whether this process says in its file that it takes connections. The file of one that was killed
/// stays, with another process in it.
fn ready(folder: &Path, process: u32) -> bool {
    let text = std::fs::read_to_string(folder.join("data").join("postmaster.pid"));
    let text = text.unwrap_or_default();
    let mut lines = text.lines().map(str::trim);
    lines.next() == Some(&process.to_string()) && lines.nth(6) == Some("ready")
}
