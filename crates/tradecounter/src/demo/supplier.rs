//! The simulated supplier: moves every open order of the demo from Pending to its end within a
//! minute. It delivers nothing; it only reports.

use crate::randomness;
use counter::nodes::Worker;
use counter::orders::{OrderReport, Post, Report};
use counter::products::{ProductReport, StaffReport};
use counter::requests::RefillDecision;
use domain::orders::{Order, OrderShape, State};
use domain::products::ProductState;
use domain::requests::RefillState;
use domain::{OrderId, ProductOrderId, Timestamp};

/// Most orders it moves at a time.
const ORDERS_PER_TICK: i64 = 1_000;

/// Name under which it reports: whoever reads a timeline sees that nothing real happened.
const ACTOR: &str = "simulated supplier";

/// Seconds of an order's life after which the supplier accepts it, begins, and ends it.
const ACCEPTS_AFTER: i64 = 2;
const BEGINS_AFTER: i64 = 5;
const ENDS_AFTER: i64 = 12;

/// The simulated supplier. Its reports are made under a lease, so that it is there once.
#[derive(Debug)]
pub(crate) struct Supplier<'a> {
    counter: &'a Worker,
}

impl<'a> Supplier<'a> {
    pub(crate) const fn new(counter: &'a Worker) -> Self {
        Self { counter }
    }

    /// Moves on what is open, as far as its time has come.
    pub(crate) async fn step(&self, now: Timestamp) -> Result<(), store::StoreError> {
        for order in self.counter.open_orders(OrderId(0), ORDERS_PER_TICK).await? {
            match order.shape {
                OrderShape::Single => self.move_on(&order, now).await,
                OrderShape::Subscription => self.publish(&order, now).await,
                OrderShape::DripFeed => {}
            }
        }
        for refill in self.counter.list_refills(None, ORDERS_PER_TICK).await? {
            let age = seconds(refill.created, now);
            let decision = match refill.state {
                RefillState::Pending if age >= BEGINS_AFTER => RefillDecision::Begin,
                RefillState::InProgress if age >= ENDS_AFTER => RefillDecision::Complete,
                _ => continue,
            };
            // Somebody else may have decided it in between; the next look shows it.
            drop(self.counter.decide_refill(refill.id, decision, None, ACTOR, now).await);
        }
        self.deliver_by_hand(now).await
    }

    /// Orders for products that staff deliver: begun, then delivered with made-up lines.
    async fn deliver_by_hand(&self, now: Timestamp) -> Result<(), store::StoreError> {
        let open = self.counter.open_product_orders(ProductOrderId(0), ORDERS_PER_TICK).await?;
        for order in open {
            let age = seconds(order.created, now);
            let report = match order.state {
                ProductState::Pending if age >= BEGINS_AFTER => ProductReport::Begin,
                ProductState::InProgress if age >= ENDS_AFTER => {
                    let line = |piece: i64| format!("done: order {}, piece {piece}", order.id);
                    ProductReport::Deliver((1..=order.remains()).map(line).collect())
                }
                _ => continue,
            };
            let report = StaffReport {
                order: order.id,
                report,
                note: None,
                actor: String::from(ACTOR),
                seed: randomness::bytes(),
            };
            // An operator at the command line may have been faster; the next look shows it.
            drop(self.counter.report_product_order(report, now).await);
        }
        Ok(())
    }

    async fn move_on(&self, order: &Order, now: Timestamp) {
        let Some(report) = next_report(order, seconds(order.created, now)) else { return };
        let report = OrderReport { order: order.id, report, reason: None };
        // An operator at the command line may have been faster; the next look shows it.
        drop(self.counter.report_order(report, ACTOR, now).await);
    }

    /// A subscription sees a new post every few seconds.
    async fn publish(&self, order: &Order, now: Timestamp) {
        let Ok(view) = self.counter.show_order(order.id, now).await else { return };
        let Some((plan, _)) = view.subscription else { return };
        let due = plan.posts_done.saturating_add(1).saturating_mul(BEGINS_AFTER);
        if seconds(order.created, now) < due || order.cancel_requested {
            return;
        }
        let number = plan.posts_done.saturating_add(1);
        let link = format!("https://example.com/posts/{}-{number}", order.id);
        let spread = plan.max.saturating_sub(plan.min).saturating_add(1);
        let quantity = plan.min.saturating_add(number.wrapping_mul(7).rem_euclid(spread.max(1)));
        let post = Post { order: order.id, link, quantity };
        // Refused when the account has run out of money: the next look tries again.
        drop(self.counter.record_post(post, ACTOR, now).await);
    }
}

fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.0.saturating_sub(from.0) / 1_000_000
}

/// What the supplier reports of an order of this age. Links that say `partial` or `cancel` end
/// that way, so that a script can ask for an outcome; other orders take turns.
fn next_report(order: &Order, age: i64) -> Option<Report> {
    let start_count = Some(order.id.0.saturating_mul(37) % 10_000);
    if order.cancel_requested && order.state != State::Pending {
        return Some(Report::Canceled);
    }
    match order.state {
        State::Pending if age >= ACCEPTS_AFTER => Some(Report::Accepted),
        State::Submitted if age >= BEGINS_AFTER => {
            Some(Report::Progress { start_count, remains: Some(order.quantity) })
        }
        State::InProgress if age >= ENDS_AFTER.saturating_add(order.id.0 % 8) => {
            let turn = order.id.0 % 5;
            let partial = order.link.contains("partial") || turn == 3;
            let canceled = order.link.contains("cancel") || turn == 0;
            let rest = order.quantity / 4;
            Some(if order.link.contains("partial") && rest > 0 {
                Report::Partial { remains: rest }
            } else if canceled {
                Report::Canceled
            } else if partial && rest > 0 {
                Report::Partial { remains: rest }
            } else {
                Report::Completed { start_count, remains: Some(0) }
            })
        }
        State::InProgress => {
            let left = order.quantity.saturating_mul(ENDS_AFTER.saturating_sub(age).max(1));
            let remains = left / ENDS_AFTER;
            (remains < order.remains)
                .then_some(Report::Progress { start_count, remains: Some(remains) })
        }
        _ => None,
    }
}
