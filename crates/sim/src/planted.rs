//! Bugs that are planted around the engine where it is tried out: rules that decide what it leaves to
//! people, and workers that do not wait where it does, or do where it does not.

use crate::Outcome;
use crate::kinds::Call;
use crate::world::World;
use counter::fulfilment::{Found, Outcome as Came};
use dispatch::engine::{Action, Input};
use domain::limits::EVIDENCE_SUBSETS_OF;
use domain::orders::NotAccepted;
use domain::providers::{Balance, Shown, Unknown, last_decimal, weigh_balance};
use domain::{Micros, ProviderId};

/// A planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// What is left to people is decided by the engine's own rule, for any number of lost answers.
    AnyNumber,
    /// The first choice that comes to what is missing is believed.
    First,
    /// Who is not let in tries again at once, by itself.
    Redials,
    /// The worker does nothing else while it waits for an answer that does not come.
    Waits,
    /// Providers get three times the orders that they may get in a second.
    Hurries,
}

/// After what time a connection that was refused is tried again by itself.
const REDIAL_US: u64 = 1_000_000;

impl World {
    /// What a worker wants written down, with what the rule in place of a person says of it.
    pub(crate) fn judged(&self, mut action: Action) -> Action {
        if let (Some(planted), Action::Record(outcomes)) = (self.planted, &mut action) {
            for (at, books) in self.books.iter().enumerate() {
                // What cannot be read is left to people.
                let _ = self.decide_by(planted, (at, books.provider), outcomes);
            }
        }
        action
    }

    /// What a worker is told, with what a bug makes of it.
    pub(crate) fn hurried(&self, mut input: Input) -> Input {
        if let (Some(Planted::Hurries), Input::Setup(setup)) = (self.planted, &mut input) {
            for provider in &mut setup.providers {
                provider.adds_per_second = provider.adds_per_second.saturating_mul(3);
            }
        }
        input
    }

    /// Tries again by itself when a connection was refused; false when that is the engine's business.
    pub(crate) fn redials(&mut self, call: &Call) -> bool {
        let redials = self.planted == Some(Planted::Redials);
        if redials {
            let at_us = self.now_us.saturating_add(REDIAL_US);
            self.dispatch_at(Call { sent_us: at_us, ..call.clone() }, at_us);
        }
        redials
    }

    /// Does nothing until a call is given up.
    pub(crate) fn waits_for(&mut self, call: &Call, until_us: u64) {
        let waiting = call.pid.and_then(|pid| self.dispatchers.get_mut(&pid));
        if let (Some(Planted::Waits), Some(dispatcher)) = (self.planted, waiting) {
            dispatcher.wakes_us = dispatcher.wakes_us.max(until_us);
        }
    }

    fn decide_by(
        &self,
        planted: Planted,
        (at, provider): (usize, ProviderId),
        outcomes: &mut [Came],
    ) -> Outcome<()> {
        if !outcomes.iter().any(|came| came.found == Found::Undecided) {
            return Ok(());
        }
        let view = self.shop.wait(self.shop.counter.show_provider(provider))?.provider;
        let attempts = self.shop.wait(self.shop.counter.unknown_attempts(provider))?;
        let told = self.panels.get(at).and_then(|panel| panel.balance("main"));
        let told = told.map_or(Micros::ZERO, |told| Micros::new(told.raw()));
        let unknown: Vec<Unknown> = attempts
            .iter()
            .map(|(attempt, _)| Unknown { attempt: attempt.id, cost: attempt.expected_cost })
            .collect();
        let balance = Balance {
            float: view.booked,
            reads: [told; 2],
            decimals: view.balance_decimals,
            slack: last_decimal(view.balance_decimals.unwrap_or(0)),
            unseen: Micros::ZERO,
            trusted: true,
            unknown: &unknown,
            most: EVIDENCE_SUBSETS_OF,
        };
        let shown = match planted {
            Planted::AnyNumber => weigh_balance(&balance),
            Planted::First => first(&balance),
            Planted::Redials | Planted::Waits | Planted::Hurries => return Ok(()),
        };
        for (unknown, shown) in unknown.iter().zip(shown) {
            let found = match shown {
                Shown::Charged => Found::AcceptedNoId,
                Shown::NotCharged => Found::NotAccepted(NotAccepted::BalanceUnmoved),
                Shown::Undecided(_) => continue,
            };
            let about = outcomes.iter_mut().find(|came| came.attempt == unknown.attempt);
            if let Some(came) = about.filter(|came| came.found == Found::Undecided) {
                came.found = found;
            }
        }
        Ok(())
    }
}

/// The first choice that comes to what is missing.
fn first(balance: &Balance<'_>) -> Vec<Shown> {
    let [_, read] = balance.reads;
    let missing = balance.float.raw().saturating_sub(read.raw());
    let is_in = |choice: u32, at: usize| {
        choice.checked_shr(at.try_into().unwrap_or(31)).unwrap_or(0) & 1 == 1
    };
    let comes_to = |choice: u32| -> i64 {
        let chosen = balance.unknown.iter().enumerate().filter(|(at, _)| is_in(choice, *at));
        chosen.map(|(_, unknown)| unknown.cost.raw()).fold(0, i64::saturating_add)
    };
    let choices = 1_u32.checked_shl(balance.unknown.len().try_into().unwrap_or(31)).unwrap_or(0);
    let fits =
        |choice: &u32| comes_to(*choice).abs_diff(missing) <= balance.slack.raw().unsigned_abs();
    let fitting = (0..choices).find(fits);
    let said = |at: usize| match fitting {
        Some(choice) if is_in(choice, at) => Shown::Charged,
        Some(_) => Shown::NotCharged,
        None => Shown::Undecided(domain::providers::WhyUndecided::NoChoice),
    };
    (0..balance.unknown.len()).map(said).collect()
}
