//! A real counter on a real database beside the model.

use super::goods_ops;
use super::model::{self, Asked, CancelNow, Model, Order, Plan, Status};
use super::ops::{Op, Place, Reported};
use counter::accounts::{AccountChange, Adjustment, KeyChange, KeySecret, RANDOM_BYTES};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::orders::{OrderReport, PlaceOrder, Post, Report, RequestId};
use counter::prices::{Priced, TierChange};
use counter::requests::RefillDecision;
use counter::{Counter, Failure, Settings};
use domain::catalogue::{ListField, NumberField, RefillRule, ServiceKind, TextField};
use domain::orders::{Number, OrderRefusal, OrderRequest, PublicStatus};
use domain::pricing::Discount;
use domain::requests::CancelState;
use domain::{AccountId, CancelId, KeyId, Micros, OrderId, RefillId, ServiceId, TierId, Timestamp};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use store::{Access, Store};

pub(crate) struct World {
    pub(crate) counter: Counter,
    pub(crate) model: Model,
    seeds: u64,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

pub(crate) fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap()
}

fn open(path: &Path) -> Counter {
    let url = format!("sqlite:{}", path.display());
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
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter.db");
        let counter = open(&path);
        let mut world = Self { counter, model: Model::default(), seeds: 0, path, _folder: folder };
        world.model.now = 1_700_000_000_000_000;
        world.set_up().await;
        world
    }

    /// A copy to break, which does not know the model.
    pub(crate) fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter.db");
        let copy = format!("vacuum into '{}'", path.display());
        rusqlite::Connection::open(&self.path).unwrap().execute(&copy, []).unwrap();
        let counter = open(&path);
        Self { counter, model: Model::default(), seeds: 0, path, _folder: folder }
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
                drip_feed: Some(service == 1),
                refill: Some((service == 0).then_some(rule)),
                cancel: Some(service != 3),
                one_open_per_link: Some(service == 2),
                ..ServiceChange::default()
            };
            self.counter.add_service(change, now).await.unwrap();
            self.model.rates.push(model::RATES[service]);
        }
        self.put_up_products(category).await;
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
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        for statement in statements.split(';') {
            assert!(connection.execute(statement, []).unwrap() > 0, "{statement}");
        }
    }

    /// One step, the comparison, and every invariant.
    pub(crate) async fn step(&mut self, index: usize, op: &Op) {
        // A step takes time, so that steps can be told apart.
        self.model.now += 1;
        self.carry_out(op).await;
        self.compare(index, op).await;
        self.compare_goods(&format!("step {index}: {op:?}")).await;
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
            Op::Wait { minutes } => self.model.now += minutes * 60_000_000,
            Op::MoveParts => {
                self.counter.move_parts(now).await.unwrap();
                let next_id = self.next_order_id();
                self.model.move_parts(next_id);
            }
            Op::Seal => {
                self.counter.seal_events(now).await.unwrap();
                assert_eq!(self.counter.seal_events(now).await.unwrap(), 0, "all were sealed");
            }
            Op::Forget => {
                self.counter.forget_old(now).await.unwrap();
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

    /// Places orders that wait together; the counter answers them in order.
    async fn place(&mut self, places: &[Place]) {
        let mut next_id = self.next_order_id();
        let mut calls = Vec::new();
        let mut expected = Vec::new();
        for place in places {
            let asked = asked(place);
            let request = request(&asked);
            let mut hasher = std::hash::DefaultHasher::new();
            asked.meaning.hash(&mut hasher);
            let fingerprint = i64::from_be_bytes(hasher.finish().to_be_bytes());
            let mut hash = [0; 16];
            hash[..8].copy_from_slice(&fingerprint.to_be_bytes());
            let order = PlaceOrder {
                account: account_id(asked.account),
                key: Some(key_id(asked.account)),
                request,
                request_id: asked.request_id.map(|id| RequestId { id: format!("r{id}"), hash }),
                fingerprint,
            };
            let outcome = self.model.place(&asked, next_id);
            if outcome == Ok(next_id) {
                next_id += 1;
            }
            expected.push(outcome);
            calls.push(self.counter.place_order(order, self.now()));
        }
        // Polled together, in order: they join one batch.
        let mut answers = Vec::new();
        let mut calls: Vec<_> = calls.into_iter().map(Box::pin).collect();
        for call in &mut calls {
            std::future::poll_fn(|context| {
                let polled = call.as_mut().poll(context);
                if let std::task::Poll::Ready(answer) = polled {
                    answers.push(Some(answer));
                } else {
                    answers.push(None);
                }
                std::task::Poll::Ready(())
            })
            .await;
        }
        for (call, answer) in calls.into_iter().zip(&mut answers) {
            if answer.is_none() {
                *answer = Some(call.await);
            }
        }
        for ((answer, expected), place) in answers.into_iter().zip(expected).zip(places) {
            let answer = match answer.unwrap() {
                Ok(id) => Ok(id.0),
                Err(Failure::Refused(refusal)) => Err(word(&refusal)),
                Err(Failure::Store(error)) => panic!("{error}"),
            };
            assert_eq!(answer, expected, "{place:?}");
        }
    }

    async fn report(&mut self, order: usize, report: Reported) {
        if self.model.orders.is_empty() {
            return;
        }
        let index = order % self.model.orders.len();
        let id = OrderId(self.model.orders[index].id);
        let sent = match report {
            Reported::Accepted => Report::Accepted,
            Reported::Progress(remains) => {
                Report::Progress { start_count: Some(5), remains: Some(remains) }
            }
            Reported::Completed(remains) => {
                Report::Completed { start_count: None, remains: Some(remains) }
            }
            Reported::Partial(remains) => Report::Partial { remains },
            Reported::Canceled => Report::Canceled,
        };
        let sent = OrderReport { order: id, report: sent, reason: None };
        let done = self.counter.report_order(sent, "tester", self.now()).await;
        let allowed = self.model.report(index, report);
        assert_eq!(done.is_ok(), allowed, "{report:?} on {:?}: {done:?}", self.model.orders[index]);
    }

    async fn ask_cancel(&mut self, order: usize, stranger: bool) {
        if self.model.orders.is_empty() {
            return;
        }
        let index = order % self.model.orders.len();
        let Order { id, account, service, status, cancel_open, .. } =
            self.model.orders[index].clone();
        let asker = if stranger { (account + 1) % self.model.accounts.len() } else { account };
        let ids = vec![OrderId(id)];
        let answers = self.counter.ask_cancels(account_id(asker), ids, self.now()).await.unwrap();
        if stranger {
            assert_eq!(answers, [None]);
            return;
        }
        let allowed = service != 3 && !status.ended();
        assert_eq!(answers[0].unwrap().is_ok(), allowed);
        if !allowed || cancel_open {
            return;
        }
        self.model.ask_cancel(index);
        if self.model.orders[index].plan != Plan::None {
            self.model.stop(index);
        } else if status == Status::Pending {
            self.model.cancel_order(index);
        }
    }

    async fn reject_cancel(&mut self, cancel: usize) {
        if self.model.cancels.is_empty() {
            return;
        }
        let (id, order, now) = self.model.cancels[cancel % self.model.cancels.len()];
        // What was stopped cannot go on.
        let open = now == CancelNow::Open && self.model.orders[order].plan == Plan::None;
        let done = self.counter.reject_cancel(CancelId(id), None, "tester", self.now()).await;
        assert_eq!(done.is_ok(), open, "{:?}", self.model.orders[order]);
        if open {
            self.model.answer_cancel(order, CancelNow::Refused);
        }
    }

    async fn ask_refill(&mut self, order: usize, stranger: bool) {
        if self.model.orders.is_empty() {
            return;
        }
        // Mostly orders that might be refilled; the others are refused anyhow.
        let mut candidates: Vec<usize> = (0..self.model.orders.len())
            .filter(|index| self.model.orders[*index].ended_at.is_some())
            .filter(|index| self.model.orders[*index].service == 0)
            .collect();
        candidates.push(order % self.model.orders.len());
        let index = candidates[order % candidates.len()];
        let Order { id, account, .. } = self.model.orders[index].clone();
        let asker = if stranger { (account + 1) % self.model.accounts.len() } else { account };
        let ids = vec![OrderId(id)];
        let answers = self.counter.ask_refills(account_id(asker), ids, self.now()).await.unwrap();
        if stranger {
            assert_eq!(answers, [None]);
            return;
        }
        let allowed = self.model.may_refill(index);
        assert_eq!(answers[0].unwrap().is_ok(), allowed, "{:?}", self.model.orders[index]);
        if allowed {
            self.model.refills.push((count(self.model.refills.len()) + 1, index));
            self.model.orders[index].refill = Some((self.model.now, true));
        }
    }

    async fn decide_refill(&mut self, refill: usize, decision: u8) {
        if self.model.refills.is_empty() {
            return;
        }
        let (id, order) = self.model.refills[refill % self.model.refills.len()];
        let latest = self.model.refills.iter().rev().find(|(_, o)| *o == order).unwrap().0;
        let (asked, open) = self.model.orders[order].refill.unwrap();
        let decision = match decision {
            0 => RefillDecision::Begin,
            1 => RefillDecision::Complete,
            _ => RefillDecision::Reject,
        };
        let done =
            self.counter.decide_refill(RefillId(id), decision, None, "tester", self.now()).await;
        let live = open && latest == id;
        // Beginning twice is refused; the model does not keep that apart.
        assert!(done.is_err() || live);
        if decision == RefillDecision::Begin {
            return;
        }
        assert_eq!(done.is_ok(), live);
        if live {
            self.model.orders[order].refill = Some((asked, false));
        }
    }

    async fn post(&mut self, order: usize, quantity: i64) {
        if self.model.orders.is_empty() {
            return;
        }
        let index = order % self.model.orders.len();
        let link = format!("https://example.com/post/{}", self.model.now);
        let post =
            Post { order: OrderId(self.model.orders[index].id), link: link.clone(), quantity };
        let done = self.counter.record_post(post, "tester", self.now()).await;
        let next_id = self.next_order_id();
        let allowed = self.model.post(index, quantity, next_id, &link);
        assert_eq!(done.is_ok(), allowed, "{done:?}");
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
            let status = self.counter.order_statuses(owner, &id, self.now()).await.unwrap();
            let status = status.first().unwrap();
            let word = match expected.status {
                Status::Pending => PublicStatus::Pending,
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

fn asked(place: &Place) -> Asked {
    let link = if place.service == 4 { String::new() } else { format!("link-{}", place.link) };
    let Place { account, service, quantity, runs, request_id, .. } = *place;
    let meaning = format!("{service} {link} {quantity} {runs}");
    Asked { account, service, link, quantity, runs, request_id, meaning }
}

fn request(asked: &Asked) -> OrderRequest {
    let mut request = OrderRequest::default();
    request.service = Some(Number::Int(count(asked.service) + 1));
    request.link = Some(asked.link.clone());
    let mut number = |field, value| request.set_number(field, Some(Number::Int(value)));
    number(NumberField::Quantity, asked.quantity);
    if asked.runs > 0 {
        number(NumberField::Runs, asked.runs);
        number(NumberField::Interval, model::INTERVAL_MINUTES);
    }
    if asked.service == 4 {
        number(NumberField::Min, model::MIN[4]);
        number(NumberField::Max, model::MAX[4]);
        number(NumberField::Posts, model::POSTS);
        number(NumberField::Delay, 0);
        request.set_text(TextField::Username, Some(String::from("someone")));
    }
    request.set_list(ListField::Comments, Vec::new());
    request
}

const fn word(refusal: &OrderRefusal) -> &'static str {
    match refusal {
        OrderRefusal::Suspended => "suspended",
        OrderRefusal::Service => "service",
        OrderRefusal::Link => "link",
        OrderRefusal::QuantityLow { .. } => "low",
        OrderRefusal::QuantityHigh { .. } => "high",
        OrderRefusal::Incorrect(_) => "incorrect",
        OrderRefusal::NotEnoughFunds => "funds",
        OrderRefusal::Key => "key",
        OrderRefusal::KeyCap => "cap",
        OrderRefusal::ActiveOrder => "active",
        OrderRefusal::RequestIdReused => "request id",
    }
}

/// A world in which every rule of `verify` has something to be about. Account 1 has an order in
/// each state: 1 pending, 2 in delivery with a cancel asked, 4 completed with a refill asked,
/// 5 partial, 6 canceled, 7 a package; 3 is a drip-feed with its run 11, 8 a subscription with its
/// post 13, 9 a drip-feed that was stopped after its run 12. Order 10 is account 2's. The last two
/// orders, 13 and 14, are not sealed.
pub(crate) async fn example() -> World {
    let mut world = World::new().await;
    let place = |service, link, quantity, runs| Place {
        account: 0,
        service,
        link,
        quantity,
        runs,
        request_id: None,
    };
    let steps = [
        Op::Credit { account: 0, amount: 2_000 },
        Op::Credit { account: 1, amount: 100 },
        Op::Cap { account: 0, cap: Some(2_000) },
        Op::Place(vec![
            place(0, 0, 10, 0),
            Place { request_id: Some(1), ..place(0, 1, 10, 0) },
            place(1, 2, 10, 3),
            place(0, 0, 13, 0),
            place(0, 1, 13, 0),
            place(0, 2, 13, 0),
            place(3, 0, 1, 0),
            place(4, 0, 1, 0),
            place(1, 3, 10, 3),
            Place { account: 1, ..place(0, 0, 10, 0) },
        ]),
        Op::Seal,
        Op::MoveParts,
        Op::Report { order: 1, report: Reported::Progress(4) },
        Op::AskCancel { order: 1, stranger: false },
        Op::Report { order: 3, report: Reported::Completed(0) },
        Op::Report { order: 4, report: Reported::Progress(9) },
        Op::Report { order: 4, report: Reported::Partial(4) },
        Op::Report { order: 5, report: Reported::Canceled },
        Op::Report { order: 11, report: Reported::Completed(0) },
        Op::AskCancel { order: 8, stranger: false },
        Op::Wait { minutes: 121 },
        Op::AskRefill { order: 0, stranger: false },
        Op::Seal,
        Op::Post { order: 7, quantity: 10 },
        Op::Place(vec![place(0, 5, 10, 0)]),
        Op::OpenAccount,
        Op::Credit { account: 2, amount: 1_000 },
    ];
    let trades = goods_ops::example().into_iter().map(Op::Trade);
    for (index, op) in steps.into_iter().chain(trades).enumerate() {
        world.step(index, &op).await;
    }
    let states: Vec<_> = world.model.orders.iter().map(|order| order.status).collect();
    use Status::{Canceled, Completed, InProgress, Partial, Pending};
    let of_orders = [
        Pending, InProgress, InProgress, Completed, Partial, Canceled, Pending, InProgress,
        Partial, Pending, Pending, Completed, Pending, Pending,
    ];
    assert_eq!(states, of_orders);
    assert_eq!((world.model.cancels.len(), world.model.refills.len()), (2, 1));
    let states: Vec<_> = world.model.goods.bought.iter().map(|order| order.status).collect();
    let of_products =
        [Partial, Completed, Completed, Partial, InProgress, InProgress, Canceled, Pending];
    assert_eq!(states, of_products);
    world
}
