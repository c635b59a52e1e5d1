//! What the engine wants done, and what it is told.

use counter::fulfilment::{
    BalanceRead, Claim, ForwardKind, Forwarded, NotClaimed, Outcome, Placement, Recorded, Reported,
    Setup, ToForward, Waiting, WantedForwards,
};
use domain::orders::State;
use domain::providers::{Attempt, Followed};
use domain::{AttemptId, OrderId, ProviderId, RouteId, Timestamp};
use panel_api::client::Unsendable;

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
    /// Read all that is unknown at a provider.
    ReadUnknown(ProviderId),
    /// Read attempts.
    ReadAttempts(Vec<AttemptId>),
    /// Take orders.
    Claim(Vec<Claim>),
    /// Record what was found out.
    Record(Vec<Outcome>),
    /// Place an order: call its provider, once.
    Place(Placement),
    /// Ask for an order again under the same request id, at a provider that knows them.
    Replay(AttemptId),
    /// Read up to `limit` attempts at a provider above `after` whose orders are followed.
    ReadFollowed {
        /// Where.
        provider: ProviderId,
        /// Above which attempt.
        after: AttemptId,
        /// How many.
        limit: i64,
    },
    /// Ask a provider where orders stand.
    AskStatus {
        /// What the answer is told under.
        ask: AskId,
        /// Whom.
        provider: ProviderId,
        /// The orders, as the provider calls them.
        ids: Vec<String>,
    },
    /// Let a provider's list be fetched.
    FetchList(ProviderId),
    /// Ask a provider for our balance.
    AskBalance {
        /// What the answer is told under.
        ask: AskId,
        /// Whom.
        provider: ProviderId,
    },
    /// Read what is to be sent on.
    ReadForwards(Vec<WantedForwards>),
    /// Send something on to a provider.
    Forward {
        /// What the answer is told under.
        ask: AskId,
        /// Whom.
        provider: ProviderId,
        /// What is asked of it.
        kind: ForwardKind,
        /// The orders or refills, as the provider calls them.
        ids: Vec<String>,
    },
    /// Record what providers said to what was sent on.
    RecordForwards(Vec<Forwarded>),
    /// Record what a provider said that our balance is.
    RecordBalance(BalanceRead),
    /// Record what providers said of orders.
    RecordReports(Vec<Reported>),
    /// Follow orders no more.
    Unfollow(Vec<AttemptId>),
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

impl Action {
    /// What the engine is told when the store could not carry it out ([`Input::Failed`]); nothing where it
    /// comes to it again by itself.
    pub const fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::ReadSetup => Kind::Setup,
            Self::ReadWaiting { .. } => Kind::Waiting,
            Self::TakeOver { provider, .. } => Kind::TakeOver(*provider),
            Self::ReadUnknown(_) | Self::ReadAttempts(_) => Kind::Unknown,
            Self::Claim(_) => Kind::Claim,
            Self::Record(_) => Kind::Record,
            Self::ReadFollowed { provider, .. } => Kind::Followed(*provider),
            Self::ReadForwards(_) => Kind::Forwards,
            Self::RecordReports(_) => Kind::Reports,
            Self::Unfollow(_) => Kind::Unfollow,
            Self::Pause { .. }
            | Self::SwitchOff { .. }
            | Self::Place(_)
            | Self::Replay(_)
            | Self::FetchList(_)
            | Self::AskStatus { .. }
            | Self::AskBalance { .. }
            | Self::Forward { .. }
            | Self::RecordForwards(_)
            | Self::RecordBalance(_) => return None,
        })
    }
}

/// Tells questions apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);

/// What a call came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Surely nothing was sent.
    NotSent(String),
    /// It cannot be sent, now or later: the fault is on our side.
    Unsendable(Unsendable),
    /// There is a complete answer.
    Complete {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: Vec<u8>,
        /// For how many microseconds it asks to be left alone.
        retry_after_us: Option<i64>,
    },
    /// Something was sent, and there is no complete answer.
    Lost {
        /// Why.
        why: String,
        /// Whether the connection still stands, so that an answer may come late: [`Input::Late`] or
        /// [`Input::LateOver`] follows.
        may_come: bool,
    },
}

/// What the engine is told.
#[derive(Clone, Debug)]
pub enum Input {
    /// Time has passed.
    Tick,
    /// An order has come in.
    Came,
    /// Somebody is to fetch a provider's list: [`Action::FetchList`] says when.
    ListDue(ProviderId),
    /// The setup as it is.
    Setup(Setup),
    /// Orders that wait, and the last that was looked at, when there may be more.
    Waiting(Vec<Waiting>, Option<OrderId>),
    /// All attempts at a provider of which it is not known what became of them, and where their
    /// orders stand.
    Unknown(ProviderId, Vec<(Attempt, State)>),
    /// Attempts as they are.
    Attempts(Vec<Attempt>),
    /// What became of claims, in their order.
    Claimed(Vec<Result<Placement, NotClaimed>>),
    /// What became of outcomes, in their order.
    Recorded(Vec<Recorded>),
    /// What a call that places an order came to.
    Answered(AttemptId, Answer),
    /// An answer that came after its call was given up.
    Late(AttemptId, Answer),
    /// No answer will come any more to a call that was given up.
    LateOver(AttemptId),
    /// Attempts at a provider whose orders are followed, where these stand, and when they have ended.
    Followed(ProviderId, Vec<(Attempt, State, Option<Timestamp>)>),
    /// What a provider said of orders.
    Statuses(AskId, Answer),
    /// What is to be sent on.
    ToForward(Vec<ToForward>),
    /// What a provider said to what was sent on.
    Forwarded(AskId, Answer),
    /// What a provider said that our balance is.
    Balance(ProviderId, AskId, Answer),
    /// Where orders stand after reports on them were recorded, in their order.
    ReportsRecorded(Vec<Option<Followed>>),
    /// Orders are followed no more.
    Unfollowed,
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
    /// [`Action::ReadUnknown`] of a provider, and [`Action::ReadAttempts`].
    Unknown,
    /// [`Action::Claim`].
    Claim,
    /// [`Action::Record`].
    Record,
    /// [`Action::ReadFollowed`] of a provider.
    Followed(ProviderId),
    /// [`Action::ReadForwards`].
    Forwards,
    /// [`Action::RecordReports`].
    Reports,
    /// [`Action::Unfollow`].
    Unfollow,
}
