//! Refills.

use crate::form::Form;
use crate::journal::Happening;
use crate::json::Json;
use crate::panel::ids::{Ids, ids};
use crate::panel::{Panel, State, Words};
use crate::random::{self, Purpose};

/// A refill. Its id is its place, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Refill {
    order: usize,
    account: u16,
    starts_us: u64,
    ends_us: u64,
    rejected: bool,
}

impl Panel {
    pub(super) fn refill(&mut self, account: u16, form: &Form) -> Result<Json, Words> {
        match ids(form, "order", "orders")? {
            Ids::One(id) => {
                let refill = self.ask_refill(account, id)?;
                Ok(Json::object([("refill", Json::text(refill))]))
            }
            Ids::Many(many) => {
                let entry = |id: &str| {
                    let told = match self.ask_refill(account, id) {
                        Ok(refill) => Json::number(refill),
                        Err(words) => Json::error(words),
                    };
                    Json::object([("order", as_sent(id)), ("refill", told)])
                };
                Ok(Json::List(many.into_iter().map(entry).collect()))
            }
        }
    }

    pub(super) fn refill_status(&mut self, account: u16, form: &Form) -> Result<Json, Words> {
        match ids(form, "refill", "refills")? {
            Ids::One(id) => {
                let word = self.refill_word(account, id).ok_or("Incorrect refill ID")?;
                Ok(Json::object([("status", Json::text(word))]))
            }
            Ids::Many(many) => {
                let entry = |id: &str| {
                    let told = match self.refill_word(account, id) {
                        Some(word) => Json::text(word),
                        None => Json::error("Incorrect refill ID"),
                    };
                    Json::object([("refill", as_sent(id)), ("status", told)])
                };
                Ok(Json::List(many.into_iter().map(entry).collect()))
            }
        }
    }

    /// Asks for a refill; its id, or the words for why not.
    fn ask_refill(&mut self, account: u16, id: &str) -> Result<u64, &'static str> {
        let number = self.own_order(account, id).ok_or("Incorrect order ID")?;
        let order = self.orders.get(number).ok_or("Incorrect order ID")?;
        if !self.service(order.service).is_some_and(|service| service.refill) {
            return Err("Refill is disabled for this service");
        }
        if !matches!(order.state, State::Completed { .. } | State::Partial { .. }) {
            return Err("The order is not completed");
        }
        let open = |refill: &Refill| refill.order == number && refill.ends_us > self.now_us;
        if self.refills.iter().rev().any(open) {
            return Err("The order was completed or refill was requested less than 24 hours ago");
        }
        let id = u64::try_from(self.refills.len()).unwrap_or(u64::MAX).saturating_add(1);
        let mut random = random::source(self.seed, Purpose::Refill, id);
        let settings = &self.settings.refills;
        let starts_us = self.now_us.saturating_add(settings.start_us.draw(&mut random));
        let ends_us = starts_us.saturating_add(settings.run_us.draw(&mut random));
        let rejected = random.u16(0..1_000) < settings.rejected_per_mille;
        self.refills.push(Refill { order: number, account, starts_us, ends_us, rejected });
        self.journal.happened(self.now_us, number, Happening::RefillAsked(id));
        Ok(id)
    }

    fn refill_word(&self, account: u16, id: &str) -> Option<&'static str> {
        let at = id.parse::<usize>().ok()?.checked_sub(1)?;
        let refill = self.refills.get(at).filter(|refill| refill.account == account)?;
        Some(match self.now_us {
            now if now < refill.starts_us => "Pending",
            now if now < refill.ends_us => "In progress",
            _ if refill.rejected => "Rejected",
            _ => "Completed",
        })
    }
}

/// An id in a list: a number where it is one.
pub(super) fn as_sent(id: &str) -> Json {
    match id.parse::<u64>() {
        Ok(number) => Json::number(number),
        Err(_) => Json::text(id),
    }
}
