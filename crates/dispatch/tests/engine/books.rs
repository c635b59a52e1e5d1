//! What the engine makes of balances, against a provider that is played here.

#![expect(clippy::arithmetic_side_effects, reason = "what cannot be done is a failed test")]

use super::provider::{PROVIDER, accepted, lost, provider};
use counter::fulfilment::{BalanceRead, Found, Outcome, Recorded, Setup};
use dispatch::engine::{Action, Answer, Engine, Input, Timing};
use domain::orders::{NotAccepted, State};
use domain::providers::{Attempt, Fit, Followed, Provider};
use domain::{Micros, Timestamp};
use std::collections::VecDeque;

/// What each order costs there.
const COST: i64 = 1_000_000;

/// A provider with an open order, and what the counter has written of it.
struct World {
    engine: Engine,
    now: Timestamp,
    provider: Provider,
    lost: Vec<(Attempt, State)>,
    /// What the provider says that it has of ours.
    balance: i64,
    /// How often it was asked.
    balances: u32,
    /// What it says of the open order.
    word: &'static str,
    /// How often it is asked for its balance before it cancels the open order and gives it back.
    cancels_after: u32,
    /// What was charged for orders in review.
    unwatched: i64,
    begun: Vec<BalanceRead>,
    recorded: Vec<Outcome>,
}

impl World {
    /// With one open order; what 99 cost is there. What was read before, when something was.
    fn new(reported: Option<i64>, cancels_after: u32) -> Self {
        let provider = Provider {
            balance_decimals: Some(5),
            booked: Micros::new(if reported.is_some() { 99 * COST } else { -COST }),
            reported: reported.map(|balance| (Micros::new(balance), Timestamp(0))),
            ..provider()
        };
        Self {
            engine: Engine::new(1, Timing::default(), Timestamp(0)),
            now: Timestamp(0),
            provider,
            lost: Vec::new(),
            balance: 99 * COST,
            balances: 0,
            word: "In progress",
            cancels_after,
            unwatched: 0,
            begun: Vec::new(),
            recorded: Vec::new(),
        }
    }

    /// So many seconds pass.
    fn pass(&mut self, seconds: i64) {
        let until = self.now.0 + seconds * 1_000_000;
        while self.now.0 < until {
            let mut inputs = VecDeque::from([Input::Tick]);
            while let Some(input) = inputs.pop_front() {
                for action in self.engine.step(input, self.now) {
                    inputs.extend(self.done(action));
                }
            }
            self.now = self.engine.next_tick(self.now);
        }
    }

    fn done(&mut self, action: Action) -> Option<Input> {
        let complete = |body: String| Answer::Complete {
            status: 200,
            body: body.into_bytes(),
            retry_after_us: None,
        };
        Some(match action {
            Action::ReadSetup => {
                let providers = vec![self.provider.clone()];
                let unwatched = vec![(PROVIDER, Micros::new(self.unwatched))];
                Input::Setup(Setup { providers, unwatched, ..Setup::default() })
            }
            Action::ReadWaiting { .. } => Input::Waiting(Vec::new(), None),
            Action::TakeOver { provider, .. } | Action::ReadUnknown(provider) => {
                Input::Unknown(provider, self.lost.clone())
            }
            Action::ReadFollowed { provider, .. } => {
                Input::Followed(provider, vec![(accepted(7, COST), State::Submitted, None)])
            }
            Action::ReadForwards(_) => Input::ToForward(Vec::new()),
            Action::AskStatus { ask, .. } => {
                let remains = if self.word == "Canceled" { 500 } else { 100 };
                let body = format!(r#"{{"7":{{"status":"{}","remains":"{remains}"}}}}"#, self.word);
                Input::Statuses(ask, complete(body))
            }
            Action::RecordReports(reports) => {
                let canceled = self.word == "Canceled";
                if canceled {
                    let booked = self.provider.booked.raw() + COST;
                    self.provider.booked = Micros::new(booked);
                }
                let state = if canceled { State::Canceled } else { State::InProgress };
                let stands = Followed {
                    state,
                    accepted: Timestamp(0),
                    ended: canceled.then_some(self.now),
                    cancel_requested: false,
                    moved: true,
                };
                Input::ReportsRecorded(vec![Some(stands); reports.len()])
            }
            Action::AskBalance { ask, provider } => {
                let told = Micros::new(self.balance);
                self.balances += 1;
                if self.balances == self.cancels_after {
                    (self.balance, self.word) = (100 * COST, "Canceled");
                }
                Input::Balance(provider, ask, complete(format!(r#"{{"balance":"{told}"}}"#)))
            }
            Action::RecordBalance(read) => {
                // The unit looks at what is booked by then.
                let begins = read.begins == Some(self.provider.booked);
                self.begun.extend(begins.then_some(read));
                return None;
            }
            Action::Record(outcomes) => {
                self.recorded.extend(outcomes.iter().cloned());
                self.lost.clear();
                Input::Recorded(vec![Recorded::Done(State::Pending, Fit::News); outcomes.len()])
            }
            Action::Unfollow(_) => Input::Unfollowed,
            _ => return None,
        })
    }
}

/// The first balance that is read while nothing is open would never come.
#[test]
fn books_begin_where_open_orders_never_end() {
    let mut world = World::new(None, u32::MAX);
    world.pass(55);
    assert_eq!(world.begun, [], "it may still come by itself");
    world.pass(60);
    let [begun] = world.begun[..] else { panic!("{:?}", world.begun) };
    assert_eq!(begun.balance, Micros::new(99 * COST));
    assert_eq!(begun.begins, Some(Micros::new(-COST)));
    assert!(begun.age_us >= 10_000_000, "nothing has moved since the first of two reads");
}

/// What has come back after the first read is not in it: books that began with it would have it twice.
#[test]
fn books_begin_with_nothing_that_moves() {
    // The balance is read every five seconds, so this is within the minute's last reads and those two.
    for cancels_after in 10..17 {
        let mut world = World::new(None, cancels_after);
        world.pass(115);
        for begun in &world.begun {
            let began = begun.balance.raw() - begun.begins.unwrap().raw();
            assert_eq!(began, 100 * COST, "after {cancels_after}: {begun:?}");
        }
    }
}

/// An open order costs what the lost one does, and comes back behind the second read of the balance:
/// by then it is booked, and in no balance that was read.
#[test]
fn what_came_back_behind_the_balance_shows_no_charge() {
    let mut cases = 0;
    for cancels_after in 1..12 {
        let mut world = World::new(Some(99 * COST), cancels_after);
        world.lost = vec![(lost(2, COST), State::Unknown)];
        world.pass(400);
        let found: Vec<&Found> = world.recorded.iter().map(|outcome| &outcome.found).collect();
        let unmoved = Found::NotAccepted(NotAccepted::BalanceUnmoved);
        assert_eq!(found, [&unmoved], "after {cancels_after}: {:?}", world.recorded);
        cases += u32::from(world.balances >= cancels_after);
    }
    assert!(cases > 3, "{cases}");
}

/// Nobody asks for an order in review: if the provider has given it back, that looks as if the lost one
/// had never been charged.
#[test]
fn what_may_have_come_back_for_an_order_in_review_shows_nothing() {
    for (unwatched, shown) in [
        (COST / 2, Found::NotAccepted(NotAccepted::BalanceUnmoved)),
        (COST, Found::Undecided),
        (5 * COST, Found::Undecided),
    ] {
        let mut world = World::new(Some(99 * COST), u32::MAX);
        world.unwatched = unwatched;
        world.lost = vec![(lost(2, COST), State::Unknown)];
        world.pass(900);
        let found: Vec<&Found> = world.recorded.iter().map(|outcome| &outcome.found).collect();
        assert_eq!(found, [&shown], "{unwatched}: {:?}", world.recorded);
    }
}
