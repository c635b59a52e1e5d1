//! Carries out what the engine wants done: units of the counter, and calls to providers, as many at
//! once as it asks for.

mod calls;
mod lists;
mod params;
mod putting_off;
mod reached;
mod told;
mod units;

pub use calls::Reach;
pub use lists::Lists;
pub use units::Units;

use crate::engine::{Action, Answer, Engine, Input, Timing};
use calls::{AnswerToCome, Calls};
use counter::Counter;
use counter::fulfilment::{ForwardKind, Placement};
use counter::nodes::Worker;
use domain::limits::ASKED_FOR_US;
use domain::{AttemptId, ProviderId, Timestamp};
use lists::Turns;
use panel_api::client::Call;
use panel_client::Client;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

/// How long calls that are under way are waited for when the node ends, or another takes over. What
/// has no answer by then is unknown, and somebody's work.
const DRAIN: Duration = Duration::from_secs(15);

/// What a dispatcher works with.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    /// The counter, for what is recorded whoever has the lease.
    pub counter: Counter,
    /// What calls providers.
    pub client: Arc<Client>,
    /// How they are reached.
    pub reach: Reach,
    /// How long what is waited for.
    pub timing: Timing,
    /// The clock, for what is written down.
    pub clock: fn() -> Timestamp,
    /// A clock that nobody sets, for what is waited for: a verdict must not come early because
    /// somebody set the other one.
    pub steady: fn() -> Timestamp,
    /// What choices are made by.
    pub seed: u64,
}

/// What a task comes back with.
enum Done {
    Input(Input),
    Placed(AttemptId, Answer, Option<AnswerToCome>),
    Late(AttemptId, Option<Answer>),
    Nothing,
}

/// A dispatcher at work.
struct Run {
    engine: Engine,
    units: Units,
    calls: Calls,
    tasks: JoinSet<Done>,
    late: JoinSet<Done>,
    clock: fn() -> Timestamp,
    steady: fn() -> Timestamp,
    /// When the claim that is under way was begun.
    claiming: Begun,
    /// Who waits to fetch the lists of which providers.
    wishes: HashMap<ProviderId, oneshot::Sender<()>>,
}

/// Longest time in microseconds between the beginning of a claim and the call. Whoever was stopped in
/// between may have been taken over from, and its order may have been placed by somebody else.
const CALL_WITHIN_US: i64 = 10_000_000;

/// When something was begun, by both clocks: one of them goes on while the machine sleeps.
#[derive(Clone, Copy, Debug)]
struct Begun {
    clock: Timestamp,
    steady: Timestamp,
}

impl Begun {
    fn now(clock: fn() -> Timestamp, steady: fn() -> Timestamp) -> Self {
        Self { clock: clock(), steady: steady() }
    }

    /// Whether it is so short ago that nobody else can have gone on with it.
    const fn is_fresh(self, now: Self) -> bool {
        let clock = now.clock.0.saturating_sub(self.clock.0);
        let steady = now.steady.0.saturating_sub(self.steady.0);
        clock <= CALL_WITHIN_US && steady <= CALL_WITHIN_US
    }
}

impl Dispatcher {
    /// What fetches providers' lists, by the same means.
    fn lists(&self) -> Lists {
        let (counter, client) = (self.counter.clone(), Arc::clone(&self.client));
        Lists { counter, client, reach: self.reach, clock: self.clock }
    }

    /// Places orders and follows them under the lease of `worker`, and fetches the lists that are due,
    /// until `ended` says so or the lease is lost. Then nothing new is begun, and what is under way is
    /// waited for a while; but for lists: what one has come to by then stands, and the next one finds
    /// the rest.
    pub async fn run(&self, worker: Worker, mut ended: watch::Receiver<bool>) {
        let calls = Calls::new(self.counter.clone(), Arc::clone(&self.client), self.reach);
        // Beside the rest, so that no order waits for a list.
        let (turns, mut wishes) = Turns::new();
        let (lists, under, until) = (self.lists(), worker.clone(), ended.clone());
        let mut beside = JoinSet::new();
        beside.spawn(async move { lists.run(under, turns, until).await });
        let mut run = Run {
            engine: Engine::new(self.seed, self.timing, (self.steady)()),
            units: Units::new(self.counter.clone(), worker),
            calls,
            tasks: JoinSet::new(),
            late: JoinSet::new(),
            clock: self.clock,
            steady: self.steady,
            claiming: Begun::now(self.clock, self.steady),
            wishes: HashMap::new(),
        };
        run.tell(Input::Tick);
        loop {
            if *ended.borrow_and_update() || run.units.is_lease_lost() {
                break;
            }
            let (pause, listens) = (run.pause(), run.engine.listens((self.steady)()));
            let done = tokio::select! {
                Some(done) = run.tasks.join_next() => done,
                Some(done) = run.late.join_next() => done,
                changed = ended.changed() => {
                    if changed.is_err() {
                        break;
                    }
                    continue;
                }
                () = self.counter.order_came(), if listens => Ok(Done::Input(Input::Came)),
                Some((provider, teller)) = wishes.recv() => {
                    run.wishes.insert(provider, teller);
                    Ok(Done::Input(Input::ListDue(provider)))
                }
                () = tokio::time::sleep(pause) => Ok(Done::Input(Input::Tick)),
            };
            run.took(done);
        }
        beside.shutdown().await;
        run.drain().await;
    }
}

impl Run {
    fn pause(&self) -> Duration {
        let now = (self.steady)();
        let us = self.engine.next_tick(now).0.saturating_sub(now.0).max(0);
        Duration::from_micros(us.unsigned_abs())
    }

    fn took(&mut self, done: Result<Done, tokio::task::JoinError>) {
        match done {
            Ok(Done::Input(input)) => self.tell(input),
            Ok(Done::Placed(attempt, answer, late)) => {
                if let Some(late) = late {
                    self.late.spawn(async move { Done::Late(attempt, late.wait().await) });
                }
                self.tell(Input::Answered(attempt, answer));
            }
            Ok(Done::Late(attempt, Some(answer))) => self.tell(Input::Late(attempt, answer)),
            Ok(Done::Late(attempt, None)) => self.tell(Input::LateOver(attempt)),
            Ok(Done::Nothing) => {}
            Err(error) => tracing::error!(%error, "a task of the dispatcher broke"),
        }
    }

    fn tell(&mut self, input: Input) {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            if let Input::Setup(_) = &input {
                self.calls.forget();
            }
            for action in self.engine.step(input, (self.steady)()) {
                self.carry_out(action);
            }
        }
    }

    fn carry_out(&mut self, action: Action) {
        let (units, calls, clock) = (self.units.clone(), self.calls.clone(), self.clock);
        if let Action::Claim(_) = &action {
            self.claiming = Begun::now(self.clock, self.steady);
        }
        match action {
            Action::Place(placement) => {
                let (begun, steady) = (self.claiming, self.steady);
                self.tasks.spawn(async move {
                    let fresh = begun.is_fresh(Begun::now(clock, steady));
                    if !fresh || !placement.is_fresh(clock()) {
                        let why = String::from("it was taken too long ago");
                        return Done::Placed(placement.attempt, Answer::NotSent(why), None);
                    }
                    let placed = calls.place(&placement).await;
                    Done::Placed(placement.attempt, placed.answer, placed.late)
                });
            }
            Action::Replay(attempt) => {
                let (begun, steady) = (Begun::now(self.clock, self.steady), self.steady);
                self.tasks.spawn(async move {
                    let placement = units.placement(attempt).await;
                    // Whoever was stopped meanwhile may ask for what a person has decided about.
                    if !begun.is_fresh(Begun::now(clock, steady)) {
                        let why = String::from("it was to be asked for too long ago");
                        return Done::Placed(attempt, Answer::NotSent(why), None);
                    }
                    if placement.as_ref().is_ok_and(|found| is_forgotten(found.as_ref(), clock())) {
                        let why = String::from("the provider may have forgotten its request id");
                        return Done::Placed(attempt, Answer::NotSent(why), None);
                    }
                    match placement {
                        Ok(Some(placement)) => {
                            let placed = calls.place(&placement).await;
                            Done::Placed(attempt, placed.answer, placed.late)
                        }
                        Ok(None) => Done::Nothing,
                        Err(error) => {
                            let why = error.to_string();
                            Done::Input(Input::Answered(attempt, Answer::NotSent(why)))
                        }
                    }
                });
            }
            Action::AskStatus { ask, provider, ids } => {
                self.tasks.spawn(async move {
                    let answer = calls.status(provider, &ids).await;
                    Done::Input(Input::Statuses(ask, answer))
                });
            }
            Action::Forward { ask, provider, kind, ids } => {
                self.tasks.spawn(async move {
                    let call = match kind {
                        ForwardKind::Cancel => Call::Cancel(&ids),
                        ForwardKind::Refill => Call::Refill(&ids),
                        ForwardKind::RefillStatus => Call::RefillStatus(&ids),
                    };
                    let answer = calls.ask(provider, call).await;
                    Done::Input(Input::Forwarded(ask, answer))
                });
            }
            Action::FetchList(provider) => {
                // Whoever has gone away fetches nothing.
                if let Some(teller) = self.wishes.remove(&provider) {
                    let _: Result<(), ()> = teller.send(());
                }
            }
            Action::AskBalance { ask, provider } => {
                self.tasks.spawn(async move {
                    let answer = calls.ask(provider, Call::Balance).await;
                    Done::Input(Input::Balance(provider, ask, answer))
                });
            }
            action => {
                self.tasks.spawn(async move {
                    units.carry_out(action, clock()).await.map_or(Done::Nothing, Done::Input)
                });
            }
        }
    }

    /// Waits for what is under way, and records it; begins nothing.
    async fn drain(mut self) {
        self.engine.stop();
        let drained = async {
            while self.engine.under_way() > 0 {
                match self.tasks.join_next().await {
                    Some(done) => self.took(done),
                    None => break,
                }
            }
        };
        if tokio::time::timeout(DRAIN, drained).await.is_err() {
            let left = self.engine.under_way();
            tracing::warn!(
                left,
                "orders are being placed whose answers are not waited for any longer; whoever goes on \
                 finds out what became of them"
            );
        }
    }
}

/// Whether an order was sent so long ago that its provider may take it for another one.
fn is_forgotten(placement: Option<&Placement>, now: Timestamp) -> bool {
    let age = |placement: &Placement| now.0.saturating_sub(placement.started.0);
    placement.is_some_and(|placement| age(placement) >= ASKED_FOR_US)
}
