//! What became of lost answers, as the balance shows it, where a provider knows no request ids.
//!
//! Nothing new is placed there meanwhile. A late answer gets its time; then every open order is asked
//! for, the balance is read, read again a while later, and the open orders are asked for once more: so
//! that our books hold all that came back. What is missing then was charged for some of the lost
//! orders, and where only one choice of them comes to it, that is what happened. Everything else is
//! for a person.
//!
//! The same is done once where no order was lost, to see what our books begin with (`begin`).

use super::begin::FIRST_US;
use super::lane::Lane;
use super::{Engine, Reported, plus};
use counter::fulfilment::{Found, Outcome};
use domain::limits::EVIDENCE_UNKNOWN_MAX;
use domain::orders::NotAccepted;
use domain::providers::{
    Balance, Provider, ProviderState, Shown, Trust, Unknown, WhyUndecided, weigh_balance,
};
use domain::{AttemptId, Micros, ProviderId, Timestamp};

/// How long a provider may work before it is held up to see what our books begin with: most are without
/// open orders for a moment by then.
const BEGIN_US: i64 = 60_000_000;

/// How often it is tried before a person looks.
const ROUNDS: u32 = 3;

/// How long the open orders of a provider are asked for at most, before those that were not answered
/// count as not known.
const REFRESH_US: i64 = 120_000_000;

/// How many open orders are asked for again at most: with more, something comes back all the time.
pub(super) const REFRESH_ORDERS: usize = 20_000;

/// How far it has come with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing is lost, or a person has it.
    Idle,
    /// Late answers get their time.
    Grace,
    /// The open orders are asked for.
    Before { since: Timestamp },
    /// The balance is read, and what is booked.
    First { since: Timestamp },
    /// The balance is read again.
    Second { first: Read, since: Timestamp },
    /// The open orders are asked for once more.
    After { first: Read, second: Micros, since: Timestamp },
    /// What is booked is read. The open orders were asked for since `after`.
    Books { first: Read, second: Micros, after: Timestamp, since: Timestamp },
}

/// A balance that was read for the first time, and what was booked then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) balance: Micros,
    pub(super) booked: Micros,
    pub(super) asked: Timestamp,
}

/// How lost answers of a provider are found out about.
#[derive(Debug)]
pub(super) struct Resolver {
    pub(super) phase: Phase,
    rounds: u32,
    /// When the setup was asked for that was read last.
    pub(super) setup_at: Timestamp,
    /// Until this moment the first orders wait for what our books begin with, at most.
    pub(super) first_until: Timestamp,
    /// Not before this moment what our books begin with is found out like that.
    pub(super) begin_at: Timestamp,
    /// How often that was tried.
    pub(super) begin_tries: u32,
}

impl Resolver {
    pub(super) const fn new(now: Timestamp) -> Self {
        let (first_until, begin_at) = (plus(now, FIRST_US), plus(now, BEGIN_US));
        let phase = Phase::Idle;
        Self { phase, rounds: 0, setup_at: now, first_until, begin_at, begin_tries: 0 }
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
            .is_some_and(|lane| lane.lost.keys().any(|id| self.awaited.contains_key(id)));
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        // After a restore the balance holds what our books do not: people decide.
        let is_evidence = lane.provider.restored.is_none();
        lane.put_off_beginning(now);
        let begins = lane.wants_beginning(now);
        let to_do = is_evidence && (lane.is_held() || begins);
        if !to_do || lane.provider.state == ProviderState::Off {
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
                let under_way = !lane.placing.is_empty() || lane.claimed > 0;
                let latest = lane.lost.values().map(|lost| lost.since).max();
                if latest.is_some_and(|at| plus(at, grace) > now) || answers_come || under_way {
                    return;
                }
                if let Some(why) = lane.no_evidence().filter(|_| !begins) {
                    self.undecided(id, why);
                    return;
                }
                lane.follow.hasten(now);
                Phase::Before { since: now }
            }
            Phase::Before { since } if refreshed(lane, since) => {
                lane.purse.next = now;
                self.next_setup = now;
                Phase::First { since: now }
            }
            Phase::First { since } => match lane.purse.last {
                Some((asked, balance)) if asked >= since && lane.resolver.setup_at >= since => {
                    lane.purse.next = plus(now, between);
                    let first = Read { balance, booked: lane.provider.booked, asked };
                    Phase::Second { first, since: plus(now, between) }
                }
                _ => return,
            },
            Phase::Second { first, since } => match lane.purse.last {
                Some((asked, second)) if asked >= since => {
                    lane.follow.hasten(now);
                    Phase::After { first, second, since: now }
                }
                _ => return,
            },
            Phase::After { first, second, since } if refreshed(lane, since) => {
                self.next_setup = now;
                Phase::Books { first, second, after: since, since: now }
            }
            Phase::Books { first, second, since, .. } if lane.resolver.setup_at >= since => {
                if begins {
                    self.begin_books(id, first, second, now);
                } else {
                    self.weigh(id, (first, second), now);
                }
                return;
            }
            _ => return,
        };
    }

    /// Decides by the balance, as far as it shows anything.
    fn weigh(&mut self, id: ProviderId, (first, second): (Read, Micros), now: Timestamp) {
        let Some(lane) = self.lanes.get_mut(&id) else { return };
        let unknown: Vec<Unknown> = lane
            .lost
            .iter()
            .map(|(id, lost)| Unknown { attempt: *id, cost: lost.attempt.expected_cost })
            .collect();
        let Phase::Books { after, .. } = lane.resolver.phase else { return };
        let reads = [first.balance, second];
        // What has come back meanwhile may be in the balance or not.
        let came = lane.provider.booked.raw().saturating_sub(first.booked.raw());
        let stale = lane.follow.stale_cost(after).raw().saturating_add(lane.unwatched.raw());
        let shown = if came < 0 {
            vec![Shown::Undecided(WhyUndecided::Moving); unknown.len()]
        } else {
            weigh_balance(&Balance {
                float: first.booked,
                reads,
                decimals: lane.provider.balance_decimals,
                slack: lane.slack(),
                unseen: Micros::new(stale.saturating_add(came)),
                trusted: lane.is_trusted(),
                unknown: &unknown,
                most: EVIDENCE_UNKNOWN_MAX,
            })
        };
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
    /// One of those that were lost is known by now: what was read until now may be about it or not.
    pub(super) fn look_again(&mut self, now: Timestamp) {
        if !matches!(self.resolver.phase, Phase::Idle | Phase::Grace) {
            self.follow.hasten(now);
            self.resolver.phase = Phase::Before { since: now };
        }
    }

    /// Only one that our books have begun with; nor when it may be another account's.
    fn is_trusted(&self) -> bool {
        let Provider { reported, quiet_reads, trust_reads, .. } = &self.provider;
        let is_ours = reported.is_some() && !self.is_strange();
        self.trusted && is_ours && Trust::new(*quiet_reads).holds(*trust_reads)
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
