//! What all connections of a server share.

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, watch};

use crate::amount::Amount;
use crate::error::Error;
use crate::faults::Rule;
use crate::form::Form;
use crate::panel::{Outcome, Panel};
use crate::reaction::{Greeting, How, Reaction, Reply};
use crate::server::clock::Clock;
use crate::server::record::Record;

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
/// `{"ids-above":23999}`, `{"mode":"down"}`.
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
    /// No order gets this id from now on, or a lower one, see [`Panel::set_ids_above`].
    IdsAbove(u64),
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

/// The panel, and where its past is written down, if it is.
struct Kept {
    panel: Panel,
    record: Option<Record>,
}

impl Kept {
    /// Whether all that the panel has done is written down.
    fn noted(&mut self) -> bool {
        let Self { panel, record } = self;
        record.as_mut().is_none_or(|record| record.note(panel).is_ok())
    }

    /// Changes the panel, and writes it down behind what was done before.
    fn change(&mut self, now_us: u64, command: &Command) -> Result<(), Error> {
        let Self { panel, record } = self;
        if let Some(record) = record {
            panel.advance(now_us);
            record.note(panel)?;
        }
        panel.change(now_us, command)?;
        record.as_mut().map_or(Ok(()), |record| record.changed(now_us, command))
    }
}

pub(crate) struct Shared {
    kept: Mutex<Kept>,
    clock: Clock,
    stage: watch::Sender<Stage>,
    news: mpsc::UnboundedSender<News>,
}

impl Shared {
    pub(crate) fn new(
        panel: Panel,
        record: Option<Record>,
    ) -> (Self, mpsc::UnboundedReceiver<News>) {
        let (news, heard) = mpsc::unbounded_channel();
        let (stage, _) = watch::channel(Stage { mode: Mode::Up, downs: 0 });
        let kept = Mutex::new(Kept { panel, record });
        (Self { kept, clock: Clock::start(), stage, news }, heard)
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

    /// What the panel does about a request. What it has done and cannot write down, nobody is told.
    pub(crate) fn handle(&self, form: &Form) -> Reaction {
        let mut kept = self.kept.lock();
        let reaction = kept.panel.handle(self.clock.now_us(), form);
        if kept.noted() {
            reaction
        } else {
            Reaction { how: How::Reset { after_us: 0 }, ..reaction }
        }
    }

    pub(crate) fn collect(&self, number: u64) -> Option<Reply> {
        let mut kept = self.kept.lock();
        let reply = kept.panel.collect(self.clock.now_us(), number);
        reply.filter(|_| kept.noted())
    }

    /// What happens to the next connection, and by which of the sets of rules that there were.
    pub(crate) fn greet(&self) -> (Greeting, u64) {
        let panel = &mut self.kept.lock().panel;
        (panel.connect(self.clock.now_us()), panel.rules_set)
    }

    /// How many sets of rules there were.
    pub(crate) fn rules_set(&self) -> u64 {
        self.kept.lock().panel.rules_set
    }

    /// The panel as it is now.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&Panel) -> T) -> T {
        let panel = &mut self.kept.lock().panel;
        panel.advance(self.clock.now_us());
        look(panel)
    }

    /// Does what is asked. `done` is called when connections that begin from then on meet it; never
    /// when the server has ended.
    pub(crate) fn command(
        &self,
        command: Command,
        done: Box<dyn FnOnce() + Send>,
    ) -> Result<(), Error> {
        let mode = match command {
            Command::Balance { .. } | Command::Outcome { .. } | Command::IdsAbove(_) => {
                self.kept.lock().change(self.clock.now_us(), &command)?;
                done();
                return Ok(());
            }
            Command::Faults(rules) => {
                self.kept.lock().panel.set_faults(rules)?;
                None
            }
            Command::Mode(mode) => Some(mode),
        };
        // Nobody hears it any more when the server has ended, and nobody needs to.
        drop(self.news.send(News { mode, heard: done }));
        Ok(())
    }
}
