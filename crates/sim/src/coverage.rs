//! Which transitions of the state machine were taken, and how often.

use domain::orders::State;
use std::collections::BTreeMap;

/// The transitions that are counted, with what each is.
pub const TRANSITIONS: [(&str, &str); 23] = [
    ("T0", "an order is placed"),
    ("T1", "a worker takes it"),
    ("T2", "nothing was sent: it waits again"),
    ("T3", "the provider has accepted it"),
    ("T4a", "refused, and another way is left"),
    ("T4b", "refused for good"),
    ("T5", "the answer is lost"),
    ("T6", "found to be accepted, under an id"),
    ("T7", "found not to be accepted"),
    ("T8", "found to be accepted, under no id"),
    ("T9", "written off"),
    ("T9k", "found out what became of what was written off"),
    ("T10", "delivery begins"),
    ("T11", "delivered"),
    ("T12", "delivered in part"),
    ("T13", "canceled by the provider"),
    ("T14", "corrected after its end"),
    ("T15", "canceled before anybody had it"),
    ("T16", "cancel asked while it is delivered"),
    ("T17", "cancel asked while it is placed or unknown"),
    ("T18", "put before a person"),
    ("T19", "decided by a person"),
    ("Tp", "a part of an order starts"),
];

/// Which transitions were taken, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<&'static str, u64>);

impl Coverage {
    /// Counts one.
    pub(crate) fn count(&mut self, name: &'static str) {
        let count = self.0.entry(name).or_default();
        *count = count.saturating_add(1);
    }

    /// Adds what another has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        for (name, more) in &other.0 {
            let count = self.0.entry(name).or_default();
            *count = count.saturating_add(*more);
        }
    }

    /// How often a transition was taken.
    pub fn times(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }
}

/// The transition that an event of the journal tells of; nothing for a step within a state.
pub(crate) fn transition(kind: &str, from: State, to: State) -> Option<&'static str> {
    use State as S;
    if kind == "order.written_off" {
        return Some("T9");
    }
    if from == S::Review && from != to {
        return Some("T19");
    }
    Some(match (kind, from, to) {
        ("order.claimed", ..) => "T1",
        ("order.not_sent", ..) => "T2",
        ("order.accepted", S::Dispatching, _) => "T3",
        ("order.refused_upstream", _, S::Canceled) => "T4b",
        ("order.refused_upstream", ..) => "T4a",
        ("order.unknown", ..) => "T5",
        ("order.accepted", ..) => "T6",
        ("order.not_accepted", ..) => "T7",
        ("order.accepted_without_id", ..) => "T8",
        (_, S::Submitted, S::InProgress) => "T10",
        (_, S::Completed | S::Partial, S::Partial | S::Canceled) => "T14",
        (_, S::Pending, S::Canceled) => "T15",
        (_, _, S::Completed) => "T11",
        (_, _, S::Partial) => "T12",
        (_, _, S::Canceled) => "T13",
        ("order.cancel_requested", S::Submitted | S::InProgress | S::SubmittedNoId, _) => "T16",
        ("order.cancel_requested", ..) => "T17",
        (_, _, S::Review) => "T18",
        _ => return None,
    })
}
