//! Who is who in a world, and what happens in it.

use dispatch::engine::{Action, Answer, AskId, Input};
use domain::{AttemptId, OrderId, ProviderId};
use fakepanel::Form;

/// A worker, from its start to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Pid(pub(crate) u64);

/// A call to a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CallId(pub(crate) u64);

/// What a call is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum For {
    Place(AttemptId),
    Status(AskId),
    Balance(ProviderId, AskId),
    Forward(AskId),
}

/// A call that is on its way to a panel.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// Who waits for the answer; nobody once they have ended.
    pub(crate) pid: Option<Pid>,
    pub(crate) purpose: For,
    pub(crate) panel: usize,
    pub(crate) form: Form,
    pub(crate) sent_us: u64,
    /// The order that it places.
    pub(crate) order: Option<OrderId>,
}

/// A call, as it is counted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sent {
    pub(crate) at_us: u64,
    pub(crate) panel: usize,
    /// Whether it places an order.
    pub(crate) places: bool,
}

/// Something that happens.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// A worker starts.
    Start,
    /// A worker looks around; the moment tells it from one that was put off.
    Tick(Pid, u64),
    /// A worker opens a unit, or calls somebody.
    Do(Pid, Action),
    /// A worker is told something.
    Tell(Pid, Input),
    /// A worker that has lost its lease waits for its answers no longer.
    Gone(Pid),
    /// A call reaches its panel.
    Arrive(CallId),
    /// A panel has processed a call that waited there: the number of the request.
    Collect(Call, u64),
    /// A customer wants something.
    Customer(usize),
    /// Staff look around.
    Operator,
    /// What is done beside fulfilment.
    Chores,
    /// What goes wrong at a panel changes.
    Weather(usize),
}

impl Event {
    /// Whose it is, when it is a worker's.
    pub(crate) const fn pid(&self) -> Option<Pid> {
        match self {
            Self::Tick(pid, _) | Self::Do(pid, _) | Self::Tell(pid, _) | Self::Gone(pid) => {
                Some(*pid)
            }
            _ => None,
        }
    }

    /// Its name, for traces.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Tick(..) => "tick",
            Self::Do(..) => "do",
            Self::Tell(..) => "tell",
            Self::Gone(_) => "gone",
            Self::Arrive(_) => "arrive",
            Self::Collect(..) => "collect",
            Self::Customer(_) => "customer",
            Self::Operator => "operator",
            Self::Chores => "chores",
            Self::Weather(_) => "weather",
        }
    }
}

/// What a call comes to for who waits.
pub(crate) fn told(purpose: For, answer: Answer) -> Input {
    match purpose {
        For::Place(attempt) => Input::Answered(attempt, answer),
        For::Status(ask) => Input::Statuses(ask, answer),
        For::Forward(ask) => Input::Forwarded(ask, answer),
        For::Balance(provider, ask) => Input::Balance(provider, ask, answer),
    }
}
