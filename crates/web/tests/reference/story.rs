//! What happens between the examples, beside what the examples do.

use crate::shop::{Shop, worker};
use counter::accounts::AccountChange;
use counter::nodes::Job;
use counter::orders::{OrderReport, Post, Report};
use counter::requests::RefillDecision;
use domain::{OrderId, RefillId};

/// Something that happens.
#[derive(Clone, Copy, Debug)]
enum Event {
    /// So many seconds pass.
    Pass(i64),
    /// Runs that are due start.
    RunsStart,
    /// Whoever fulfils an order reports on it.
    Reported(i64, Report),
    /// A post of a subscription becomes an order.
    Posted(i64, &'static str, i64),
    /// The account orders something that no example shows.
    Ordered(&'static str),
    /// A refill is decided about.
    Refill(i64, RefillDecision),
    /// The account is suspended, or no longer.
    Suspended(bool),
    /// Products are put up, with stock.
    Products,
}

use Event::{Ordered, Pass, Posted, Products, Refill, Reported, RunsStart, Suspended};

const HOUR: i64 = 3_600;

const DONE: Report = Report::Completed { start_count: None, remains: None };

/// What happens before an example, by its name. Before every example, ten seconds pass.
const STORY: &[(&str, &[Event])] = &[
    ("status-one", &[Reported(1, Report::Progress { start_count: Some(120), remains: Some(850) })]),
    (
        "status-many",
        &[
            Reported(1, Report::Partial { remains: 333 }),
            Reported(2, Report::Completed { start_count: Some(40), remains: Some(-2) }),
            Reported(3, DONE),
            Reported(4, Report::Canceled),
        ],
    ),
    ("status-drip", &[RunsStart, Reported(7, DONE), Pass(HOUR), RunsStart]),
    ("status-subscription", &[Posted(6, "https://example.com/episode-12", 1_200)]),
    ("refill-one", &[Pass(25 * HOUR)]),
    ("refill-status-one", &[Refill(1, RefillDecision::Begin)]),
    (
        "refill-status-many",
        &[Refill(1, RefillDecision::Complete), Refill(2, RefillDecision::Reject)],
    ),
    ("cancel-one", &[Ordered("service=1&link=https://example.com/flyer&quantity=90")]),
    ("products", &[Products]),
    ("suspended-balance", &[Suspended(true)]),
    ("no-action", &[Suspended(false)]),
];

/// The examples that something happens before.
pub(crate) fn examples() -> impl Iterator<Item = &'static str> {
    STORY.iter().map(|(example, _)| *example)
}

/// Lets happen what happens before an example.
pub(crate) async fn before(shop: &Shop, example: &str) {
    shop.wait(10);
    for (_, events) in STORY.iter().filter(|(name, _)| *name == example) {
        for event in *events {
            happen(shop, *event).await;
        }
    }
}

async fn happen(shop: &Shop, event: Event) {
    let (counter, now) = (&shop.counter, shop.now());
    match event {
        Pass(seconds) => shop.wait(seconds),
        RunsStart => {
            assert_eq!(
                worker(counter, Job::Orders).await.move_parts(now).await.unwrap(),
                1,
                "one run is due"
            );
        }
        Reported(order, report) => {
            let report = OrderReport { order: OrderId(order), report, reason: None };
            counter.report_order(report, "staff", now).await.unwrap();
        }
        Posted(order, link, quantity) => {
            let post = Post { order: OrderId(order), link: link.to_owned(), quantity };
            counter.record_post(post, "staff", now).await.unwrap();
        }
        Products => shop.put_up_products().await,
        Ordered(form) => {
            let reply = shop.ask(&format!("action=add&{form}")).await;
            assert!(reply.starts_with("{\"order\":"), "{reply}");
        }
        Refill(refill, decision) => {
            counter.decide_refill(RefillId(refill), decision, None, "staff", now).await.unwrap();
        }
        Suspended(suspended) => {
            let change = AccountChange { suspended: Some(suspended), ..AccountChange::default() };
            counter.change_account(shop.account, change, now).await.unwrap();
        }
    }
}
