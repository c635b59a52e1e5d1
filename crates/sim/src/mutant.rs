//! Bugs that are planted beside the product, to see that a run finds them. Each bends what the engine
//! is told or wants done, on its way; the product itself knows nothing of them.

use crate::off::Plan;
use crate::swarm::Swarm;
use domain::providers::ProviderState;
use fakepanel::{Fault, Rule};

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// A call whose answer was lost is made once more.
    RetryOnTimeout,
    /// An answer that was lost counts as a refusal.
    LostAsRefused,
    /// An answer that was lost counts as a call that was not made.
    LostAsNotSent,
    /// A customer who cancels an order of which nobody knows where it is gets the money back.
    RefundInUnknown,
    /// Late answers are dropped, and what is unknown for a while counts as not accepted.
    LateAnswerDropped,
    /// Orders are taken without counting what is unknown at the provider.
    CapNotCounted,
    /// What was found out comes twice, and is written down for the latest attempt, whichever it was about.
    NoFence,
    /// A provider is called before the attempt is written down.
    CallBeforeAttempt,
    /// What a worker has left open counts as not sent for who takes over.
    RecoveryAsNotSent,
    /// What a worker has left open is sent again by who takes over.
    RecoverySendsAgain,
    /// While nobody knows whether one provider has an order, another one gets it.
    SecondRoute,
    /// More units left than were ordered are taken for some of them.
    RemainsClamped,
    /// What a provider charges is booked twice.
    ChargedTwice,
    /// What is said of an order is written down for another.
    OtherOrdersStatus,
    /// An order is asked for again under a new request id.
    NewRequestId,
    /// A page that says that something went wrong counts as a refusal.
    PageAsRefusal,
    /// A cancel is carried out before the provider has.
    CancelAtOnce,
    /// What was found out is now and then not written down, and said to be.
    RecordLost,
    /// An order that was taken long ago is sent all the same.
    StaleSent,
    /// Orders are written off whatever was written off on the day.
    BudgetIgnored,
    /// Orders are written off while they may still be taken.
    WrittenOffEarly,
    /// An order that was written off is sent again.
    SentWhenWrittenOff,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 22] = [
        Self::RetryOnTimeout,
        Self::LostAsRefused,
        Self::LostAsNotSent,
        Self::RefundInUnknown,
        Self::LateAnswerDropped,
        Self::CapNotCounted,
        Self::NoFence,
        Self::CallBeforeAttempt,
        Self::RecoveryAsNotSent,
        Self::RecoverySendsAgain,
        Self::SecondRoute,
        Self::RemainsClamped,
        Self::ChargedTwice,
        Self::OtherOrdersStatus,
        Self::NewRequestId,
        Self::PageAsRefusal,
        Self::CancelAtOnce,
        Self::RecordLost,
        Self::StaleSent,
        Self::BudgetIgnored,
        Self::WrittenOffEarly,
        Self::SentWhenWrittenOff,
    ];

    /// Lets more happen of what the bug is about.
    pub(crate) fn bias(self, swarm: &mut Swarm) {
        let more = match self {
            Self::RetryOnTimeout
            | Self::LostAsRefused
            | Self::LostAsNotSent
            | Self::RefundInUnknown
            | Self::LateAnswerDropped
            | Self::SecondRoute
            | Self::BudgetIgnored
            | Self::SentWhenWrittenOff => Some(Rule::new(Fault::HangAfter).per_mille(100)),
            Self::RemainsClamped => {
                Some(Rule::new(Fault::StatusNonsense).variant("above-quantity").per_mille(100))
            }
            Self::NewRequestId => Some(Rule::new(Fault::HangAfter).per_mille(100)),
            Self::WrittenOffEarly => {
                Some(Rule::new(Fault::AcceptLate).per_mille(200).delay_us(40_000_000))
            }
            Self::NoFence => Some(Rule::new(Fault::RateLimit).per_mille(200)),
            Self::PageAsRefusal => Some(Rule::new(Fault::ErrorAfter).per_mille(100)),
            _ => None,
        };
        for panel in &mut swarm.panels {
            panel.faults.extend(more.clone());
            panel.state = ProviderState::Active;
            if self == Self::NewRequestId {
                panel.settings.request_ids = true;
                panel.takes_request_id = true;
            }
        }
        match self {
            Self::CallBeforeAttempt | Self::RecoveryAsNotSent | Self::RecoverySendsAgain => {
                swarm.crashes = 25
            }
            Self::StaleSent => {
                swarm.crashes = 25;
                swarm.sleepers = 100;
                swarm.patience_us = 5_000_000;
            }
            Self::RefundInUnknown | Self::CancelAtOnce => swarm.cancels = 300,
            Self::CapNotCounted => swarm.crashes = 20,
            Self::BudgetIgnored => swarm.write_off = Some(Plan::eager(100_000)),
            Self::WrittenOffEarly | Self::SentWhenWrittenOff => {
                swarm.write_off = Some(Plan::eager(50_000_000));
                swarm.jumps = 0;
            }
            _ => {}
        }
    }
}
