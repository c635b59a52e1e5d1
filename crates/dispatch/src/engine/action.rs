//! What the engine wants done, and what it is told.

use counter::fulfilment::{Claim, NotClaimed, Outcome, Placement, Recorded, Setup, Waiting};
use domain::providers::Attempt;
use domain::{AttemptId, OrderId, ProviderId, RouteId};

/// What the engine wants done. Whatever comes of it is told to it as an [`Input`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the setup again.
    ReadSetup,
    /// Read up to `limit` orders that wait, above `after`.
    ReadWaiting {
        /// Above which order.
        after: OrderId,
        /// How many are looked at.
        limit: i64,
    },
    /// Give up what is under way at a provider but for what is under way here, and read all that is
    /// unknown there.
    TakeOver {
        /// Where.
        provider: ProviderId,
        /// What is under way here.
        known: Vec<AttemptId>,
    },
    /// Take orders.
    Claim(Vec<Claim>),
    /// Record what was found out.
    Record(Vec<Outcome>),
    /// Place an order: call its provider, once.
    Place(Placement),
    /// Ask for an order again under the same request id, at a provider that knows them.
    Replay(AttemptId),
    /// Place no more orders at a provider until a person has looked.
    Pause {
        /// Where.
        provider: ProviderId,
        /// Why.
        reason: String,
    },
    /// Use a route no more until a person has looked.
    SwitchOff {
        /// Which.
        route: RouteId,
        /// Why.
        reason: String,
    },
}

/// What a call that places an order came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Surely nothing was sent.
    NotSent(String),
    /// There is a complete answer.
    Complete {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// Something was sent, and there is no complete answer.
    Lost(String),
}

/// What the engine is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// Time has passed.
    Tick,
    /// The setup as it is.
    Setup(Setup),
    /// Orders that wait, and the last that was looked at, when there may be more.
    Waiting(Vec<Waiting>, Option<OrderId>),
    /// All that is unknown at a provider.
    Unknown(ProviderId, Vec<Attempt>),
    /// What became of claims, in their order.
    Claimed(Vec<Result<Placement, NotClaimed>>),
    /// What became of outcomes, in their order.
    Recorded(Vec<Recorded>),
    /// What a call that places an order came to.
    Answered(AttemptId, Answer),
    /// An answer that came after its call was given up.
    Late(AttemptId, Answer),
    /// An action could not be carried out, because the store was in trouble.
    Failed(Kind),
}

/// Actions of which one at a time is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// [`Action::ReadSetup`].
    Setup,
    /// [`Action::ReadWaiting`].
    Waiting,
    /// [`Action::TakeOver`] of a provider.
    TakeOver(ProviderId),
    /// [`Action::Claim`].
    Claim,
    /// [`Action::Record`].
    Record,
}
