//! What must be true of a panel at any moment, told from its journal and nothing else.

use std::collections::{HashMap, HashSet};

use crate::amount::Amount;
use crate::faults::Fault;
use crate::journal::{Happening, Verdict};
use crate::panel::{Cause, Order, Panel, State};
use crate::settings::Settings;

/// What is wrong with settings.
pub(super) fn complaint(settings: &Settings) -> Option<String> {
    let unique = |count: usize, names: HashSet<&str>| names.len() == count;
    let accounts = &settings.accounts;
    let keys = accounts.iter().map(|account| account.key.as_str()).collect();
    let names = accounts.iter().map(|account| account.name.as_str()).collect();
    let ids: HashSet<u64> = settings.services.iter().map(|service| service.id).collect();
    let bounds = |service: &crate::settings::Service| {
        0 < service.min && service.min <= service.max && service.max <= 1_000_000_000
    };
    let rate =
        |service: &crate::settings::Service| (0..=1_000_000_000_000).contains(&service.rate.raw());
    let delivery = &settings.delivery;
    let shares = [
        delivery.partial_per_mille,
        delivery.canceled_per_mille,
        delivery.over_per_mille,
        delivery.corrected_per_mille,
    ];
    let shares: u32 = shares.into_iter().map(u32::from).fold(0, u32::saturating_add);
    let rules = [
        ((2..=6).contains(&settings.decimals), "decimals are 2 to 6"),
        (settings.balance_decimals.is_none_or(|d| d <= 6), "decimals of a balance are at most 6"),
        (!accounts.is_empty() && accounts.len() < 1_000, "there are 1 to 999 accounts"),
        (
            unique(accounts.len(), keys) && unique(accounts.len(), names),
            "two accounts are the same",
        ),
        (accounts.iter().all(|account| !account.key.trim().is_empty()), "an account has no key"),
        (ids.len() == settings.services.len(), "two services have the same id"),
        (settings.services.iter().all(bounds), "a service has 0 < min <= max <= 1000000000"),
        (settings.services.iter().all(rate), "a rate is 0 to 1000000"),
        (shares <= 1_000, "shares of outcomes are more than all orders"),
        (settings.first_order > 0, "ids begin above 0"),
        (
            settings.noise.as_ref().is_none_or(|noise| noise.least <= noise.most),
            "noise: least > most",
        ),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map(|(_, words)| words.to_owned())
}

impl Panel {
    /// Everything that is not as it must be. Nothing, unless the panel itself is wrong.
    pub fn violations(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.check_purses(&mut found);
        self.check_orders(&mut found);
        self.check_requests(&mut found);
        self.check_life(&mut found);
        found
    }

    /// Balance = opening − charges + refunds − noise + adjustments, and each movement says so.
    fn check_purses(&self, found: &mut Vec<String>) {
        for (account, purse) in self.settings.accounts.iter().zip(&self.purses) {
            let name = &account.name;
            let mut balance = purse.opening;
            let mut before_us = 0;
            for movement in &purse.movements {
                balance = balance.plus(movement.change);
                if balance != movement.balance || movement.at_us < before_us {
                    found.push(format!("{name}: {movement:?} does not follow from those before"));
                }
                before_us = movement.at_us;
            }
            if balance != purse.balance {
                found.push(format!("{name} has {}, its movements say {balance}", purse.balance));
            }
        }
    }

    /// What an order cost and got back is what its state says, and is in its account's movements.
    fn check_orders(&self, found: &mut Vec<String>) {
        let mut spent: HashMap<usize, Amount> = HashMap::new();
        for (account, purse) in self.purses.iter().enumerate() {
            for movement in &purse.movements {
                let (Cause::Charge(number) | Cause::Refund(number)) = movement.cause else {
                    continue;
                };
                let spent = spent.entry(number).or_default();
                *spent = spent.minus(movement.change);
                let owner = self.orders.get(number).map(|order| usize::from(order.account));
                if owner != Some(account) {
                    found.push(format!("{movement:?} is on an account that order is not of"));
                }
            }
        }
        for (number, order) in self.orders.iter().enumerate() {
            let spent = spent.get(&number).copied().unwrap_or_default();
            let cost = order.cost(order.state, self.settings.decimals, self.settings.rounding);
            if order.number != number || spent != order.net || cost != order.net {
                found.push(format!("moved for it: {spent}, its state costs {cost}: {order:?}"));
            }
            let possible = match order.state {
                State::Completed { remains } => remains <= 0,
                State::Partial { remains } => 0 < remains && remains < order.quantity,
                _ => true,
            };
            if !possible {
                found.push(format!("impossible: {order:?}"));
            }
        }
    }

    /// Each order was placed by one accepted request, and ids and request ids are not used twice.
    fn check_requests(&self, found: &mut Vec<String>) {
        let mut placed = vec![0_u32; self.orders.len()];
        for request in self.journal.writes() {
            let Verdict::Accepted(number) = request.verdict else { continue };
            match (placed.get_mut(number), self.orders.get(number)) {
                (Some(count), Some(order)) if order.request == request.number => {
                    *count = count.saturating_add(1);
                }
                _ => found.push(format!("accepted without an order: {request:?}")),
            }
        }
        let mut ids = HashSet::new();
        let mut request_ids = HashSet::new();
        for (order, count) in self.orders.iter().zip(placed) {
            if count != 1 {
                found.push(format!("{count} requests placed {order:?}"));
            }
            if !ids.insert(order.id) && !self.was_reused(order) {
                found.push(format!("an id that was used already: {order:?}"));
            }
            let known = order.request_id.as_deref().filter(|_| self.settings.request_ids);
            if known.is_some_and(|id| !request_ids.insert((order.account, id))) {
                found.push(format!("a request id that was used already: {order:?}"));
            }
        }
    }

    fn was_reused(&self, order: &Order) -> bool {
        let request = self.journal.write(order.request);
        request.is_some_and(|request| request.fault == Some(Fault::IdReuse))
    }

    /// Lives go forward: accepted, perhaps started, ended, perhaps corrected. Where links are guarded,
    /// no two orders of an account for a service and link are open at once.
    fn check_life(&self, found: &mut Vec<String>) {
        let mut states: Vec<Option<State>> = vec![None; self.orders.len()];
        let mut open = HashSet::new();
        let mut before_us = 0;
        for moment in self.journal.life() {
            let Some((state, order)) =
                states.get_mut(moment.order).zip(self.orders.get(moment.order))
            else {
                found.push(format!("{moment:?} is of no order"));
                continue;
            };
            let link = (order.account, order.service, order.link.as_ref());
            let (next, legal) = match (moment.what, *state) {
                (Happening::Accepted, old) => {
                    let free = open.insert(link) || !self.settings.guard_links;
                    (Some(State::Pending), old.is_none() && free)
                }
                (Happening::Started, old) => (Some(State::InProgress), old == Some(State::Pending)),
                (Happening::Ended(end), old) => {
                    open.remove(&link);
                    (Some(end), old.is_some_and(State::is_open) && !end.is_open())
                }
                (Happening::Corrected(end), old) => {
                    (Some(end), old.is_some_and(|old| !old.is_open()) && !end.is_open())
                }
                (Happening::CancelAsked, old) => (old, old.is_some_and(State::is_open)),
                (Happening::RefillAsked(_), old) => (old, old.is_some_and(|old| !old.is_open())),
            };
            if !legal || moment.at_us < before_us {
                found.push(format!("{moment:?} after {state:?}"));
            }
            *state = next;
            before_us = moment.at_us;
        }
        for (order, state) in self.orders.iter().zip(states) {
            if state != Some(order.state) {
                found.push(format!("its life ends as {state:?}: {order:?}"));
            }
        }
    }
}
