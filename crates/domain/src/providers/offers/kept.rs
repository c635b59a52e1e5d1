//! How change sets and their items are kept, and where they stand.

use super::change::Finding;
use super::edit::Limits;
use crate::names::named;

/// What a look at a provider's list found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A list that was taken over as the rules say.
    Taken,
    /// One that cannot be right as a whole.
    NotBelieved,
    /// One with nothing in it.
    Empty,
    /// A refusal.
    Refused,
    /// An answer that is no list.
    Unclear,
    /// No answer.
    Unanswered,
}

named!(Found {
    Taken => "taken",
    NotBelieved => "not_believed",
    Empty => "empty",
    Refused => "refused",
    Unclear => "unclear",
    Unanswered => "unanswered",
});

/// How far a change set is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetState {
    /// More of it is to come.
    Writing,
    /// All of it is there.
    Whole,
    /// The rest never came: another list was taken, or the program ended.
    BrokenOff,
}

named!(SetState { Writing => "writing", Whole => "whole", BrokenOff => "broken_off" });

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemState {
    /// It waits for a person.
    Proposed,
    /// It waits for a person, and looks wrong.
    Quarantined,
    /// It is taken over.
    Applied,
    /// A person has decided against it.
    Refused,
    /// It was taken over, and a person has taken that back.
    Undone,
    /// It waited until the list no longer said it, or somebody had changed what it was about.
    Outdated,
}

named!(ItemState {
    Proposed => "proposed",
    Quarantined => "quarantined",
    Applied => "applied",
    Refused => "refused",
    Undone => "undone",
    Outdated => "outdated",
});

impl ItemState {
    /// Whether it waits for a person.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Proposed | Self::Quarantined)
    }
}

/// What differs, without the values. Of a route, each is open once at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FindingKind {
    /// [`Finding::Gone`].
    Gone,
    /// [`Finding::Back`].
    Back,
    /// [`Finding::CostMoved`].
    CostMoved,
    /// [`Finding::LimitsMoved`].
    LimitsMoved,
    /// [`Finding::KindChanged`].
    KindChanged,
}

named!(FindingKind {
    Gone => "gone",
    Back => "back",
    CostMoved => "cost_moved",
    LimitsMoved => "limits_moved",
    KindChanged => "kind_changed",
});

impl Finding {
    /// What differs of a route; nothing for what we have no route to.
    pub const fn kind(&self) -> Option<FindingKind> {
        match self {
            Self::New { .. } => None,
            Self::Gone { .. } => Some(FindingKind::Gone),
            Self::Back => Some(FindingKind::Back),
            Self::CostMoved(_) => Some(FindingKind::CostMoved),
            Self::LimitsMoved(_) => Some(FindingKind::LimitsMoved),
            Self::KindChanged { .. } => Some(FindingKind::KindChanged),
        }
    }

    /// What was before and is now, in words. Findings of one kind that say the same have the same
    /// words.
    pub fn words(&self) -> (String, String) {
        let (listed, missing) = (String::from("listed"), String::from("missing"));
        match self {
            Self::New { offer, .. } => (missing, offer.service.clone()),
            Self::Gone { .. } => (listed, missing),
            Self::Back => (missing, listed),
            Self::CostMoved(moved) => (moved.before.to_string(), moved.after.to_string()),
            Self::LimitsMoved(moved) => (moved.before.to_string(), moved.after.to_string()),
            Self::KindChanged { before, after } => (before.clone(), after.clone()),
        }
    }
}

impl std::fmt::Display for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.min, self.max)
    }
}
