//! The model: what a careful person with a notebook would write down. Money is plain `i128`
//! arithmetic; nothing here calls the rules under test.

pub(crate) mod executors;
mod parts;
mod reports;
mod turns;

use super::goods::Goods;
use executors::Lease;
use std::collections::{BTreeMap, HashMap};

/// Rates in micros per 1,000 are small here, so that rounding shows in every sum.
pub(crate) const RATES: [i64; 6] = [1_333, 777, 2_001, 500, 901, 1_111];
/// Service 0: plain, refills and cancels. 1: runs. 2: one open order per link. 3: a package.
/// 4: a subscription of 3 posts of 5 to 20 units, one after the other on a link. 5: runs, one order
/// after the other on a link.
pub(crate) const MIN: [i64; 6] = [2, 2, 2, 1, 5, 2];
pub(crate) const MAX: [i64; 6] = [30, 60, 30, 1, 20, 60];
pub(crate) const REFILL_COOLDOWN_HOURS: i64 = 2;
pub(crate) const REFILL_DAYS: i64 = 1;
pub(crate) const WINDOW_SECONDS: i64 = 60;
pub(crate) const INTERVAL_MINUTES: i64 = 10;
pub(crate) const POSTS: i64 = 3;
const MINUTE: i64 = 60_000_000;

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) available: i128,
    pub(crate) held: i128,
    pub(crate) limit: i128,
    pub(crate) suspended: bool,
    pub(crate) tier: Option<usize>,
    pub(crate) discount: Option<i64>,
    /// Its own price of a service.
    pub(crate) prices: HashMap<usize, i64>,
    /// What its key may spend in a day, and what it has spent on the last day that this was
    /// counted.
    pub(crate) cap: Option<i64>,
    pub(crate) spent: (i64, i128),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Pending,
    Processing,
    InProgress,
    /// A person decides.
    Review,
    Completed,
    Partial,
    Canceled,
}

impl Status {
    pub(crate) fn ended(self) -> bool {
        matches!(self, Self::Completed | Self::Partial | Self::Canceled)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: i64,
    pub(crate) account: usize,
    pub(crate) service: usize,
    pub(crate) link: String,
    pub(crate) rate: i128,
    pub(crate) quantity: i64,
    pub(crate) charge: i128,
    /// What the house has earned of it.
    pub(crate) earned: i128,
    /// What it still holds of the customer's money.
    pub(crate) holds: i128,
    pub(crate) status: Status,
    pub(crate) remains: i64,
    pub(crate) ended_at: Option<i64>,
    pub(crate) cancel_open: bool,
    /// Whether it waits for its turn on its link.
    pub(crate) waits: bool,
    pub(crate) parent: Option<usize>,
    pub(crate) plan: Plan,
    /// When the last refill was asked, and whether it is open.
    pub(crate) refill: Option<(i64, bool)>,
    pub(crate) lease: Option<Lease>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    None,
    Runs { total: i64, each: i64, started: i64, next: i64, over: bool, paused: bool },
    Posts { done: i64, over: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CancelNow {
    Open,
    Done,
    Refused,
}

/// By account and id: what was meant, the order, and when.
pub(crate) type RequestIds<O> = BTreeMap<(usize, u8), (String, O, i64)>;

#[derive(Debug, Default)]
pub(crate) struct Model {
    pub(crate) accounts: Vec<Account>,
    pub(crate) orders: Vec<Order>,
    pub(crate) rates: Vec<i64>,
    /// Discounts of the tiers.
    pub(crate) tiers: [i64; 2],
    pub(crate) recent: HashMap<(usize, String), i64>,
    pub(crate) request_ids: RequestIds<i64>,
    /// (refill id, order)
    pub(crate) refills: Vec<(i64, usize)>,
    /// (cancel id, order, where it stands)
    pub(crate) cancels: Vec<(i64, usize, CancelNow)>,
    pub(crate) goods: Goods,
    pub(crate) now: i64,
}

pub(crate) fn up(amount: i128, by: i128) -> i128 {
    (amount + by - 1).div_euclid(by)
}

/// A request as the model reads it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) account: usize,
    pub(crate) service: usize,
    pub(crate) link: String,
    pub(crate) quantity: i64,
    pub(crate) runs: i64,
    pub(crate) request_id: Option<u8>,
    pub(crate) meaning: String,
}

impl Model {
    /// What an account pays for a service: its own price, or else the list less its own discount,
    /// or else less its tier's, or else the list.
    pub(crate) fn rate(&self, account: usize, service: usize) -> i128 {
        let account = &self.accounts[account];
        if let Some(own) = account.prices.get(&service) {
            return i128::from(*own);
        }
        let list = i128::from(self.rates[service]);
        let points = match (account.discount, account.tier) {
            (Some(own), _) => own,
            (None, Some(tier)) => self.tiers[tier],
            (None, None) => 0,
        };
        up(list * i128::from(10_000 - points), 10_000)
    }

    /// What the account's key has spent today.
    fn spent_today(&self, account: usize) -> i128 {
        let (day, spent) = self.accounts[account].spent;
        if day == self.now.div_euclid(1_440 * MINUTE) { spent } else { 0 }
    }

    /// What the counter must answer: the id of a new order (`id`), of an old one, or a refusal.
    pub(crate) fn place(&mut self, asked: &Asked, id: i64) -> Result<i64, &'static str> {
        if let Some(request) = asked.request_id
            && let Some((meaning, order, _)) = self.request_ids.get(&(asked.account, request))
        {
            return if *meaning == asked.meaning { Ok(*order) } else { Err("request id") };
        }
        let account = self.accounts.get(asked.account).ok_or("suspended")?;
        if account.suspended {
            return Err("suspended");
        }
        let service = asked.service;
        let rate = self.rate(asked.account, service);
        let runs = asked.runs.max(1);
        let (quantity, charge, plan) = match service {
            3 => (1, rate, Plan::None),
            4 => {
                let quantity = MAX[4] * POSTS;
                let plan = Plan::Posts { done: 0, over: false };
                (quantity, up(rate * i128::from(quantity), 1_000), plan)
            }
            _ => {
                if service != 1 && service != 5 && runs > 1 {
                    return Err("incorrect");
                }
                if asked.quantity < MIN[service] {
                    return Err("low");
                }
                let quantity = asked.quantity * runs;
                if quantity > MAX[service] {
                    return Err("high");
                }
                let plan = if runs > 1 {
                    let each = asked.quantity;
                    let (next, over, paused) = (self.now, false, false);
                    Plan::Runs { total: runs, each, started: 0, next, over, paused }
                } else {
                    Plan::None
                };
                (quantity, up(rate * i128::from(quantity), 1_000), plan)
            }
        };
        if account.available + account.limit < charge {
            return Err("funds");
        }
        let spent = self.spent_today(asked.account) + charge;
        if account.cap.is_some_and(|cap| spent > i128::from(cap)) {
            return Err("cap");
        }
        let open_on_link = |o: &Order| o.service == 2 && !o.status.ended() && o.link == asked.link;
        if service == 2 && self.orders.iter().any(open_on_link) {
            return Err("active");
        }
        let repeated = self.recent.get(&(asked.account, asked.meaning.clone()));
        let window = WINDOW_SECONDS * 1_000_000;
        if asked.request_id.is_none() && repeated.is_some_and(|last| self.now - last < window) {
            return Err("active");
        }
        match asked.request_id {
            Some(request) => {
                let used = (asked.meaning.clone(), id, self.now);
                self.request_ids.insert((asked.account, request), used);
            }
            None => {
                self.recent.insert((asked.account, asked.meaning.clone()), self.now);
            }
        }
        if self.accounts[asked.account].cap.is_some() {
            let today = self.now.div_euclid(1_440 * MINUTE);
            self.accounts[asked.account].spent = (today, spent);
        }
        self.hold(asked.account, charge);
        self.orders.push(Order {
            id,
            account: asked.account,
            service,
            link: asked.link.clone(),
            rate,
            quantity,
            charge,
            earned: 0,
            holds: charge,
            status: Status::Pending,
            remains: quantity,
            ended_at: None,
            cancel_open: false,
            waits: self.must_wait(service, &asked.link),
            parent: None,
            plan,
            refill: None,
            lease: None,
        });
        Ok(id)
    }

    /// Forgets request ids after three days.
    pub(crate) fn forget(&mut self) {
        let since = self.now - 3 * 1_440 * MINUTE;
        self.request_ids.retain(|_, (_, _, at)| *at >= since);
        self.goods.request_ids.retain(|_, (_, _, at)| *at >= since);
    }

    fn hold(&mut self, account: usize, amount: i128) {
        self.accounts[account].available -= amount;
        self.accounts[account].held += amount;
    }

    /// Gives the customer back part of what an order holds.
    fn give_back(&mut self, order: usize, amount: i128) {
        let account = self.orders[order].account;
        self.orders[order].holds -= amount;
        self.accounts[account].held -= amount;
        self.accounts[account].available += amount;
    }

    fn earn(&mut self, order: usize, amount: i128) {
        let account = self.orders[order].account;
        self.orders[order].holds -= amount;
        self.orders[order].earned += amount;
        self.accounts[account].held -= amount;
    }

    pub(crate) fn ask_cancel(&mut self, order: usize) {
        let id = i64::try_from(self.cancels.len()).unwrap() + 1;
        self.cancels.push((id, order, CancelNow::Open));
        self.orders[order].cancel_open = true;
    }

    /// Answers the open cancel of an order, if there is one.
    pub(crate) fn answer_cancel(&mut self, order: usize, answer: CancelNow) {
        self.orders[order].cancel_open = false;
        for (_, of, now) in &mut self.cancels {
            if *of == order && *now == CancelNow::Open {
                *now = answer;
            }
        }
    }

    fn end(&mut self, order: usize, status: Status) {
        self.leave_link(order);
        let all_came = status == Status::Completed;
        self.answer_cancel(order, if all_came { CancelNow::Refused } else { CancelNow::Done });
        let rest = self.orders[order].holds;
        self.give_back(order, rest);
        let now = self.now;
        let order = &mut self.orders[order];
        order.status = status;
        order.ended_at = order.ended_at.or(Some(now));
    }

    pub(crate) fn cancel_order(&mut self, order: usize) {
        self.end(order, Status::Canceled);
        self.orders[order].remains = self.orders[order].quantity;
        self.part_ended(order);
    }

    /// Whether a refill is allowed now.
    pub(crate) fn may_refill(&self, index: usize) -> bool {
        let order = &self.orders[index];
        let cooldown = REFILL_COOLDOWN_HOURS * 60 * MINUTE;
        let window = REFILL_DAYS * 24 * 60 * MINUTE;
        let Some(ended) = order.ended_at else { return false };
        order.service == 0
            && order.status == Status::Completed
            && self.now <= ended + window
            && self.now >= ended + cooldown
            && order.refill.is_none_or(|(asked, open)| !open && self.now >= asked + cooldown)
    }
}
