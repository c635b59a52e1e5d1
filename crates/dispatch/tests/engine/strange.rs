//! What the engine makes of a provider that finds none of our orders, against one that is played here.

#![expect(clippy::arithmetic_side_effects, reason = "what cannot be done is a failed test")]

use super::provider::{accepted, lost, provider};
use super::unsendable::{order, route};
use counter::fulfilment::{
    ForwardKind, Found, Outcome, Recorded, Setup, ToForward, WantedForwards,
};
use dispatch::engine::{Action, Answer, Engine, Input, Timing};
use domain::limits::CORRECT_HOURS;
use domain::orders::{NotAccepted, State};
use domain::providers::{Attempt, Fit, Followed, Provider, ProviderState, Report};
use domain::{Micros, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What each order costs there.
const COST: i64 = 1_000_000;

/// A provider with open orders, and what the counter is asked for.
struct World {
    engine: Engine,
    now: Timestamp,
    provider: Provider,
    /// The orders there, by the numbers of their attempts.
    orders: Vec<i64>,
    /// Those that the account finds.
    finds: BTreeSet<i64>,
    /// Those that have ended, and when.
    ended: BTreeMap<i64, Timestamp>,
    lost: Vec<Attempt>,
    asked: u32,
    /// Whether an order that a person has is followed all the same.
    stays: bool,
    /// Whether the store cannot pause it.
    is_store_down: bool,
    /// Orders that were said not to be there: a person has them.
    missing: BTreeSet<i64>,
    unfollowed: BTreeSet<i64>,
    pauses: Vec<String>,
    /// An order that is to be placed.
    comes: Option<i64>,
    claims: u32,
    /// Balances that our books may begin with.
    beginnings: u32,
    replays: u32,
    /// What it answers in place of what it finds.
    answers: Option<(u16, &'static str)>,
    /// Whether a customer wants an order canceled, and how often that was sent on.
    is_canceled: bool,
    cancels: u32,
    recorded: Vec<Outcome>,
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
            ended: BTreeMap::new(),
            lost: Vec::new(),
            asked: 0,
            stays: false,
            is_store_down: false,
            missing: BTreeSet::new(),
            unfollowed: BTreeSet::new(),
            pauses: Vec::new(),
            comes: None,
            claims: 0,
            beginnings: 0,
            replays: 0,
            answers: None,
            is_canceled: false,
            cancels: 0,
            recorded: Vec::new(),
        }
    }

    /// With these orders, none of which is found any more after a while, and the provider paused for it.
    fn strange(orders: &[i64]) -> Self {
        let mut world = Self::new(orders);
        // Held at first, so that nothing is decided about what was lost.
        world.provider.restored = Some(Timestamp(0));
        world.lost = vec![lost(2, COST)];
        world.pass(5);
        world.finds.clear();
        world.pass(60);
        assert_eq!(world.provider.state, ProviderState::Paused);
        world
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
        if let Some((status, body)) = self.answers {
            return Answer::Complete { status, body: body.into(), retry_after_us: None };
        }
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
                Input::Setup(Setup { providers, routes: vec![route(1)], ..Setup::default() })
            }
            Action::ReadWaiting { .. } => match self.comes.take() {
                Some(id) => order(id),
                None => Input::Waiting(Vec::new(), None),
            },
            Action::Claim(_) => {
                self.claims += 1;
                return None;
            }
            Action::TakeOver { provider, .. } | Action::ReadUnknown(provider) => {
                let lost = self.lost.iter().cloned();
                Input::Unknown(provider, lost.map(|lost| (lost, State::Unknown)).collect())
            }
            Action::ReadFollowed { provider, .. } => {
                let there = self.orders.iter().map(|id| {
                    let is_with_person = self.missing.contains(id);
                    let open = if is_with_person { State::Review } else { State::InProgress };
                    let ended = self.ended.get(id).copied();
                    let state = if ended.is_some() { State::Completed } else { open };
                    (accepted(*id, COST), state, ended)
                });
                Input::Followed(provider, there.collect())
            }
            Action::ReadForwards(wanted) => {
                let cancels = wanted.iter().filter(|wanted| wanted.kind == ForwardKind::Cancel);
                let asked = vec![(7, String::from("7"))];
                let of = |wanted: &WantedForwards| ToForward {
                    provider: wanted.provider,
                    kind: wanted.kind,
                    asked: asked.clone(),
                };
                Input::ToForward(cancels.filter(|_| self.is_canceled).map(of).collect())
            }
            Action::Forward { ask, .. } => {
                self.cancels += 1;
                Input::Forwarded(ask, Answer::NotSent(String::from("nobody is there")))
            }
            Action::AskStatus { ask, ids, .. } => {
                self.asked += 1;
                Input::Statuses(ask, self.statuses(&ids))
            }
            Action::RecordReports(reports) => {
                let mut stands = Vec::new();
                for report in reports {
                    let is_missing = report.report == Report::NotFound
                        && !self.ended.contains_key(&report.attempt.0);
                    if is_missing {
                        self.missing.insert(report.attempt.0);
                        self.orders.retain(|id| self.stays || *id != report.attempt.0);
                    }
                    let ended = self.ended.get(&report.attempt.0).copied();
                    let open = if is_missing { State::Review } else { State::InProgress };
                    stands.push(Some(Followed {
                        state: if ended.is_some() { State::Completed } else { open },
                        accepted: Timestamp(0),
                        ended,
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
            Action::Pause { reason, .. } => {
                self.pauses.push(reason.clone());
                if !self.is_store_down {
                    self.provider.state = ProviderState::Paused;
                    self.provider.paused_for = Some(reason);
                }
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
            Action::Unfollow(attempts) => {
                self.unfollowed.extend(attempts.iter().map(|attempt| attempt.0));
                self.orders.retain(|id| !self.unfollowed.contains(id));
                Input::Unfollowed
            }
            _ => return None,
        })
    }
}

#[test]
fn a_provider_that_finds_none_of_our_orders_is_paused_once() {
    let mut world = World::new(&[7, 8, 9]);
    world.pass(5);
    world.finds.clear();
    world.pass(600);
    assert_eq!((&world.missing, world.pauses.len()), (&BTreeSet::new(), 1));
    assert!(world.pauses[0].contains("finds none of our orders"), "{:?}", world.pauses);
    // A person has looked, and sets it to active: what it does not find is for them.
    world.provider.state = ProviderState::Active;
    world.pass(600);
    assert_eq!((&world.missing, world.pauses.len()), (&BTreeSet::from([7, 8, 9]), 1));
}

#[test]
fn an_order_that_is_found_ends_it() {
    let mut world = World::new(&[7, 8, 9]);
    world.pass(5);
    world.finds.clear();
    world.pass(60);
    world.finds.insert(7);
    world.pass(600);
    assert_eq!((&world.missing, world.pauses.len()), (&BTreeSet::from([8, 9]), 1));
    // What comes later is looked at as at first.
    world.orders.extend([10, 11]);
    world.provider.state = ProviderState::Active;
    world.finds.extend([10, 11]);
    world.pass(60);
    world.finds.clear();
    world.pass(600);
    assert_eq!((&world.missing, world.pauses.len()), (&BTreeSet::from([8, 9]), 2));
}

#[test]
fn where_another_order_is_found_what_is_missing_is_for_a_person() {
    for (orders, missing) in [(&[7, 8, 9][..], &[9][..]), (&[7, 8, 9], &[8, 9]), (&[9], &[9])] {
        let mut world = World::new(orders);
        world.pass(5);
        world.finds.retain(|id| !missing.contains(id));
        world.pass(600);
        let missing = missing.iter().copied().collect();
        assert_eq!((&world.missing, world.pauses.len()), (&missing, 0), "{orders:?}");
    }
}

/// A person has it, and it stays at the provider by our books until they say otherwise.
#[test]
fn one_order_after_another_that_goes_before_a_person_pauses_no_provider() {
    let mut world = World::new(&[8]);
    world.stays = true;
    world.pass(5);
    world.finds.clear();
    world.pass(600);
    let asked = world.asked;
    world.pass(600);
    assert_eq!(world.asked, asked, "a person was asked");
    world.orders.push(9);
    world.pass(600);
    assert_eq!((&world.missing, world.pauses.len()), (&BTreeSet::from([8, 9]), 0));
}

/// Providers throw away what has ended: alone it says nothing of an order that is missing.
#[test]
fn what_has_ended_does_not_count_as_missing() {
    let mut world = World::new(&[1, 2, 3, 9]);
    world.ended.extend([1, 2, 3].map(|id| (id, Timestamp(0))));
    world.finds.clear();
    world.pass(600);
    assert_eq!((world.missing.contains(&9), world.pauses.len()), (true, 0), "{:?}", world.missing);
}

#[test]
fn what_has_ended_long_ago_is_not_asked_for_after_a_restart() {
    let mut world = World::new(&[1, 2]);
    world.now = Timestamp(0).plus_hours(CORRECT_HOURS).plus_hours(2);
    world.ended.insert(1, Timestamp(0));
    world.ended.insert(2, world.now.plus_hours(7 - CORRECT_HOURS));
    world.engine = Engine::new(2, Timing::default(), world.now);
    world.finds.clear();
    world.pass(10);
    assert_eq!(world.unfollowed, BTreeSet::from([1]));
    world.pass(420);
    assert_eq!(world.unfollowed, BTreeSet::from([1, 2]));
}

/// Whoever has paused it for another reason does not know of it when they set it to active.
#[test]
fn one_that_is_paused_already_is_paused_again_by_whoever_did_not_know() {
    let mut world = World::new(&[7, 8]);
    world.provider.state = ProviderState::Paused;
    world.finds.clear();
    world.pass(600);
    assert_eq!((&world.missing, world.pauses.len()), (&BTreeSet::new(), 1), "it says why");
    world.comes = Some(1);
    world.provider.state = ProviderState::Active;
    world.pass(1);
    assert_eq!((world.provider.state, world.pauses.len()), (ProviderState::Paused, 2));
    assert_eq!(world.claims, 0);
    world.provider.state = ProviderState::Active;
    world.pass(600);
    assert_eq!((&world.missing, world.pauses.len()), (&BTreeSet::from([7, 8]), 2));
    assert!(world.claims > 0);
}

/// Whoever sets it to active has been told by the worker before this one.
#[test]
fn the_next_worker_does_not_tell_it_again() {
    let mut world = World::strange(&[7, 8]);
    world.provider.restored = None;
    world.engine = Engine::new(2, Timing::default(), world.now);
    world.pass(60);
    world.provider.state = ProviderState::Active;
    world.pass(600);
    assert_eq!(world.provider.state, ProviderState::Active);
    assert_eq!(world.missing, BTreeSet::from([7, 8]));
}

/// The next worker has not asked yet, and knows nothing of it.
#[test]
fn nothing_is_asked_for_again_at_one_that_is_paused() {
    let mut world = World::strange(&[7, 8]);
    world.provider.restored = None;
    world.provider.takes_request_id = true;
    world.engine = Engine::new(2, Timing::default(), world.now);
    world.pass(30);
    assert_eq!(world.replays, 0);
}

/// A provider that is in trouble leaves orders out, or says of each that it cannot tell.
#[test]
fn only_words_about_an_order_say_that_it_is_not_there() {
    for answer in [
        (200, "{}"),
        (200, "[]"),
        (503, r#"{"7":{"error":"Incorrect order ID"},"8":{"error":"Incorrect order ID"}}"#),
        (200, r#"{"7":{"error":"Please try again later"},"8":{"error":"Too many requests"}}"#),
        (200, r#"{"7":{"status":"Odd"},"8":{"status":[]}}"#),
    ] {
        let mut world = World::new(&[7, 8]);
        world.pass(1);
        world.answers = Some(answer);
        let asked = world.asked;
        world.pass(2);
        assert!(world.asked > asked + 3, "{}", world.asked);
        world.answers = None;
        world.pass(60);
        assert_eq!((&world.missing, world.pauses.len()), (&BTreeSet::new(), 0), "{answer:?}");
    }
}

/// What is canceled there is another customer's order.
#[test]
fn no_cancel_is_sent_on_while_none_of_our_orders_is_found() {
    let mut world = World::strange(&[7, 8]);
    world.provider.restored = None;
    world.is_canceled = true;
    world.pass(30);
    assert_eq!(world.cancels, 0);
    world.finds.insert(7);
    world.pass(60);
    assert!(world.cancels > 0);
}

#[test]
fn a_pause_that_the_store_could_not_write_is_written_later() {
    let mut world = World::new(&[7, 8]);
    world.pass(5);
    world.finds.clear();
    world.is_store_down = true;
    world.pass(60);
    assert!(world.pauses.len() > 1 && world.missing.is_empty(), "{:?}", world.pauses);
    world.comes = Some(1);
    world.pass(60);
    assert_eq!(world.claims, 0, "it gets no orders all the same");
    world.is_store_down = false;
    world.pass(60);
    assert_eq!(world.provider.state, ProviderState::Paused);
    world.provider.state = ProviderState::Active;
    world.pass(5);
    assert!(world.claims > 0);
}

/// In another account the same request id would be another order.
#[test]
fn nothing_is_asked_for_again_while_none_of_our_orders_is_found() {
    let mut world = World::strange(&[7, 8]);
    world.provider.restored = None;
    world.provider.takes_request_id = true;
    world.pass(30);
    assert_eq!(world.replays, 0);
    world.provider.state = ProviderState::Active;
    world.pass(1);
    assert!(world.replays > 0);
}

/// The balance shows that it was not charged, but it may be another account's.
#[test]
fn no_balance_decides_while_none_of_our_orders_is_found() {
    let not_charged = Found::NotAccepted(NotAccepted::BalanceUnmoved);
    for (finds, found) in [(vec![], Found::Undecided), (vec![7, 8], not_charged)] {
        let mut world = World::strange(&[7, 8]);
        world.finds.extend(&finds);
        world.pass(60);
        world.provider.restored = None;
        world.pass(20);
        let recorded: Vec<&Found> = world.recorded.iter().map(|told| &told.found).collect();
        assert_eq!(recorded, [&found], "finds {finds:?}: {:?}", world.recorded);
    }
}

/// Nobody knows whether it shows a lost order, nor what our books would begin with.
#[test]
fn no_balance_decides_before_our_books_have_begun() {
    let mut world = World::new(&[7]);
    world.provider.reported = None;
    world.lost = vec![lost(2, COST)];
    world.pass(20);
    let recorded: Vec<&Found> = world.recorded.iter().map(|told| &told.found).collect();
    assert_eq!(recorded, [&Found::Undecided], "{:?}", world.recorded);
}

#[test]
fn our_books_do_not_begin_with_the_balance_of_another_account() {
    let mut world = World::new(&[7, 8]);
    world.pass(5);
    world.finds.clear();
    world.pass(60);
    world.provider.reported = None;
    world.pass(120);
    assert_eq!((world.beginnings, world.pauses.len()), (0, 1));
    world.finds.insert(7);
    world.pass(240);
    assert!(world.beginnings > 0);
}
