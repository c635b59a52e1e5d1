//! `add`: an order is accepted, or refused.

use crate::amount::{Amount, ratio};
use crate::faults::Fault;
use crate::form::{self, Form};
use crate::journal::{Happening, Verdict};
use crate::json::Json;
use crate::kind;
use crate::panel::life::What;
use crate::panel::order::Plan;
use crate::panel::{Cause, Order, Outcome, Panel, State, Words, refused};
use crate::random::{self, Purpose};

/// The words for a link that has an open order.
pub(super) const ACTIVE_ORDER: &str =
    "You have active order with this link. Please wait until order being completed.";

/// Ids end here: clients keep them in 32 bits.
const LAST_ID: u64 = 2_147_483_647;

/// An order that is about to be accepted.
struct Asked<'a> {
    service: u64,
    link: &'a str,
    quantity: i64,
    charge: Amount,
}

impl Panel {
    pub(super) fn add(
        &mut self,
        request: u64,
        account: u16,
        form: &Form,
        fault: Option<Fault>,
    ) -> (Verdict, Json) {
        if let Some(number) = self.repeated(account, form) {
            return match number {
                Ok(number) => (Verdict::Repeated(number), self.placed(number)),
                Err(words) => (refused(&words), Json::error(&words)),
            };
        }
        match self.asked(account, form) {
            Ok(asked) => {
                let number = self.accept(request, account, form, &asked, fault);
                (Verdict::Accepted(number), self.placed(number))
            }
            Err(words) => (refused(&words), Json::error(&words)),
        }
    }

    fn placed(&self, number: usize) -> Json {
        let id = self.orders.get(number).map_or(0, |order| order.id);
        Json::object([("order", Json::number(id))])
    }

    /// The order that has this request id already, by its number.
    pub(super) fn repeated(&self, account: u16, form: &Form) -> Option<Result<usize, Words>> {
        let id = form.get("request_id").filter(|_| self.settings.request_ids)?;
        let number = *self.request_ids.get(&(account, id.into()))?;
        let first = self.orders.get(number).and_then(|order| self.form_of(order.request))?;
        let same = sorted(first) == sorted(form.without_key());
        Some(if same { Ok(number) } else { Err("Incorrect request_id".to_owned()) })
    }

    /// The form of a request that placed an order. One that waits is not in the journal's hands yet.
    fn form_of(&self, request: u64) -> Option<&str> {
        self.journal.write(request).map(|request| request.form.as_ref())
    }

    /// What is asked for, or the words for why not.
    fn asked<'a>(&self, account: u16, form: &'a Form) -> Result<Asked<'a>, Words> {
        let service = form.get("service").and_then(|id| id.parse().ok());
        let service = service.and_then(|id| self.service(id)).ok_or("Incorrect service ID")?;
        let link = kind::link(&service.kind, form)?;
        let quantity = kind::quantity(&service.kind, service.dripfeed, form)?;
        if quantity < service.min {
            return Err(format!("Quantity less than minimal {}", service.min));
        }
        if quantity > service.max {
            return Err(format!("Quantity more than maximum {}", service.max));
        }
        let by = if kind::is_flat(&service.kind) { 1 } else { 1_000 };
        let (decimals, rounding) = (self.settings.decimals, self.settings.rounding);
        let charge =
            ratio(service.rate, quantity, by, decimals, rounding).ok_or("Incorrect quantity")?;
        if self.settings.guard_links
            && self.open_links.contains_key(&(account, service.id, link.into()))
        {
            return Err(ACTIVE_ORDER.to_owned());
        }
        let purse = self.purses.get(usize::from(account));
        if purse.is_none_or(|purse| purse.balance < charge) || self.next_id > LAST_ID {
            return Err("Not enough funds on balance".to_owned());
        }
        Ok(Asked { service: service.id, link, quantity, charge })
    }

    fn accept(
        &mut self,
        request: u64,
        account: u16,
        form: &Form,
        asked: &Asked<'_>,
        fault: Option<Fault>,
    ) -> usize {
        let number = self.orders.len();
        let reused = (fault == Some(Fault::IdReuse))
            .then(|| self.orders.iter().rev().find(|order| order.account == account))
            .flatten()
            .map(|order| order.id);
        let id = reused.unwrap_or(self.next_id);
        self.next_id = self.next_id.max(id.saturating_add(1));
        self.by_id.insert(id, number);
        let mut random =
            random::source(self.seed, Purpose::Order, u64::try_from(number).unwrap_or(u64::MAX));
        let plan = Plan::draw(
            &self.settings.delivery,
            self.now_us,
            asked.quantity,
            Outcome::asked_by(asked.link),
            &mut random,
        );
        let request_id = form.get("request_id").filter(|_| self.settings.request_ids);
        if let Some(id) = request_id {
            self.request_ids.insert((account, id.into()), number);
        }
        if self.settings.guard_links {
            self.open_links.insert((account, asked.service, asked.link.into()), number);
        }
        self.orders.push(Order {
            number,
            id,
            account,
            service: asked.service,
            link: asked.link.into(),
            request_id: form.get("request_id").map(Into::into),
            request,
            accepted_us: self.now_us,
            quantity: asked.quantity,
            charge: asked.charge,
            net: asked.charge,
            state: State::Pending,
            cancel_asked: false,
            plan,
            version: 0,
        });
        self.journal.happened(self.now_us, number, Happening::Accepted);
        let spent = Amount::ZERO.minus(asked.charge);
        self.move_money(usize::from(account), Cause::Charge(number), spent);
        if plan.outcome != Outcome::Pending {
            self.plan(plan.starts_us, What::Start { order: number, version: 0 });
        }
        number
    }
}

/// The fields of a body, their order aside.
fn sorted(raw: &str) -> Vec<(String, String)> {
    let mut fields = form::fields(raw);
    fields.sort();
    fields
}
