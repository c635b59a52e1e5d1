//! Wishes of one kind that are sent on to a provider, as the engine asks for it.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    reason = "what cannot be done is a failed test"
)]

use super::forwards::{answer, engine, second};
use super::provider::{PROVIDER, provider};
use counter::fulfilment::{ForwardKind, Forwarded, Setup, ToForward, WantedForwards};
use dispatch::engine::{Action, AskId, Engine, Input};
use domain::Timestamp;
use domain::providers::{Provider, ProviderState};

/// Wishes of one kind that are sent on to a provider.
pub(super) struct Sending {
    kind: ForwardKind,
    engine: Engine,
    pub(super) now: Timestamp,
    /// Calls that are made, by our numbers of the wishes.
    calls: Vec<(AskId, Vec<i64>)>,
    /// What is wanted, until it is read.
    wanted: Option<Vec<WantedForwards>>,
    /// How many calls there were.
    pub(super) requests: usize,
    /// What is recorded.
    pub(super) said: Vec<Forwarded>,
}

impl Sending {
    pub(super) fn new(kind: ForwardKind, count: i64) -> Self {
        let (engine, now) = (engine(), second(1));
        let mut sending =
            Self { kind, engine, now, calls: vec![], wanted: None, requests: 0, said: vec![] };
        sending.tell(Input::ToForward(vec![page(kind, 1..=count)]));
        sending
    }

    fn tell(&mut self, input: Input) {
        for action in self.engine.step(input, self.now) {
            match action {
                Action::RecordForwards(of) => self.said.extend(of),
                Action::ReadForwards(wanted) => self.wanted = Some(wanted),
                Action::Forward { ask, ids, .. } => {
                    self.requests += 1;
                    let ids = ids.iter().filter_map(|id| id.parse().ok()).collect();
                    self.calls.push((ask, ids));
                }
                _ => {}
            }
        }
    }

    /// The provider is that from now on.
    pub(super) fn is(&mut self, state: ProviderState) {
        let providers = vec![Provider { state, ..provider() }];
        self.tell(Input::Setup(Setup { providers, ..Setup::default() }));
    }

    /// Goes on for a moment: the calls that are made until then.
    pub(super) fn next(&mut self) -> Vec<(AskId, Vec<i64>)> {
        self.now = Timestamp(self.now.0 + 100_000);
        self.tell(Input::Tick);
        std::mem::take(&mut self.calls)
    }

    /// The next call that is made.
    pub(super) fn call(&mut self) -> (AskId, Vec<i64>) {
        (0..100).find_map(|_| self.next().pop()).expect("nothing is asked")
    }

    pub(super) fn says(&mut self, ask: AskId, (status, body): (u16, String)) {
        self.tell(Input::Forwarded(ask, answer(status, &body)));
    }

    /// What is wanted of this kind is read: all of these that are above the place.
    pub(super) fn reads(&mut self, open: impl Iterator<Item = i64>) {
        let Some(wanted) = self.wanted.take() else { return };
        let kind = self.kind;
        let after = wanted.iter().find(|wanted| wanted.kind == kind);
        let above = |id: &i64| after.is_some_and(|wanted| *id > wanted.after);
        self.tell(Input::ToForward(vec![page(kind, open.filter(above))]));
    }
}

fn page(kind: ForwardKind, ids: impl Iterator<Item = i64>) -> ToForward {
    let asked = ids.map(|id| (id, id.to_string())).collect();
    ToForward { provider: PROVIDER, kind, asked }
}
