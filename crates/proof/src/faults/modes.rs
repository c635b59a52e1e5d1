//! In which ways the providers misbehave, one way after the other.

use fakepanel::settings::Span;
use fakepanel::{Action, Fault, Rule, Settings};

/// Seconds that the program waits for the answer to an order.
pub(super) const ANSWER_SECONDS: u64 = 5;

/// Seconds after that in which an order may still show.
pub(super) const GRACE_SECONDS: u64 = 8;

/// What a late panel takes longer than the program waits, in microseconds.
const LATE_US: u64 = 3_000_000;

/// What a provider is like, apart from what goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No request ids, a balance that is not looked at.
    Plain,
    /// No request ids, a balance with five decimals that is believed.
    Balance,
    /// It knows request ids.
    RequestIds,
    /// It refuses a second order on a link while the first is open.
    Guarded,
    /// Nothing ever goes wrong: the second way of some services.
    Backup,
    /// Nothing ever goes wrong: a service beside the others.
    Bystander,
    /// It is believed to know request ids, and does not.
    Impostor,
}

/// What misbehaves, each with services of its own.
pub(super) const MISBEHAVING: [Kind; 4] =
    [Kind::Plain, Kind::Balance, Kind::RequestIds, Kind::Guarded];

impl Kind {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Balance => "balance",
            Self::RequestIds => "request-ids",
            Self::Guarded => "guarded",
            Self::Backup => "backup",
            Self::Bystander => "bystander",
            Self::Impostor => "impostor",
        }
    }

    /// Whether anything goes wrong there.
    pub(super) const fn misbehaves(self) -> bool {
        !matches!(self, Self::Backup | Self::Bystander)
    }

    /// Most orders that are placed there at once, and in a second.
    pub(super) const fn caps(self) -> (i64, i64) {
        match self {
            Self::Balance => (3, 100),
            Self::Bystander => (16, BYSTANDER_PER_SECOND),
            Self::Backup => (32, 1_000),
            _ => (8, 100),
        }
    }

    /// What the program is told of it beside its caps.
    pub(super) const fn told(self) -> &'static [&'static str] {
        match self {
            Self::Plain | Self::Guarded => &[],
            Self::Balance => &["--balance-decimals", "5", "--trust-reads", "0"],
            Self::RequestIds | Self::Backup | Self::Bystander | Self::Impostor => {
                &["--takes-request-id", "true"]
            }
        }
    }

    /// The panel.
    pub(super) fn settings(self) -> Settings {
        let mut settings = Settings {
            latency_us: Span::new(20_000, 200_000),
            request_ids: matches!(self, Self::RequestIds | Self::Backup | Self::Bystander),
            guard_links: self == Self::Guarded,
            ..Settings::default()
        };
        let delivery = &mut settings.delivery;
        delivery.start_us = Span::new(100_000, 1_000_000);
        delivery.run_us = Span::new(100_000, 3_000_000);
        delivery.partial_per_mille = 50;
        delivery.canceled_per_mille = 50;
        delivery.over_per_mille = 20;
        settings
    }
}

/// Orders placed in a second at the provider beside the others.
pub(super) const BYSTANDER_PER_SECOND: i64 = 50;

/// What a status can be that cannot be. Not that a completed order is Partial later: that happens, so
/// who is told it in error cannot know.
const NONSENSE: [&str; 7] = [
    "unknown-word",
    "above-quantity",
    "partial-zero",
    "partial-negative",
    "missing",
    "error",
    "error-text",
];

/// The rules of a fault; it happens to each `every`-th of what it happens to.
pub(super) fn rules(fault: Fault, every: u64) -> Vec<Rule> {
    let late = (ANSWER_SECONDS * 1_000_000) + LATE_US;
    let often = |rule: Rule| vec![rule.every(every)];
    match fault {
        Fault::AcceptLate | Fault::AnswerLate => often(Rule::new(fault).delay_us(late)),
        // Of everything, and often: nothing of it may be misread.
        Fault::WrongTypes => vec![Rule::new(fault).every(2)],
        Fault::BalanceLies => {
            // Together with answers that are lost, which it is to decide about.
            vec![Rule::new(fault).every(2), Rule::new(Fault::ResetAfter).every(every)]
        }
        Fault::StatusNonsense => {
            NONSENSE.map(|variant| Rule::new(fault).variant(variant).every(20)).to_vec()
        }
        // Also what is only asked is answered so.
        Fault::NotJson | Fault::RateLimit | Fault::ErrorAfter => vec![
            Rule::new(fault).every(every),
            Rule::new(fault).every(4).on(&[Action::Status, Action::Balance]),
        ],
        _ => often(Rule::new(fault)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fakepanel::Panel;

    #[test]
    fn every_fault_has_rules_that_a_panel_takes() {
        for fault in Fault::ALL {
            for kind in MISBEHAVING {
                let mut panel = Panel::new(kind.settings(), 1).unwrap();
                panel.set_faults(rules(fault, 5)).unwrap();
            }
        }
    }
}
