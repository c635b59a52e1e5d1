//! Cancels: asked for at once, done a moment later.

use crate::form::Form;
use crate::journal::Happening;
use crate::json::Json;
use crate::panel::ids::{Ids, ids};
use crate::panel::life::What;
use crate::panel::refill::as_sent;
use crate::panel::{Panel, State, Words};
use crate::random::{self, Purpose};

impl Panel {
    pub(super) fn cancel(&mut self, account: u16, form: &Form) -> Result<Json, Words> {
        match ids(form, "order", "orders")? {
            Ids::One(id) => {
                self.ask_cancel(account, id)?;
                Ok(Json::object([
                    ("order", as_sent(id)),
                    ("cancel", Json::number(1)),
                    ("status", Json::text("success")),
                ]))
            }
            Ids::Many(many) => {
                let entry = |id: &str| {
                    let told = match self.ask_cancel(account, id) {
                        Ok(()) => Json::number(1),
                        Err(words) => Json::error(words),
                    };
                    Json::object([("order", as_sent(id)), ("cancel", told)])
                };
                Ok(Json::List(many.into_iter().map(entry).collect()))
            }
        }
    }

    fn ask_cancel(&mut self, account: u16, id: &str) -> Result<(), &'static str> {
        let number = self.own_order(account, id).ok_or("Incorrect order ID")?;
        let order = self.orders.get(number).ok_or("Incorrect order ID")?;
        let possible = self.service(order.service).is_some_and(|service| service.cancel);
        if !possible || !order.state.is_open() {
            return Err("Order cannot be cancelled");
        }
        if order.cancel_asked {
            return Ok(());
        }
        let of_order = u64::try_from(number).unwrap_or(u64::MAX);
        let mut random = random::source(self.seed, Purpose::Cancel, of_order);
        let after_us = self.settings.delivery.cancel_us.draw(&mut random);
        if let Some(order) = self.orders.get_mut(number) {
            order.cancel_asked = true;
        }
        self.journal.happened(self.now_us, number, Happening::CancelAsked);
        self.plan(self.now_us.saturating_add(after_us), What::Cancel { order: number });
        Ok(())
    }

    /// What was delivered until now stays delivered, and the rest is given back.
    pub(super) fn cancel_takes(&mut self, number: usize) {
        let now_us = self.now_us;
        let Some(order) = self.orders.get_mut(number).filter(|order| order.state.is_open()) else {
            return;
        };
        let remains = order.remains(now_us);
        order.version = order.version.saturating_add(1);
        let state = if remains >= order.quantity {
            State::Canceled
        } else if remains > 0 {
            State::Partial { remains }
        } else {
            State::Completed { remains }
        };
        self.settle(number, state);
    }
}
