//! Cancels and refills have their turn, however many there are and whatever becomes of the others.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "what cannot be done is a failed test"
)]

use super::provider::{PROVIDER, accepted, provider};
use counter::fulfilment::{ForwardKind, Forwarded, Setup, ToForward, WantedForwards};
use dispatch::engine::{Action, Answer, AskId, Engine, Input, Kind, Timing};
use domain::orders::State;
use domain::providers::{Provider, ProviderState};
use domain::{ProviderId, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

const OTHER: ProviderId = ProviderId(PROVIDER.0 + 1);

/// Steps of a simulated run, in microseconds.
const STEP_US: i64 = 100_000;

/// What a provider answers to what is sent on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// It takes all of them; refills go on.
    Yes,
    /// Try again later.
    Later,
    /// Nothing, ever.
    Nothing,
}

/// Providers, and what is open at each.
struct World {
    engine: Engine,
    now: Timestamp,
    open: BTreeMap<(ProviderId, ForwardKind), BTreeSet<i64>>,
    says: BTreeMap<ProviderId, Says>,
    /// The first provider.
    first: Provider,
    /// The orders that are followed at the first provider.
    orders: i64,
    /// When what was asked of whom, by our numbers.
    asked: Vec<(Timestamp, ProviderId, ForwardKind, Vec<i64>)>,
    /// When the first provider was asked for orders.
    statuses: Vec<Timestamp>,
    /// How many readings fail from now on.
    fails: usize,
}

impl World {
    fn new(first: Provider) -> Self {
        let now = Timestamp(0);
        Self {
            engine: Engine::new(1, Timing::default(), now),
            now,
            open: BTreeMap::new(),
            says: BTreeMap::from([(PROVIDER, Says::Yes), (OTHER, Says::Yes)]),
            first,
            orders: 0,
            asked: Vec::new(),
            statuses: Vec::new(),
            fails: 0,
        }
    }

    fn opens(&mut self, of: ProviderId, kind: ForwardKind, ids: impl Iterator<Item = i64>) {
        self.open.entry((of, kind)).or_default().extend(ids);
    }

    fn tell(&mut self, input: Input) {
        let mut inputs = vec![input];
        let mut steps = 0;
        while let Some(input) = inputs.pop() {
            steps += 1;
            assert!(steps < 1_000, "it comes to no end");
            for action in self.engine.step(input, self.now) {
                inputs.extend(self.does(action));
            }
        }
    }

    fn does(&mut self, action: Action) -> Option<Input> {
        match action {
            Action::ReadSetup => {
                let other = Provider { id: OTHER, name: String::from("other"), ..provider() };
                let providers = vec![self.first.clone(), other];
                Some(Input::Setup(Setup { providers, ..Setup::default() }))
            }
            Action::TakeOver { provider, .. } => Some(Input::Unknown(provider, Vec::new())),
            Action::ReadForwards(_) if self.fails > 0 => {
                self.fails -= 1;
                Some(Input::Failed(Kind::Forwards))
            }
            Action::ReadForwards(wanted) => {
                Some(Input::ToForward(wanted.into_iter().map(|wanted| self.page(wanted)).collect()))
            }
            Action::Forward { ask, provider, kind, ids } => {
                let ids: Vec<i64> = ids.iter().map(|id| id.parse().unwrap()).collect();
                assert!(ids.len() <= 100, "{} at once", ids.len());
                let answer = self.answer(provider, kind, &ids);
                self.asked.push((self.now, provider, kind, ids));
                Some(Input::Forwarded(ask, answer?))
            }
            Action::RecordForwards(told) => {
                for told in told {
                    if let Forwarded::CancelTaken(id) = told {
                        self.open.values_mut().for_each(|open| open.retain(|open| *open != id.0));
                    }
                }
                None
            }
            Action::ReadFollowed { provider: PROVIDER, after, limit } => {
                let end = self.orders.min(after.0 + limit);
                let page = (after.0 + 1..=end).map(|id| (accepted(id, 1), State::Submitted, None));
                Some(Input::Followed(PROVIDER, page.collect()))
            }
            Action::ReadFollowed { provider, .. } => Some(Input::Followed(provider, Vec::new())),
            Action::AskStatus { ask, ids, .. } => {
                self.statuses.push(self.now);
                Some(self.statuses_of(ask, &ids))
            }
            Action::RecordReports(reports) => {
                Some(Input::ReportsRecorded(vec![None; reports.len()]))
            }
            _ => None,
        }
    }

    fn page(&self, wanted: WantedForwards) -> ToForward {
        let WantedForwards { provider, kind, after, limit } = wanted;
        let open = self.open.get(&(provider, kind)).into_iter().flatten();
        let above = open.filter(|id| **id > after).map(|id| (*id, id.to_string()));
        ToForward { provider, kind, asked: above.take(limit.try_into().unwrap()).collect() }
    }

    fn answer(&self, provider: ProviderId, kind: ForwardKind, ids: &[i64]) -> Option<Answer> {
        let said = match (self.says[&provider], kind) {
            (Says::Nothing, _) => return None,
            (Says::Later, _) => r#"{"error":"try again later"}"#.to_owned(),
            (Says::Yes, ForwardKind::Cancel) => {
                each(ids, |id| format!(r#""order":{id},"cancel":1"#))
            }
            (Says::Yes, ForwardKind::Refill) => {
                each(ids, |id| format!(r#""order":{id},"refill":1"#))
            }
            (Says::Yes, ForwardKind::RefillStatus) => {
                each(ids, |id| format!(r#""refill":{id},"status":"In progress""#))
            }
        };
        Some(Answer::Complete { status: 200, body: said.into_bytes(), retry_after_us: None })
    }

    fn statuses_of(&self, ask: AskId, ids: &[String]) -> Input {
        let said: Vec<String> =
            ids.iter().map(|id| format!(r#""{id}":{{"status":"In progress"}}"#)).collect();
        let body = format!("{{{}}}", said.join(",")).into_bytes();
        Input::Statuses(ask, Answer::Complete { status: 200, body, retry_after_us: None })
    }

    fn runs(&mut self, seconds: i64) {
        for _ in 0..seconds * 1_000_000 / STEP_US {
            self.now = Timestamp(self.now.0 + STEP_US);
            self.tell(Input::Tick);
        }
    }

    /// How often each was asked of a provider.
    fn counts(&self, of: ProviderId, kind: ForwardKind) -> BTreeMap<i64, usize> {
        let mut counts = BTreeMap::new();
        for (_, provider, asked, ids) in &self.asked {
            if (*provider, *asked) == (of, kind) {
                ids.iter().for_each(|id| *counts.entry(*id).or_default() += 1);
            }
        }
        counts
    }

    /// Most requests to a provider within a second.
    fn most_in_a_second(&self, of: ProviderId) -> usize {
        let times: Vec<i64> =
            self.asked.iter().filter(|(_, at, ..)| *at == of).map(|one| one.0.0).collect();
        let within =
            |from: &i64| times.iter().filter(|at| (*from..from + 1_000_000).contains(at)).count();
        times.iter().map(within).max().unwrap_or(0)
    }
}

fn each(ids: &[i64], one: impl Fn(&i64) -> String) -> String {
    let each: Vec<String> = ids.iter().map(|id| format!("{{{}}}", one(id))).collect();
    format!("[{}]", each.join(","))
}

/// Nobody's refills end, and there are more than are read or asked for at once.
#[test]
fn every_open_refill_is_asked_for_in_turn() {
    let mut world = World::new(provider());
    world.opens(PROVIDER, ForwardKind::RefillStatus, 1..=2_345);
    world.opens(OTHER, ForwardKind::RefillStatus, 3_001..=3_002);
    world.fails = 2;
    world.runs(1_000);
    let counts = world.counts(PROVIDER, ForwardKind::RefillStatus);
    assert_eq!(counts.len(), 2_345);
    assert!(counts.values().all(|count| *count == 4), "{counts:?}");
    let counts = world.counts(OTHER, ForwardKind::RefillStatus);
    assert_eq!(counts.into_iter().collect::<Vec<_>>(), [(3_001, 4), (3_002, 4)]);
    let most = world.most_in_a_second(PROVIDER);
    assert!(most <= 6, "{most} questions in a second, of five");
}

#[test]
fn cancels_that_wait_hold_up_no_others() {
    let off = Provider { state: ProviderState::Off, ..provider() };
    for (first, says) in [(provider(), Says::Later), (provider(), Says::Nothing), (off, Says::Yes)]
    {
        let told = format!("{:?} {says:?}", first.state);
        let mut world = World::new(first);
        world.says.insert(PROVIDER, says);
        world.opens(PROVIDER, ForwardKind::Cancel, 1..=5_000);
        world.runs(120);
        world.opens(OTHER, ForwardKind::Cancel, 9_001..=9_250);
        world.runs(10);
        assert_eq!(world.counts(OTHER, ForwardKind::Cancel).len(), 250, "{told}");
        // Nor others of the same provider, once it takes them.
        if says == Says::Later {
            world.says.insert(PROVIDER, Says::Yes);
            world.opens(PROVIDER, ForwardKind::Cancel, 8_001..=8_001);
            world.runs(20);
            assert_eq!(world.counts(PROVIDER, ForwardKind::Cancel).get(&8_001), Some(&1));
            world.runs(600);
            assert_eq!(world.open[&(PROVIDER, ForwardKind::Cancel)].len(), 0);
        }
    }
}

/// Orders are asked for between what is sent on, and the other way round.
#[test]
fn neither_orders_nor_refills_wait_for_the_others() {
    let mut world = World::new(Provider { asks_per_second: 1, ..provider() });
    world.orders = 50_000;
    world.opens(PROVIDER, ForwardKind::RefillStatus, 1..=50_000);
    world.runs(200);
    let half = 80..=120;
    assert!(half.contains(&world.asked.len()), "{}", world.asked.len());
    assert!(half.contains(&world.statuses.len()), "{}", world.statuses.len());
}
