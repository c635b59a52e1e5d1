//! What only reads: the catalogue, orders, money.

use std::borrow::Cow;

use crate::amount::{Amount, Rounding};
use crate::faults::{Fault, Fired, STALE_US};
use crate::form::Form;
use crate::json::Json;
use crate::kind;
use crate::panel::ids::{Ids, ids};
use crate::panel::{Order, Panel, Words, bend};
use crate::random::{self, Purpose};
use crate::settings::Parts;

const NO_ORDER: &str = "Incorrect order ID";

/// Most that a balance of [`Fault::BalanceLies`] is off by, in millionths.
const NOISE: i64 = 1_000_000;

impl Panel {
    pub(super) fn services(&self) -> Json {
        let service = |service: &crate::settings::Service| {
            Json::object([
                ("service", Json::number(service.id)),
                ("name", Json::text(&service.name)),
                ("type", Json::text(&service.kind)),
                ("category", Json::text(&service.category)),
                ("rate", Json::text(service.rate)),
                ("min", Json::text(service.min)),
                ("max", Json::text(service.max)),
                ("dripfeed", Json::Bool(service.dripfeed)),
                ("refill", Json::Bool(service.refill)),
                ("cancel", Json::Bool(service.cancel)),
            ])
        };
        Json::List(self.settings.services.iter().map(service).collect())
    }

    pub(super) fn balance_told(&self, account: u16, fired: Option<&Fired>, request: u64) -> Json {
        let Some(purse) = self.purses.get(usize::from(account)) else { return Json::Null };
        let decimals = self.settings.balance_decimals.unwrap_or(self.settings.decimals);
        let lie = fired.filter(|fired| fired.fault == Fault::BalanceLies);
        let balance = match lie.map(|fired| (fired.variant, fired.delay_us)) {
            None => purse.balance,
            Some(("rounded", _)) => purse.balance.rounded(1, Rounding::HalfUp),
            Some(("noisy", _)) => {
                let mut random = random::source(self.seed, Purpose::Lie, request);
                purse.balance.plus(Amount::new(random.i64(-NOISE..=NOISE)))
            }
            Some((_, age)) => {
                let age = age.unwrap_or(STALE_US);
                purse.balance_at(self.now_us.saturating_sub(age))
            }
        };
        Json::object([
            ("balance", Json::text(balance.rounded(decimals, Rounding::HalfUp))),
            ("currency", Json::text(&self.settings.currency)),
        ])
    }

    pub(super) fn status(
        &self,
        account: u16,
        form: &Form,
        fired: Option<&Fired>,
    ) -> Result<Json, Words> {
        let nonsense = fired.filter(|fired| fired.fault == Fault::StatusNonsense);
        let nonsense = nonsense.map(|fired| fired.variant);
        match ids(form, "order", "orders")? {
            Ids::One(id) => {
                let number = self.own_order(account, id).ok_or(NO_ORDER)?;
                let told = match nonsense {
                    Some(variant) => self.nonsense(number, variant),
                    None => Some(self.status_of(number)),
                };
                Ok(told.unwrap_or(Json::Object(Vec::new())))
            }
            Ids::Many(many) => {
                let mut entries = Vec::with_capacity(many.len());
                for (at, id) in many.into_iter().enumerate() {
                    let told = match (self.own_order(account, id), nonsense) {
                        (None, _) => Some(Json::error(NO_ORDER)),
                        // Every other one, so that there is sense beside it.
                        (Some(number), Some(variant)) if at.is_multiple_of(2) => {
                            self.nonsense(number, variant)
                        }
                        (Some(number), _) => Some(self.status_of(number)),
                    };
                    entries.extend(told.map(|told| (Cow::Owned(id.to_owned()), told)));
                }
                Ok(Json::Object(entries))
            }
        }
    }

    fn status_of(&self, number: usize) -> Json {
        let Some(order) = self.orders.get(number) else { return Json::error(NO_ORDER) };
        let remains = order.remains(self.now_us);
        let status = Json::object([
            ("charge", Json::text(order.net)),
            ("start_count", Json::text(order.start_count())),
            ("status", Json::text(order.state.word())),
            ("remains", Json::text(remains)),
            ("currency", Json::text(&self.settings.currency)),
        ]);
        match (self.settings.tells_parts, self.divided(order)) {
            (Parts::Untold, _) | (_, None) => status,
            (told, Some((name, each))) => {
                let done = order.quantity.saturating_sub(remains.max(0)).checked_div(each);
                with_parts(status, name, done.unwrap_or(0), told)
            }
        }
    }

    /// What the parts of an order are called, and how many units each has; nothing for an order that has
    /// none.
    fn divided(&self, order: &Order) -> Option<(&'static str, i64)> {
        let service = self.service(order.service)?;
        let form = Form::parse(&self.journal.write(order.request)?.form);
        kind::divided(&service.kind, service.dripfeed, &form)
    }

    fn nonsense(&self, number: usize, variant: &str) -> Option<Json> {
        let order = self.orders.get(number)?;
        bend::status(variant, order, self.status_of(number))
    }
}

/// A status that says how many parts are done.
fn with_parts(status: Json, name: &'static str, done: i64, told: Parts) -> Json {
    let Json::Object(mut members) = status else { return status };
    members.retain(|(name, _)| told == Parts::Beside || name != "remains");
    members.push((Cow::Borrowed(name), Json::number(done)));
    Json::Object(members)
}
