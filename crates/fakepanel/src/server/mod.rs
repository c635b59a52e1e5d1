//! The panel behind a port, for real processes.

mod clock;
mod connection;
mod control;
mod door;
mod http;
mod record;
mod shared;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use crate::amount::Amount;
use crate::error::Error;
use crate::faults::Rule;
use crate::panel::{Outcome, Panel};

use door::Door;
use record::Record;
use shared::Shared;
pub use shared::{Command, Mode};

/// A panel behind a port, with a thread of its own. It ends when it is dropped.
pub struct Server {
    address: SocketAddr,
    control: Option<SocketAddr>,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves a panel at this address; a port of 0 is any that is free. The panel is told microseconds
    /// since 1970.
    ///
    /// # Errors
    /// No port or no thread is to be had.
    pub fn start(panel: Panel, listen: SocketAddr) -> Result<Self, Error> {
        Self::begin(panel, None, listen, None)
    }

    /// The same, steered and looked at through another port by other processes.
    ///
    /// # Errors
    /// No port or no thread is to be had.
    pub fn start_with_control(
        panel: Panel,
        listen: SocketAddr,
        control: SocketAddr,
    ) -> Result<Self, Error> {
        Self::begin(panel, None, listen, Some(control))
    }

    /// The same, steered from outside or not, and what the panel does is kept in a file: a panel of the
    /// same settings and seed goes on from there, whether its process has ended or was killed. Rules
    /// and modes are not kept. What only a power cut can take is not waited for.
    ///
    /// # Errors
    /// As above; or another panel has the file, or one of other settings has written it.
    pub fn start_kept(
        mut panel: Panel,
        file: &Path,
        listen: SocketAddr,
        control: Option<SocketAddr>,
    ) -> Result<Self, Error> {
        let record = Record::open(file, &mut panel)?;
        Self::begin(panel, Some(record), listen, control)
    }

    fn begin(
        panel: Panel,
        record: Option<Record>,
        listen: SocketAddr,
        control: Option<SocketAddr>,
    ) -> Result<Self, Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::io("the runtime"))?;
        let open = |address: SocketAddr| {
            let _inside = runtime.enter();
            let mut door = Door::new(address)?;
            door.open()?;
            Ok(door)
        };
        let told = |address| Error::io(format!("listen on {address}"));
        let opened = open(listen).map_err(told(listen)).and_then(|door| {
            let steered = control.map(|address| open(address).map_err(told(address)));
            Ok((door, steered.transpose()?))
        });
        let (door, steered) = match opened {
            Ok(doors) => doors,
            Err(error) => {
                // Whoever begins a server in a runtime of its own must not wait for this one.
                runtime.shutdown_background();
                return Err(error);
            }
        };
        let address = door.address();
        let control = steered.as_ref().map(Door::address);
        let (shared, news) = Shared::new(panel, record);
        let shared = Arc::new(shared);
        let (stop, stopped) = oneshot::channel();
        let (serving, steering) = (Arc::clone(&shared), Arc::clone(&shared));
        let run = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = door::keep(door, serving, news) => {}
                    () = control::keep(steered, steering) => {}
                    // Also when the other end is gone.
                    _ = stopped => {}
                }
            });
        };
        let thread = std::thread::Builder::new()
            .name("fakepanel".to_owned())
            .spawn(run)
            .map_err(Error::io("a thread"))?;
        Ok(Self { address, control, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is steered from, if it is.
    pub const fn control(&self) -> Option<SocketAddr> {
        self.control
    }

    /// The URL that clients are given. Every path is the panel's.
    pub fn url(&self) -> String {
        format!("http://{}/api/v2", self.address)
    }

    /// The time that the panel is told, in microseconds.
    pub fn now_us(&self) -> u64 {
        self.shared.now_us()
    }

    /// Looks at the panel as it is now. Nothing is served meanwhile.
    pub fn look<T>(&self, look: impl FnOnce(&Panel) -> T) -> T {
        self.shared.look(look)
    }

    /// Changes something. When this returns, it is so: also for connections.
    ///
    /// # Errors
    /// What is asked makes no sense.
    pub fn command(&self, command: Command) -> Result<(), Error> {
        let (heard, hears) = std::sync::mpsc::channel();
        // Nobody says or hears anything more when the server has ended.
        let done = Box::new(move || heard.send(()).unwrap_or_default());
        self.shared.command(command, done)?;
        hears.recv().unwrap_or_default();
        Ok(())
    }

    /// From now on these rules, see [`Panel::set_faults`].
    ///
    /// # Errors
    /// One of them can never do anything.
    pub fn set_faults(&self, rules: Vec<Rule>) -> Result<(), Error> {
        self.command(Command::Faults(rules))
    }

    /// Gives an account this balance.
    ///
    /// # Errors
    /// There is no account of that name.
    pub fn set_balance(&self, account: &str, balance: Amount) -> Result<(), Error> {
        self.command(Command::Balance { account: account.to_owned(), balance })
    }

    /// Decides how an order ends, see [`Panel::force`].
    ///
    /// # Errors
    /// There is no such order, or it has ended and cannot go back to what is asked.
    pub fn force(&self, order: u64, outcome: Outcome) -> Result<(), Error> {
        self.command(Command::Outcome { order, outcome })
    }

    /// Gives no order this id from now on, or a lower one.
    ///
    /// # Errors
    /// It cannot be written down.
    pub fn set_ids_above(&self, last: u64) -> Result<(), Error> {
        self.command(Command::IdsAbove(last))
    }

    /// Lets it serve, pause, or be gone.
    pub fn set_mode(&self, mode: Mode) {
        // A mode is always possible.
        drop(self.command(Command::Mode(mode)));
    }

    /// Ends it: all connections with it, and the port is free. The panel can still be looked at.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, its panic has been printed.
            drop(thread.join());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .field("control", &self.control)
            .finish_non_exhaustive()
    }
}
