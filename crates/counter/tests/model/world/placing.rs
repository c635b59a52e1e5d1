//! Orders: placed, reported on, and the posts of a subscription.

use super::{World, account_id, count, key_id};
use crate::model::{self, Asked, Status};
use crate::ops::{Place, Reported, Steered};
use counter::Failure;
use counter::orders::{OrderReport, PlaceOrder, Post, Report, RequestId, Steer};
use domain::OrderId;
use domain::catalogue::{ListField, NumberField, TextField};
use domain::orders::{Number, OrderRefusal, OrderRequest};
use std::hash::{Hash, Hasher};

impl World {
    /// Places orders that wait together; the counter answers them in order.
    pub(super) async fn place(&mut self, places: &[Place]) {
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

    pub(super) async fn report(&mut self, order: usize, report: Reported) {
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

    pub(super) async fn post(&mut self, order: usize, quantity: i64) {
        if self.model.orders.is_empty() {
            return;
        }
        let index = order % self.model.orders.len();
        // Few links, so that posts meet.
        let link = format!("https://example.com/post/{}", quantity % 2);
        let post =
            Post { order: OrderId(self.model.orders[index].id), link: link.clone(), quantity };
        let done = self.counter.record_post(post, "tester", self.now()).await;
        let next_id = self.next_order_id();
        let allowed = self.model.post(index, quantity, next_id, &link);
        assert_eq!(done.is_ok(), allowed, "{done:?}");
    }

    pub(super) async fn steer(&mut self, order: usize, steered: Steered) {
        if self.model.orders.is_empty() {
            return;
        }
        let index = order % self.model.orders.len();
        let steer = match steered {
            Steered::Pause => Steer::Pause,
            Steered::Resume => Steer::Resume,
            Steered::Stop => Steer::Stop,
        };
        let id = OrderId(self.model.orders[index].id);
        let done = self.counter.steer_parts(id, steer, "tester", None, self.now()).await;
        let allowed = self.model.steer(index, steered);
        assert_eq!(done.is_ok(), allowed, "{steered:?}: {done:?}");
    }

    /// Whether each order says that it waits for another.
    pub(super) async fn compare_turns(&self, step: &str) {
        for order in self.model.orders.iter().filter(|order| order.service >= 4) {
            let shown = self.counter.show_order(OrderId(order.id), self.now()).await.unwrap();
            let says = shown.waits.is_some() && order.status == Status::Pending;
            assert_eq!(says, order.waits, "{step}: {order:?}: {:?}", shown.waits);
        }
    }
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
