//! What all connections of a server share.

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use crate::amount::Amount;
use crate::error::Error;
use crate::faults::Rule;
use crate::form::Form;
use crate::panel::{Outcome, Panel};
use crate::reaction::{Greeting, Reaction, Reply};
use crate::server::clock::Clock;

/// Whether a server does anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It serves.
    #[default]
    Up,
    /// It does nothing: connections are made, and nothing is read, processed or written.
    Paused,
    /// It is gone: open connections are reset, new ones are refused.
    Down,
}

/// What can be changed while a server runs. As JSON: `{"faults":[…]}`,
/// `{"balance":{"account":"main","balance":"5"}}`, `{"outcome":{"order":23501,"outcome":"canceled"}}`,
/// `{"mode":"down"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// From now on these rules.
    Faults(Vec<Rule>),
    /// Gives an account a balance.
    Balance {
        /// The account's name.
        account: String,
        /// What it has from now on.
        balance: Amount,
    },
    /// Decides how the latest order of an id ends, see [`Panel::force`].
    Outcome {
        /// The order's id.
        order: u64,
        /// How it ends.
        outcome: Outcome,
    },
    /// Lets the server serve, pause, or be gone.
    Mode(Mode),
}

/// Something that the loop which takes connections has to know, and who is told that it does.
pub(crate) struct News {
    /// The mode that holds from now on, where it changed.
    pub(crate) mode: Option<Mode>,
    pub(crate) heard: Box<dyn FnOnce() + Send>,
}

#[derive(Clone, Copy, Debug)]
struct Stage {
    mode: Mode,
    /// How often it went down: who slept meanwhile must know, too.
    downs: u64,
}

pub(crate) struct Shared {
    panel: Mutex<Panel>,
    clock: Clock,
    stage: watch::Sender<Stage>,
    news: mpsc::UnboundedSender<News>,
}

impl Shared {
    pub(crate) fn new(panel: Panel) -> (Self, mpsc::UnboundedReceiver<News>) {
        let (news, heard) = mpsc::unbounded_channel();
        let (stage, _) = watch::channel(Stage { mode: Mode::Up, downs: 0 });
        (Self { panel: Mutex::new(panel), clock: Clock::start(), stage, news }, heard)
    }

    pub(crate) fn now_us(&self) -> u64 {
        self.clock.now_us()
    }

    pub(crate) fn mode(&self) -> Mode {
        self.stage.borrow().mode
    }

    /// Only by the loop that takes connections.
    pub(crate) fn set_mode(&self, mode: Mode) {
        self.stage.send_modify(|stage| {
            stage.mode = mode;
            stage.downs = stage.downs.saturating_add(u64::from(mode == Mode::Down));
        });
    }

    /// How often it went down.
    pub(crate) fn downs(&self) -> u64 {
        self.stage.borrow().downs
    }

    /// Ready as soon as it serves.
    pub(crate) async fn is_up(&self) {
        self.is(|stage| stage.mode == Mode::Up).await;
    }

    /// Ready as soon as it is down, or was since it had gone down so often.
    pub(crate) async fn is_down_since(&self, downs: u64) {
        self.is(|stage| stage.mode == Mode::Down || stage.downs > downs).await;
    }

    async fn is(&self, right: impl Fn(Stage) -> bool) {
        // The sender is here, so there is always one.
        drop(self.stage.subscribe().wait_for(|stage| right(*stage)).await);
    }

    pub(crate) fn handle(&self, form: &Form) -> Reaction {
        let mut panel = self.panel.lock();
        panel.handle(self.clock.now_us(), form)
    }

    pub(crate) fn collect(&self, number: u64) -> Option<Reply> {
        let mut panel = self.panel.lock();
        panel.collect(self.clock.now_us(), number)
    }

    /// What happens to the next connection, and by which of the sets of rules that there were.
    pub(crate) fn greet(&self) -> (Greeting, u64) {
        let mut panel = self.panel.lock();
        (panel.connect(self.clock.now_us()), panel.rules_set)
    }

    /// How many sets of rules there were.
    pub(crate) fn rules_set(&self) -> u64 {
        self.panel.lock().rules_set
    }

    /// The panel as it is now.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Panel) -> T) -> T {
        let mut panel = self.panel.lock();
        panel.advance(self.clock.now_us());
        look(&panel)
    }

    /// Does what is asked. `done` is called when connections that begin from then on meet it; never
    /// when the server has ended.
    pub(crate) fn command(
        &self,
        command: Command,
        done: Box<dyn FnOnce() + Send>,
    ) -> Result<(), Error> {
        let now_us = self.clock.now_us();
        let mode = match command {
            Command::Balance { account, balance } => {
                self.panel.lock().set_balance(now_us, &account, balance)?;
                done();
                return Ok(());
            }
            Command::Outcome { order, outcome } => {
                self.panel.lock().force(now_us, order, outcome)?;
                done();
                return Ok(());
            }
            Command::Faults(rules) => {
                self.panel.lock().set_faults(rules)?;
                None
            }
            Command::Mode(mode) => Some(mode),
        };
        // Nobody hears it any more when the server has ended, and nobody needs to.
        drop(self.news.send(News { mode, heard: done }));
        Ok(())
    }
}
