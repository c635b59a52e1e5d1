//! What became of lost answers, as the balance shows it, where a provider knows no request ids.
//!
//! Nothing new is placed there meanwhile. A late answer gets its time; then every open order is asked
//! for, the balance is read, read again a while later, and the open orders are asked for once more: so
//! that our books hold all that came back. What is missing then was charged for some of the lost
//! orders, and where only one choice of them comes to it, that is what happened. Everything else is
//! for a person.

use super::lane::Lane;
use super::{Engine, Reported, plus};
use counter::fulfilment::{Found, Outcome};
use domain::limits::EVIDENCE_UNKNOWN_MAX;
use domain::orders::NotAccepted;
use domain::providers::{
    Balance, ProviderState, Shown, Trust, Unknown, WhyUndecided, weigh_balance,
};
use domain::{AttemptId, Micros, ProviderId, Timestamp};

/// How often it is tried before a person looks.
const ROUNDS: u32 = 3;

/// How long the open orders of a provider are asked for at most, before those that were not answered
/// count as not known.
const REFRESH_US: i64 = 120_000_000;

/// How many open orders are asked for again at most: with more, something comes back all the time.
const REFRESH_ORDERS: usize = 20_000;

/// How far it has come with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing is lost, or a person has it.
    Idle,
    /// Late answers get their time.
    Grace,
    /// The open orders are asked for.
    Before { since: Timestamp },
    /// The balance is read.
    First { since: Timestamp },
    /// And again.
    Second { first: Micros, since: Timestamp },
    /// The open orders are asked for once more.
    After { reads: [Micros; 2], since: Timestamp },
    /// What is booked is read.
    Books { reads: [Micros; 2], since: Timestamp },
}

/// How lost answers of a provider are found out about.
#[derive(Debug)]
pub(super) struct Resolver {
    pub(super) phase: Phase,
    rounds: u32,
    /// When the setup was read last.
    pub(super) setup_at: Timestamp,
}

impl Resolver {
    pub(super) const fn new(now: Timestamp) -> Self {
        Self { phase: Phase::Idle, rounds: 0, setup_at: now }
    }

    /// Something was lost: from the beginning.
    pub(super) const fn begin(&mut self) {
        self.phase = Phase::Grace;
        self.rounds = 0;
    }
}

impl Engine {
    /// Goes on with every provider that has lost answers.
    pub(super) fn resolve(&mut self, now: Timestamp) {
        let ids: Vec<ProviderId> = self.lanes.keys().copied().collect();
        for id in ids {
            self.resolve_one(id, now);
        }
    }

    fn resolve_one(&mut self, id: ProviderId, now: Timestamp) {
        let (grace, between) = (self.timing.grace_us, self.timing.between_reads_us);
        let reports_wait = self.reports_wait_for(id);
        let answers_come = self
            .lanes
            .get(&id)
            .is_some_and(|lane| lane.lost.keys().any(|id| self.awaited.contains(id)));
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        // After a restore the balance holds what our books do not: people decide.
        let is_evidence = lane.provider.restored.is_none();
        if !lane.is_held() || lane.provider.state == ProviderState::Off || !is_evidence {
            lane.resolver.phase = Phase::Idle;
            return;
        }
        let refreshed = |lane: &Lane, since: Timestamp| {
            let answered = lane.follow.stale(since) == 0 && !reports_wait;
            answered || plus(since, REFRESH_US) <= now
        };
        lane.resolver.phase = match lane.resolver.phase {
            Phase::Idle => Phase::Grace,
            Phase::Grace => {
                let latest = lane.lost.values().map(|lost| lost.since).max().unwrap_or(now);
                if plus(latest, grace) > now || answers_come || !lane.placing.is_empty() {
                    return;
                }
                if let Some(why) = lane.no_evidence() {
                    self.undecided(id, why);
                    return;
                }
                lane.follow.hasten(now);
                Phase::Before { since: now }
            }
            Phase::Before { since } if refreshed(lane, since) => {
                lane.purse.next = now;
                Phase::First { since: now }
            }
            Phase::First { since } => match lane.purse.last {
                Some((asked, first)) if asked >= since => {
                    lane.purse.next = plus(now, between);
                    Phase::Second { first, since: plus(now, between) }
                }
                _ => return,
            },
            Phase::Second { first, since } => match lane.purse.last {
                Some((asked, second)) if asked >= since => {
                    lane.follow.hasten(now);
                    Phase::After { reads: [first, second], since: now }
                }
                _ => return,
            },
            Phase::After { reads, since } if refreshed(lane, since) => {
                self.next_setup = now;
                Phase::Books { reads, since: now }
            }
            Phase::Books { reads, since } if lane.resolver.setup_at >= since => {
                self.weigh(id, reads, now);
                return;
            }
            _ => return,
        };
    }

    /// Decides by the balance, as far as it shows anything.
    fn weigh(&mut self, id: ProviderId, reads: [Micros; 2], now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        let unknown: Vec<Unknown> = lane
            .lost
            .iter()
            .map(|(id, lost)| Unknown { attempt: *id, cost: lost.attempt.expected_cost })
            .collect();
        let Phase::Books { since, .. } = lane.resolver.phase else { return };
        let shown = weigh_balance(&Balance {
            float: lane.provider.booked,
            reads,
            decimals: lane.provider.balance_decimals,
            slack: lane.slack(),
            unseen: lane.follow.stale_cost(since),
            trusted: lane.is_trusted(),
            unknown: &unknown,
            most: EVIDENCE_UNKNOWN_MAX,
        });
        let undecided = shown.iter().any(|shown| matches!(shown, Shown::Undecided(_)));
        if undecided && lane.resolver.rounds < ROUNDS && worth_another(&shown) {
            lane.resolver.rounds = lane.resolver.rounds.saturating_add(1);
            lane.follow.hasten(now);
            lane.resolver.phase = Phase::Before { since: now };
            return;
        }
        lane.resolver.phase = Phase::Idle;
        let decided: Vec<(AttemptId, Shown)> = unknown
            .iter()
            .zip(shown)
            .filter(|(unknown, _)| {
                lane.lost.get(&unknown.attempt).is_some_and(|lost| !lost.with_person)
            })
            .map(|(unknown, shown)| (unknown.attempt, shown))
            .collect();
        for (attempt, shown) in decided {
            let (found, evidence) = verdict(shown, reads);
            let outcome = Outcome { attempt, found, evidence };
            self.report(Reported { outcome, provider: id });
        }
    }

    /// Nothing shows what became of the lost orders of a provider: a person looks.
    fn undecided(&mut self, id: ProviderId, why: WhyUndecided) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        lane.resolver.phase = Phase::Idle;
        let lost: Vec<AttemptId> = lane
            .lost
            .iter()
            .filter(|(_, lost)| !lost.with_person && !lost.asking)
            .map(|(id, _)| *id)
            .collect();
        for attempt in lost {
            let evidence = format!("nothing shows what became of it ({})", why.name());
            let outcome = Outcome { attempt, found: Found::Undecided, evidence };
            self.report(Reported { outcome, provider: id });
        }
    }
}

impl Lane {
    fn is_trusted(&self) -> bool {
        self.trusted && Trust::new(self.provider.quiet_reads).holds(self.provider.trust_reads)
    }

    /// Why the balance need not even be read.
    fn no_evidence(&self) -> Option<WhyUndecided> {
        if self.provider.balance_decimals.is_none() || !self.is_trusted() {
            return Some(WhyUndecided::NoEvidence);
        }
        if self.lost.len() > EVIDENCE_UNKNOWN_MAX {
            return Some(WhyUndecided::TooMany);
        }
        (self.follow.len() > REFRESH_ORDERS).then_some(WhyUndecided::Moving)
    }
}

/// Whether another round may show more: something moved, or was not read yet.
fn worth_another(shown: &[Shown]) -> bool {
    shown.iter().any(|shown| {
        matches!(
            shown,
            Shown::Undecided(WhyUndecided::Moving | WhyUndecided::NoChoice | WhyUndecided::Unseen)
        )
    })
}

fn verdict(shown: Shown, reads: [Micros; 2]) -> (Found, String) {
    let [_, balance] = reads;
    match shown {
        Shown::Charged => {
            (Found::AcceptedNoId, format!("the balance, {balance}, shows that it was charged"))
        }
        Shown::NotCharged => (
            Found::NotAccepted(NotAccepted::BalanceUnmoved),
            format!("the balance, {balance}, shows that it was not charged"),
        ),
        Shown::Undecided(why) => (
            Found::Undecided,
            format!("the balance, {balance}, does not show what became of it ({})", why.name()),
        ),
    }
}
