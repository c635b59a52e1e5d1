//! A real counter on a real database beside the model.

mod example;
mod executors;
mod placing;
mod requests;

pub(crate) use example::example;

use super::model::{self, CancelNow, Model, Order, Plan, Status};
use super::ops::Op;
use super::worker;
use counter::accounts::{AccountChange, Adjustment, KeyChange, KeySecret, RANDOM_BYTES};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::executors::Caller;
use counter::nodes::Job;
use counter::prices::{Priced, TierChange};
use counter::{Counter, Settings};
use domain::catalogue::{LinkRule, RefillRule, ServiceKind};
use domain::orders::PublicStatus;
use domain::pricing::Discount;
use domain::requests::CancelState;
use domain::{AccountId, CancelId, KeyId, Micros, OrderId, ServiceId, TierId, Timestamp};
use store::{Access, Store};
use testkit::Database;

pub(crate) struct World {
    pub(crate) counter: Counter,
    pub(crate) model: Model,
    /// The executors with their keys.
    callers: Vec<Caller>,
    seeds: u64,
    // Behind the counter, because fields are dropped in this order.
    database: Database,
}

pub(crate) fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap()
}

fn open(database: &Database) -> Counter {
    // The model knows one order of things: that in which they are asked for.
    let one = if database.is_postgres() { "?writers=1" } else { "" };
    let url = format!("{}{one}", database.url());
    let store = Store::open(&url, Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
    let settings = Settings {
        currency: String::from("USD"),
        duplicate_window_seconds: model::WINDOW_SECONDS,
        key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        vault: counter::stock::Vault::from_random([7; 64]),
    };
    Counter::new(store, settings)
}

impl World {
    pub(crate) async fn new() -> Self {
        let database = Database::fresh();
        let counter = open(&database);
        let (model, callers) = (Model::default(), Vec::new());
        let mut world = Self { counter, model, callers, seeds: 0, database };
        world.model.now = 1_700_000_000_000_000;
        world.set_up().await;
        world
    }

    /// A copy to break, which does not know the model.
    pub(crate) fn copy(&self) -> Self {
        let database = self.database.copy();
        let counter = open(&database);
        let (model, callers) = (Model::default(), Vec::new());
        Self { counter, model, callers, seeds: 0, database }
    }

    async fn set_up(&mut self) {
        let now = self.now();
        let name = |text: &str| Some(String::from(text));
        let category = CategoryChange { name: name("things"), position: None };
        let category = self.counter.add_category(category, now).await.unwrap();
        for service in 0..model::RATES.len() {
            let kind = match service {
                3 => ServiceKind::Package,
                4 => ServiceKind::Subscriptions,
                _ => ServiceKind::Default,
            };
            let rule = RefillRule {
                days: model::REFILL_DAYS,
                cooldown_hours: model::REFILL_COOLDOWN_HOURS,
            };
            let change = ServiceChange {
                category: Some(category),
                name: Some(format!("service {service}")),
                kind: Some(kind),
                rate: Some(Micros::new(model::RATES[service])),
                min: Some(model::MIN[service]),
                max: Some(model::MAX[service]),
                drip_feed: Some(matches!(service, 1 | 5)),
                refill: Some((service == 0).then_some(rule)),
                cancel: Some(service != 3),
                link_rule: Some(match service {
                    2 => LinkRule::OneOpen,
                    4 | 5 => LinkRule::Queue,
                    _ => LinkRule::Any,
                }),
                fulfilment: None,
                ..ServiceChange::default()
            };
            self.counter.add_service(change, now).await.unwrap();
            self.model.rates.push(model::RATES[service]);
        }
        self.put_up_products(category).await;
        self.put_up_executors().await;
        for name in ["first", "second"] {
            self.counter.add_tier(name, Discount::default(), now).await.unwrap();
        }
        for _ in 0..2 {
            self.open_account().await;
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(self.model.now)
    }

    /// Random enough, and never the same twice.
    pub(crate) fn seed(&mut self) -> [u8; 32] {
        self.seeds += 1;
        let mut seed = [0; 32];
        for part in seed.chunks_mut(8) {
            part.copy_from_slice(&self.seeds.to_be_bytes());
        }
        seed
    }

    async fn open_account(&mut self) {
        let name = format!("account {}", self.model.accounts.len());
        let id = self.counter.open_account(&name, self.now()).await.unwrap();
        self.model.accounts.push(model::Account::default());
        assert_eq!(id.0, count(self.model.accounts.len()));
        let random = [u8::try_from(id.0).unwrap(); RANDOM_BYTES];
        let key = self.counter.make_key(id, "key", random, self.now()).await.unwrap();
        assert_eq!(key.id.0, id.0, "the key of an account has its number");
    }

    /// What `verify` finds.
    pub(crate) async fn findings(&self) -> Vec<String> {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        report.checks.into_iter().flat_map(|check| check.findings).collect()
    }

    /// Changes rows behind the counter's back; several statements are parted by semicolons.
    pub(crate) fn break_by_hand(&self, statements: &str) {
        self.database.by_hand(statements);
    }

    /// One step, the comparison, and every invariant.
    pub(crate) async fn step(&mut self, index: usize, op: &Op) {
        // A step takes time, so that steps can be told apart.
        self.model.now += 1;
        self.carry_out(op).await;
        self.compare(index, op).await;
        self.compare_turns(&format!("step {index}: {op:?}")).await;
        self.compare_goods(&format!("step {index}: {op:?}")).await;
        self.compare_executors(&format!("step {index}: {op:?}")).await;
        assert_eq!(self.findings().await, Vec::<String>::new(), "after step {index}: {op:?}");
    }

    async fn carry_out(&mut self, op: &Op) {
        let now = self.now();
        match op {
            Op::OpenAccount if self.model.accounts.len() < 4 => self.open_account().await,
            Op::OpenAccount => {}
            Op::Credit { account, amount } => self.adjust(*account, *amount, true).await,
            Op::Debit { account, amount } => self.adjust(*account, *amount, false).await,
            Op::CreditLimit { account, limit } => {
                let account = account % self.model.accounts.len();
                let limit_now = Some(Micros::new(*limit));
                let change = AccountChange { credit_limit: limit_now, ..AccountChange::default() };
                let done = self.counter.change_account(account_id(account), change, now).await;
                let entry = &mut self.model.accounts[account];
                let allowed = *limit >= 0 && entry.available + i128::from(*limit) >= 0;
                assert_eq!(done.is_ok(), allowed, "{op:?}");
                if allowed {
                    entry.limit = i128::from(*limit);
                }
            }
            Op::Suspend { account, suspended } => {
                let account = account % self.model.accounts.len();
                let change =
                    AccountChange { suspended: Some(*suspended), ..AccountChange::default() };
                self.counter.change_account(account_id(account), change, now).await.unwrap();
                self.model.accounts[account].suspended = *suspended;
            }
            Op::Rate { service, rate } => {
                let rate_now = Some(Micros::new(*rate));
                let change = ServiceChange { rate: rate_now, ..ServiceChange::default() };
                let id = ServiceId(count(*service) + 1);
                self.counter.edit_service(id, change, now).await.unwrap();
                self.model.rates[*service] = *rate;
            }
            Op::Tier { .. } | Op::JoinTier { .. } | Op::Discount { .. } => self.discount(op).await,
            Op::Price { account, service, rate } => self.price(*account, *service, *rate).await,
            Op::Cap { account, cap } => {
                let daily_cap = Some(cap.map(Micros::new));
                let change = KeyChange { daily_cap, ..KeyChange::default() };
                self.counter.edit_key(key_id(*account), change, now).await.unwrap();
                self.model.accounts[*account].cap = *cap;
            }
            Op::Place(places) => self.place(places).await,
            Op::Trade(trade) => self.trade(trade).await,
            Op::Report { order, report } => self.report(*order, *report).await,
            Op::AskCancel { order, stranger } => self.ask_cancel(*order, *stranger).await,
            Op::RejectCancel { cancel } => self.reject_cancel(*cancel).await,
            Op::AskRefill { order, stranger } => self.ask_refill(*order, *stranger).await,
            Op::DecideRefill { refill, decision } => {
                self.decide_refill(*refill, *decision).await;
            }
            Op::Post { order, quantity } => self.post(*order, *quantity).await,
            Op::Steer { order, steered } => self.steer(*order, *steered).await,
            Op::Wait { minutes } => self.model.now += minutes * 60_000_000,
            Op::MoveParts => {
                worker(&self.counter, Job::Orders).await.move_parts(now).await.unwrap();
                let next_id = self.next_order_id();
                self.model.move_parts(next_id);
            }
            Op::Pull { executor, limit } => self.pull(*executor, *limit).await,
            Op::ExecutorSays { executor, order, said } => {
                self.executor_says(*executor, *order, *said).await;
            }
            Op::ExpireLeases => self.expire_leases().await,
            Op::Release { order } => self.release(*order).await,
            Op::Seal => {
                worker(&self.counter, Job::Sealing).await.seal_events(now).await.unwrap();
                assert_eq!(
                    worker(&self.counter, Job::Sealing).await.seal_events(now).await.unwrap(),
                    0,
                    "all were sealed"
                );
            }
            Op::Forget => {
                worker(&self.counter, Job::Retention).await.forget_old(now).await.unwrap();
                self.model.forget();
            }
        }
    }

    async fn discount(&mut self, op: &Op) {
        let now = self.now();
        let discount = |points: i64| Discount::new(points).unwrap();
        let tier_id = |tier: usize| TierId(count(tier) + 1);
        match *op {
            Op::Tier { tier, discount: points } => {
                let change = TierChange { name: None, discount: Some(discount(points)) };
                self.counter.edit_tier(tier_id(tier), change, now).await.unwrap();
                self.model.tiers[tier] = points;
            }
            Op::JoinTier { account, tier } => {
                let change =
                    AccountChange { tier: Some(tier.map(tier_id)), ..AccountChange::default() };
                self.counter.change_account(account_id(account), change, now).await.unwrap();
                self.model.accounts[account].tier = tier;
            }
            Op::Discount { account, discount: points } => {
                let own = Some(points.map(discount));
                let change = AccountChange { discount: own, ..AccountChange::default() };
                self.counter.change_account(account_id(account), change, now).await.unwrap();
                self.model.accounts[account].discount = points;
            }
            _ => {}
        }
    }

    async fn price(&mut self, account: usize, service: usize, rate: Option<i64>) {
        let (now, id) = (self.now(), account_id(account));
        let of = Priced::Service(ServiceId(count(service) + 1));
        let prices = &mut self.model.accounts[account].prices;
        match rate {
            Some(rate) => {
                prices.insert(service, rate);
                self.counter.set_price(id, of, Micros::new(rate), "tester", now).await.unwrap();
            }
            None => {
                let done = self.counter.clear_price(id, of, "tester", now).await;
                assert_eq!(done.is_ok(), prices.remove(&service).is_some());
            }
        }
    }

    fn next_order_id(&self) -> i64 {
        self.model.orders.iter().map(|order| order.id).max().unwrap_or(0) + 1
    }

    async fn adjust(&mut self, account: usize, amount: i64, credit: bool) {
        let account = account % self.model.accounts.len();
        let adjustment = Adjustment {
            account: account_id(account),
            amount: Micros::new(amount),
            reason: String::from("test"),
        };
        let now = self.now();
        let entry = &mut self.model.accounts[account];
        let amount = i128::from(amount);
        let (done, allowed) = if credit {
            (self.counter.credit(adjustment, "tester", now).await, amount > 0)
        } else {
            let enough = entry.available + entry.limit >= amount;
            (self.counter.debit(adjustment, "tester", now).await, amount > 0 && enough)
        };
        assert_eq!(done.is_ok(), allowed);
        if allowed {
            entry.available += if credit { amount } else { -amount };
        }
    }

    /// Every balance and every order, as stored and as the model has them.
    async fn compare(&self, index: usize, op: &Op) {
        for (account, expected) in self.model.accounts.iter().enumerate() {
            let wallet = self.counter.wallet(account_id(account)).await.unwrap().unwrap();
            let stored = (i128::from(wallet.available.raw()), i128::from(wallet.held.raw()));
            assert_eq!(stored, (expected.available, expected.held), "step {index}: {op:?}");
        }
        for account in 0..self.model.accounts.len() {
            let offers = self.counter.list_services(account_id(account)).await.unwrap();
            let shown: Vec<i128> = offers.iter().map(|o| i128::from(o.rate.raw())).collect();
            let rates = 0..self.model.rates.len();
            let rates: Vec<i128> = rates.map(|service| self.model.rate(account, service)).collect();
            assert_eq!(shown, rates, "step {index}: {op:?}");
        }
        let cancels = self.counter.list_cancels(Some(CancelId(i64::MAX)), 1_000).await.unwrap();
        let stored: Vec<_> = cancels.iter().rev().map(|c| (c.id.0, c.order.0, c.state)).collect();
        let cancels = self.model.cancels.iter().map(|(id, order, now)| {
            let state = match now {
                CancelNow::Open => CancelState::Requested,
                CancelNow::Done => CancelState::Done,
                CancelNow::Refused => CancelState::Rejected,
            };
            (*id, self.model.orders[*order].id, state)
        });
        assert_eq!(stored, cancels.collect::<Vec<_>>(), "step {index}: {op:?}");
        for expected in &self.model.orders {
            let id = [OrderId(expected.id)];
            let owner = account_id(expected.account);
            let status = self.counter.order_statuses(owner, &id, self.now(), None).await.unwrap();
            let status = status.first().unwrap();
            let word = match expected.status {
                Status::Pending | Status::Review => PublicStatus::Pending,
                Status::Processing => PublicStatus::Processing,
                Status::InProgress => PublicStatus::InProgress,
                Status::Completed => PublicStatus::Completed,
                Status::Partial => PublicStatus::Partial,
                Status::Canceled => PublicStatus::Canceled,
            };
            assert_eq!(status.status, word, "step {index}: {op:?}: {expected:?}");
            let position = self.model.orders.iter().position(|o| o.id == expected.id);
            let net = |order: &Order| order.holds + order.earned;
            let parts = self.model.orders.iter().filter(|order| order.parent == position);
            let charge = net(expected) + parts.map(net).sum::<i128>();
            assert_eq!(i128::from(status.charge.raw()), charge, "step {index}: {expected:?}");
            if expected.plan == Plan::None || expected.status.ended() {
                assert_eq!(status.remains, expected.remains, "step {index}: {expected:?}");
            }
        }
    }
}

pub(crate) fn account_id(index: usize) -> AccountId {
    AccountId(count(index) + 1)
}

fn key_id(account: usize) -> KeyId {
    KeyId(count(account) + 1)
}
