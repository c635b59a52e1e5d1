//! What the engine makes of a key that may be of another account, against a provider that is played here.

#![expect(clippy::arithmetic_side_effects, reason = "what cannot be done is a failed test")]

use super::provider::{PROVIDER, provider};
use counter::fulfilment::{Found, Outcome, Recorded, Setup};
use dispatch::engine::{Action, Answer, Engine, Input, Timing};
use domain::orders::State;
use domain::providers::{Attempt, AttemptState, Fit, Followed, Provider, ProviderState, Report};
use domain::{AccountId, AttemptId, Micros, OrderId, RouteId, Timestamp};
use std::collections::{BTreeSet, VecDeque};

/// When the key is changed, by the clock of the books.
const CHANGED: Timestamp = Timestamp(60_000_000);

/// A provider with open orders, and what the counter is asked for.
struct World {
    engine: Engine,
    now: Timestamp,
    provider: Provider,
    /// The orders there, by the numbers of their attempts.
    orders: Vec<i64>,
    /// Those that the account finds.
    finds: BTreeSet<i64>,
    lost: Vec<Attempt>,
    asked: u32,
    /// Those that have ended.
    ended: BTreeSet<i64>,
    settles: u32,
    /// Balances that our books may begin with.
    beginnings: u32,
    /// Whether an order that a person has is followed all the same.
    stays: bool,
    /// Orders that were said not to be there.
    missing: BTreeSet<i64>,
    proofs: Vec<(Timestamp, Vec<AttemptId>)>,
    doubts: u32,
    replays: u32,
    recorded: Vec<Outcome>,
}

fn attempt(id: i64, state: AttemptState) -> Attempt {
    let is_there = state == AttemptState::Accepted;
    Attempt {
        id: AttemptId(id),
        order: OrderId(id),
        account: AccountId(1),
        number: 1,
        provider: PROVIDER,
        route: RouteId(1),
        expected_cost: Micros::new(1_000_000),
        cost: Micros::ZERO,
        state,
        upstream_id: is_there.then(|| id.to_string()),
        evidence: None,
        followed: is_there,
        started: if id > 100 { CHANGED.plus_minutes(1) } else { Timestamp(0) },
        changed: Timestamp(0),
    }
}

impl World {
    /// With these orders, all of which are found.
    fn new(orders: &[i64]) -> Self {
        let provider = Provider {
            balance_decimals: Some(5),
            reported: Some((Micros::ZERO, Timestamp(0))),
            ..provider()
        };
        Self {
            engine: Engine::new(1, Timing::default(), Timestamp(0)),
            now: Timestamp(0),
            provider,
            orders: orders.to_vec(),
            finds: orders.iter().copied().collect(),
            lost: Vec::new(),
            asked: 0,
            ended: BTreeSet::new(),
            settles: 0,
            beginnings: 0,
            stays: false,
            missing: BTreeSet::new(),
            proofs: Vec::new(),
            doubts: 0,
            replays: 0,
            recorded: Vec::new(),
        }
    }

    /// Staff put another key in, as the unit writes it.
    fn change_key(&mut self) {
        self.provider.key_doubted = Some(CHANGED);
        self.provider.reported = None;
    }

    /// So many minutes pass.
    fn pass(&mut self, minutes: i64) {
        let until = self.now.plus_minutes(minutes);
        while self.now < until {
            let mut inputs = VecDeque::from([Input::Tick]);
            while let Some(input) = inputs.pop_front() {
                for action in self.engine.step(input, self.now) {
                    inputs.extend(self.done(action));
                }
            }
            self.now = self.engine.next_tick(self.now);
        }
    }

    fn statuses(&self, ids: &[String]) -> Answer {
        let said = ids.iter().map(|id| match id.parse().is_ok_and(|id| self.finds.contains(&id)) {
            true => format!(r#""{id}":{{"status":"In progress","remains":"100"}}"#),
            false => format!(r#""{id}":{{"error":"Incorrect order ID"}}"#),
        });
        let body = format!("{{{}}}", said.collect::<Vec<_>>().join(","));
        Answer::Complete { status: 200, body: body.into_bytes(), retry_after_us: None }
    }

    fn done(&mut self, action: Action) -> Option<Input> {
        Some(match action {
            Action::ReadSetup => {
                let providers = vec![self.provider.clone()];
                Input::Setup(Setup { providers, ..Setup::default() })
            }
            Action::ReadWaiting { .. } => Input::Waiting(Vec::new(), None),
            Action::TakeOver { provider, .. } | Action::ReadUnknown(provider) => {
                let lost = self.lost.iter().cloned();
                Input::Unknown(provider, lost.map(|lost| (lost, State::Unknown)).collect())
            }
            Action::ReadFollowed { provider, .. } => {
                let there = self.orders.iter().map(|id| {
                    let is_with_person = self.missing.contains(id);
                    let open = if is_with_person { State::Review } else { State::InProgress };
                    let state = if self.ended.contains(id) { State::Completed } else { open };
                    (attempt(*id, AttemptState::Accepted), state)
                });
                Input::Followed(provider, there.collect())
            }
            Action::ReadForwards(_) => Input::ToForward(Vec::new()),
            Action::AskStatus { ask, ids, .. } => {
                self.asked += 1;
                Input::Statuses(ask, self.statuses(&ids))
            }
            Action::RecordReports(reports) => {
                let mut stands = Vec::new();
                for report in reports {
                    let is_missing = report.report == Report::NotFound;
                    if is_missing {
                        self.missing.insert(report.attempt.0);
                        self.orders.retain(|id| self.stays || *id != report.attempt.0);
                    }
                    stands.push(Some(Followed {
                        state: if is_missing { State::Review } else { State::InProgress },
                        accepted: Timestamp(0),
                        ended: None,
                        cancel_requested: false,
                        moved: true,
                    }));
                }
                Input::ReportsRecorded(stands)
            }
            Action::AskBalance { ask, provider } => {
                let body = br#"{"balance":"0.00000"}"#.to_vec();
                let answer = Answer::Complete { status: 200, body, retry_after_us: None };
                Input::Balance(provider, ask, answer)
            }
            Action::Record(outcomes) => {
                self.recorded.extend(outcomes.iter().cloned());
                self.lost.clear();
                Input::Recorded(vec![Recorded::Done(State::Review, Fit::News); outcomes.len()])
            }
            Action::ProveKey { since, found, .. } => {
                self.proofs.push((since, found));
                return None;
            }
            Action::SettleKey { since, .. } => {
                assert_eq!(Some(since), self.provider.key_doubted);
                self.settles += 1;
                return None;
            }
            Action::DoubtKey { .. } => {
                self.doubts += 1;
                self.change_key();
                self.provider.state = ProviderState::Paused;
                return None;
            }
            Action::Replay(attempt) => {
                self.replays += 1;
                let answer = Answer::NotSent(String::from("nobody is there"));
                Input::Answered(attempt, answer)
            }
            Action::RecordBalance(read) => {
                self.beginnings += u32::from(read.begins.is_some());
                return None;
            }
            Action::Unfollow(_) => Input::Unfollowed,
            _ => return None,
        })
    }
}

#[test]
fn what_a_new_key_does_not_find_is_asked_for_again_and_staff_are_told_once() {
    let mut world = World::new(&[7, 8]);
    world.pass(5);
    world.change_key();
    world.finds.clear();
    world.pass(600);
    assert_eq!((&world.missing, world.doubts), (&BTreeSet::new(), 1));
    // Put to active without another key, it is stopped again.
    world.provider.state = ProviderState::Active;
    world.pass(60);
    assert_eq!((&world.missing, world.doubts), (&BTreeSet::new(), 2));
    // A person says that it is the same account: what it does not find is for them, also when the
    // process starts anew.
    world.provider.key_doubted = None;
    world.provider.key_vouched = Some(CHANGED);
    world.pass(1);
    world.engine = Engine::new(2, Timing::default(), world.now);
    world.pass(600);
    assert_eq!((world.missing, world.doubts), (BTreeSet::from([7, 8]), 2));
}

#[test]
fn a_new_key_is_tried_at_once_and_proved_by_what_it_finds() {
    let mut world = World::new(&[7, 8]);
    world.pass(600);
    let asked = world.asked;
    world.change_key();
    world.finds.remove(&8);
    world.pass(1);
    assert!(world.asked > asked, "orders are asked for seldom by then");
    assert_eq!(world.proofs.first(), Some(&(CHANGED, vec![AttemptId(7)])));
    // That is written, and what is missing there is missing.
    world.provider.key_doubted = None;
    world.pass(600);
    assert_eq!((world.missing, world.doubts), (BTreeSet::from([8]), 0));
}

/// What was asked before may have gone out under the key before.
#[test]
fn an_answer_to_the_old_key_proves_nothing() {
    let mut world = World::new(&[7]);
    let mut asked = None;
    while asked.is_none() {
        let mut inputs = VecDeque::from([Input::Tick]);
        while let Some(input) = inputs.pop_front() {
            for action in world.engine.step(input, world.now) {
                match action {
                    Action::AskStatus { ask, ids, .. } => asked = Some((ask, ids)),
                    action => inputs.extend(world.done(action)),
                }
            }
        }
        world.now = world.engine.next_tick(world.now);
    }
    let (ask, ids) = asked.unwrap();
    world.change_key();
    world.pass(1);
    let told = world.engine.step(Input::Statuses(ask, world.statuses(&ids)), world.now);
    assert!(!told.iter().any(|action| matches!(action, Action::ProveKey { .. })), "{told:?}");
}

/// The provider has given the account behind our key away, and nobody has told us.
#[test]
fn where_nothing_is_found_any_more_nothing_is_concluded() {
    let mut world = World::new(&[7, 8, 9]);
    world.pass(5);
    world.finds.clear();
    world.pass(600);
    assert_eq!((&world.missing, world.doubts), (&BTreeSet::new(), 1));
    world.finds.extend([7, 8, 9]);
    world.pass(600);
    assert!(!world.proofs.is_empty());
}

#[test]
fn one_order_that_is_missing_is_for_a_person() {
    for (orders, missing) in [(&[7, 8, 9][..], 9), (&[9], 9)] {
        let mut world = World::new(orders);
        world.pass(5);
        world.finds.remove(&missing);
        world.pass(600);
        assert_eq!((world.missing, world.doubts), (BTreeSet::from([missing]), 0), "{orders:?}");
    }
}

/// New orders are found, because they were placed where the key leads.
#[test]
fn a_wrong_key_is_found_out_although_it_finds_what_it_has_bought() {
    let mut world = World::new(&[7, 108]);
    world.pass(5);
    world.change_key();
    world.finds = BTreeSet::from([108]);
    world.pass(60);
    assert_eq!((world.doubts, world.proofs.len()), (1, 0), "{:?}", world.proofs);
    world.finds.insert(7);
    world.pass(60);
    assert_eq!(world.proofs.first(), Some(&(CHANGED, vec![AttemptId(7)])));
}

/// Providers throw away what has ended: alone it says nothing of an order that is missing.
#[test]
fn what_has_ended_does_not_count_as_missing() {
    let mut world = World::new(&[1, 2, 3, 9]);
    world.ended.extend([1, 2, 3]);
    world.finds.clear();
    world.pass(600);
    assert!(world.missing.contains(&9), "{:?}", world.missing);
    assert_eq!(world.doubts, 0);
}

/// Nothing that could prove it is asked for any more.
#[test]
fn a_doubt_that_nothing_can_end_is_told() {
    let mut world = World::new(&[7]);
    world.pass(5);
    world.change_key();
    world.finds.clear();
    world.pass(60);
    assert_eq!(world.settles, 0, "the order is there by our books");
    world.orders = vec![108];
    world.engine = Engine::new(2, Timing::default(), world.now);
    world.pass(60);
    assert!(world.settles > 0);
}

/// A person has it, and it stays at the provider by our books until they say otherwise.
#[test]
fn one_order_that_stays_missing_stops_no_provider() {
    let mut world = World::new(&[9]);
    world.stays = true;
    world.pass(5);
    world.finds.clear();
    world.pass(600);
    let asked = world.asked;
    world.pass(600);
    assert_eq!((&world.missing, world.doubts), (&BTreeSet::from([9]), 0));
    assert_eq!(world.asked, asked, "a person was asked");
}

/// It was tried in vain all the while, each time later.
#[test]
fn books_begin_soon_after_a_long_doubt() {
    let mut world = World::new(&[7]);
    world.pass(5);
    world.change_key();
    world.finds.clear();
    world.pass(3_000);
    assert_eq!(world.beginnings, 0);
    world.finds.insert(7);
    world.provider.key_doubted = None;
    world.pass(10);
    assert!(world.beginnings > 0);
}

/// The balance would show that it was not charged, but it may be another account's; and when it is ours,
/// nobody knows what our books would begin with.
#[test]
fn no_balance_decides_about_what_was_lost_before() {
    for is_proved in [false, true] {
        let mut world = World::new(&[7]);
        world.lost = vec![attempt(2, AttemptState::Lost)];
        world.change_key();
        if is_proved {
            world.pass(1);
            assert_eq!(world.recorded, [], "late answers have their time");
            world.provider.key_doubted = None;
        }
        world.pass(20);
        let found: Vec<&Found> = world.recorded.iter().map(|outcome| &outcome.found).collect();
        assert_eq!(found, [&Found::Undecided], "proved: {is_proved}: {:?}", world.recorded);
    }
}

/// In another account the same request id would be another order.
#[test]
fn nothing_is_asked_for_again_under_a_doubted_key() {
    let mut world = World::new(&[7]);
    world.provider.takes_request_id = true;
    world.provider.key_doubted = Some(CHANGED);
    world.lost = vec![attempt(2, AttemptState::Lost)];
    world.pass(30);
    assert_eq!(world.replays, 0);
    world.provider.key_doubted = None;
    world.pass(1);
    assert!(world.replays > 0);
}
