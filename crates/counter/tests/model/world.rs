//! A real counter on a real database beside the model.

use super::model::{self, Asked, Model, Order, Plan, Status};
use super::ops::{Op, Place, Reported};
use counter::accounts::{AccountChange, Adjustment, KeySecret};
use counter::catalogue::{CategoryChange, ServiceChange};
use counter::orders::{OrderReport, PlaceOrder, Post, Report, RequestId};
use counter::requests::RefillDecision;
use counter::{Counter, Failure, Settings};
use domain::catalogue::{ListField, NumberField, RefillRule, ServiceKind, TextField};
use domain::orders::{Number, OrderRefusal, OrderRequest, PublicStatus};
use domain::{AccountId, CancelId, Micros, OrderId, RefillId, ServiceId, Timestamp};
use std::hash::{Hash, Hasher};
use std::path::PathBuf;
use store::{Access, Store};

pub(crate) struct World {
    counter: Counter,
    model: Model,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap()
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("counter.db");
        let url = format!("sqlite:{}", path.display());
        let store = Store::open(&url, Access::CreateIfMissing, |error| panic!("{error}")).unwrap();
        let settings = Settings {
            currency: String::from("USD"),
            duplicate_window_seconds: model::WINDOW_SECONDS,
            key_secret: KeySecret::new(vec![7; 32]).unwrap(),
        };
        let counter = Counter::new(store, settings);
        let mut world = Self { counter, model: Model::default(), path, _folder: folder };
        world.model.now = 1_700_000_000_000_000;
        world.seed().await;
        world
    }

    async fn seed(&mut self) {
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
        for _ in 0..2 {
            self.open_account().await;
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp(self.model.now)
    }

    async fn open_account(&mut self) {
        let name = format!("account {}", self.model.accounts.len());
        let id = self.counter.open_account(&name, self.now()).await.unwrap();
        self.model.accounts.push(model::Account::default());
        assert_eq!(id.0, count(self.model.accounts.len()));
    }

    /// What `verify` finds.
    pub(crate) async fn findings(&self) -> Vec<String> {
        let report = self.counter.verify(&mut |_, _| {}).await.unwrap();
        report.checks.into_iter().flat_map(|check| check.findings).collect()
    }

    /// Changes rows behind the counter's back.
    pub(crate) fn break_by_hand(&self, statement: &str) {
        let connection = rusqlite::Connection::open(&self.path).unwrap();
        assert!(connection.execute(statement, []).unwrap() > 0, "{statement}");
    }

    /// One step, the comparison, and every invariant.
    pub(crate) async fn step(&mut self, index: usize, op: &Op) {
        // A step takes time, so that steps can be told apart.
        self.model.now += 1;
        self.carry_out(op).await;
        self.compare(index, op).await;
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
            Op::Place(places) => self.place(places).await,
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
                key: None,
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
                assert!(polled.is_pending() || polled.is_ready());
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
        self.model.cancels.push((count(self.model.cancels.len()) + 1, index));
        if self.model.orders[index].plan != Plan::None {
            self.model.orders[index].cancel_open = true;
            self.model.stop(index);
        } else if status == Status::Pending {
            self.model.cancel_order(index);
        } else {
            self.model.orders[index].cancel_open = true;
        }
    }

    async fn reject_cancel(&mut self, cancel: usize) {
        if self.model.cancels.is_empty() {
            return;
        }
        let (id, order) = self.model.cancels[cancel % self.model.cancels.len()];
        let latest = self.model.cancels.iter().rev().find(|(_, o)| *o == order).unwrap().0;
        let open = self.model.orders[order].cancel_open && latest == id;
        let done = self.counter.reject_cancel(CancelId(id), None, "tester", self.now()).await;
        assert_eq!(done.is_ok(), open, "{:?}", self.model.orders[order]);
        if open {
            self.model.orders[order].cancel_open = false;
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

fn account_id(index: usize) -> AccountId {
    AccountId(count(index) + 1)
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
        OrderRefusal::ActiveOrder => "active",
        OrderRefusal::RequestIdReused => "request id",
    }
}

/// A world with orders, transfers, events under several seals, a request id and a drip-feed.
pub(crate) async fn example() -> World {
    let mut world = World::new().await;
    let place = |service, link, runs, request_id| Place {
        account: 0,
        service,
        link,
        quantity: 10,
        runs,
        request_id,
    };
    let steps = [
        Op::Credit { account: 0, amount: 1_000 },
        Op::Place(vec![place(0, 0, 0, None), place(0, 1, 0, Some(1)), place(1, 2, 3, None)]),
        Op::Seal,
        Op::MoveParts,
        Op::Report { order: 1, report: Reported::Progress(4) },
        Op::Seal,
    ];
    for (index, op) in steps.iter().enumerate() {
        world.step(index, op).await;
    }
    world
}
