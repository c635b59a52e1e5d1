//! What can happen to an order, and what a step of its state machine comes to.

use super::order::Order;
use super::state::State;
use crate::Micros;
use crate::ledger::Posting;
use crate::limits::COUNT_MAX;

/// What shows that a provider has not taken an order whose answer was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAccepted {
    /// The provider knows our request id and says it is new.
    RequestIdNew,
    /// The provider's balance shows, read twice, that it was not charged.
    BalanceUnmoved,
    /// A person looked.
    Person,
    /// Whoever called is sure, late, that nothing was sent.
    NothingSent,
    /// The provider's refusal came late.
    Refused,
}

/// Why a person has to decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// The provider uses a status that is not known.
    StatusUnknown,
    /// The provider says that it has no such order.
    OrderMissing,
    /// The provider charged something else than expected.
    CostDiffers,
    /// The figures are impossible.
    FiguresImpossible,
    /// Pieces of evidence contradict each other.
    EvidenceContradicts,
    /// An answer was lost, and nothing shows what became of it.
    NothingShows,
    /// Whoever pulled it has said nothing of it for longer than agreed.
    NotHeardOf,
    /// An older copy of the database was put in its place: it may have been placed since.
    Restored,
}

/// Something that happened to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A worker takes it to place it at a provider.
    Claimed,
    /// A person takes it; no provider is involved.
    TakenByHand,
    /// An executor takes it, under a lease.
    Pulled,
    /// A person has made sure that whoever pulled it does not deliver it any more.
    GivenBack,
    /// The call to the provider surely sent nothing.
    NotSent,
    /// The provider has accepted it under a known id.
    Accepted,
    /// The provider has surely refused it, or it cannot be sent there at all.
    Rejected {
        /// Whether another way to fulfil it is left.
        another_way: bool,
    },
    /// The call may have been heard, and there is no answer.
    AnswerLost,
    /// It is shown that the provider did not take it.
    ShownNotAccepted(NotAccepted),
    /// It is shown that the provider took it, under an unknown id.
    ShownAccepted,
    /// A person has found that it was placed, or pulled, by a try that our books know nothing of. The
    /// try gets a number; the order is put where it belongs by what is found out about the try.
    TryFound,
    /// Nothing was found out in time, and the house bears the risk.
    WrittenOff,
    /// Delivery goes on.
    Progress {
        /// The counter before delivery, when reported.
        start_count: Option<i64>,
        /// Units left, when reported.
        remains: Option<i64>,
    },
    /// Delivered.
    Completed {
        /// The counter before delivery, when reported.
        start_count: Option<i64>,
        /// Zero, or below for over-delivery, when reported.
        remains: Option<i64>,
    },
    /// Ended with `remains` units not delivered.
    Partial {
        /// Units not delivered: above zero and below the quantity.
        remains: i64,
    },
    /// Ended, nothing delivered.
    Canceled,
    /// The customer, or an operator for them, asks to cancel.
    CancelAsked,
    /// Something does not fit.
    Doubted(Doubt),
    /// A part of it starts and takes `charge` with it.
    PartStarted {
        /// The part's charge.
        charge: Micros,
    },
    /// No more parts will start.
    PartsStopped,
    /// All its parts have ended.
    PartsEnded {
        /// How the whole ended.
        state: State,
        /// Units not delivered.
        remains: i64,
    },
}

impl Event {
    /// Whether it can happen to an order whose parts are orders of their own. Such an order is
    /// never delivered itself, so nothing about delivery concerns it.
    pub(super) const fn concerns_parents(self) -> bool {
        matches!(
            self,
            Self::CancelAsked
                | Self::PartStarted { .. }
                | Self::PartsStopped
                | Self::PartsEnded { .. }
        )
    }
}

/// What has to happen beside the money of the customer. All of it is the business of whoever
/// fulfils the order; staff need none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Place it (again).
    Dispatch,
    /// Book what the provider charges.
    ProviderCharged,
    /// Book what the provider gives back for the units not delivered.
    ProviderGaveBack,
    /// Pause the provider and look for evidence.
    Resolve,
    /// Ask the provider to cancel; may be repeated.
    ForwardCancel,
    /// Keep an open item: should it prove accepted, the cost is ours.
    OpenSuspense,
    /// Put it before a person.
    AskPerson,
}

/// An order after an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The order as it is now.
    pub order: Order,
    /// Movements of the customer's money.
    pub postings: Vec<Posting>,
    /// What has to happen besides.
    pub effects: Vec<Effect>,
}

/// Why an event does not move an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransitionError {
    /// The event does not apply to the state.
    #[error("an order that is {} cannot take this step", .0.name())]
    NotNow(State),
    /// The remains do not fit the quantity.
    #[error("remains: must be above 0 and below the quantity, {quantity}")]
    Remains {
        /// The quantity.
        quantity: i64,
    },
    /// More is left than was ordered.
    #[error("remains: must not be above the quantity, {quantity}")]
    TooMuchLeft {
        /// The quantity.
        quantity: i64,
    },
    /// Something is left of what was delivered.
    #[error("remains: nothing is left of an order that is completed")]
    Undelivered,
    /// More was delivered than anybody counts.
    #[error("remains: must be a whole number from -{COUNT_MAX} on")]
    TooLittleLeft,
    /// The counter before delivery is out of range.
    #[error("start_count: must be a whole number from 0 to {COUNT_MAX}")]
    StartCount,
    /// A correction would take money from the customer.
    #[error("a finished order is corrected only in the customer's favour")]
    Favour,
    /// The parts would cost more than the whole holds.
    #[error("the part costs more than the order still holds")]
    PartTooDear,
}
