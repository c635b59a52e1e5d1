//! Our own dialect, both ways: what `reply` writes, the client reads.

use panel_api::client::{
    self, AddAnswer, Answers, BalanceAnswer, Found, OrdersAnswer, Said, ServicesAnswer,
};
use panel_api::client::{CancelTaken, RefillTaken, RefillWord, UpstreamWord};
use panel_api::reply::{self, OrderRow, ServiceRow, Status, StatusExtra};
use panel_api::words::{OrderStatus, RefillStatus, ServiceKind, errors};

use super::{asked, each, only};
use crate::ids;

fn written(write: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out);
    out
}

fn status(status: OrderStatus, extra: StatusExtra<'_>) -> Status<'_, &'static str> {
    Status {
        charge: "0.27819",
        start_count: 3572,
        status: status.name(),
        remains: -2,
        currency: "USD",
        extra,
    }
}

fn word(status: OrderStatus) -> UpstreamWord {
    match status {
        OrderStatus::Pending => UpstreamWord::Pending,
        OrderStatus::Processing => UpstreamWord::Processing,
        OrderStatus::InProgress => UpstreamWord::InProgress,
        OrderStatus::Completed => UpstreamWord::Completed,
        OrderStatus::Partial => UpstreamWord::Partial,
        OrderStatus::Canceled => UpstreamWord::Canceled,
    }
}

#[test]
fn new_orders_and_errors() {
    let AddAnswer::Accepted(accepted) = client::read_add(&written(|out| reply::added(out, 23_501)))
    else {
        panic!()
    };
    assert_eq!((accepted.id.as_str(), accepted.charge), ("23501", Said::Absent));
    for text in [errors::BAD_LINK, errors::ACTIVE_ORDER, errors::TRY_LATER] {
        let body = written(|out| reply::error(out, text));
        assert_eq!(client::read_add(&body), AddAnswer::Refused(text.to_owned()));
        assert_eq!(client::read_balance(&body), BalanceAnswer::Refused(text.to_owned()));
        assert_eq!(client::read_services(&body), ServicesAnswer::Refused(text.to_owned()));
        assert_eq!(client::read_orders(&body), OrdersAnswer::Refused(text.to_owned()));
        assert_eq!(client::read_status(&body, &asked(&["1"])), Answers::Refused(text.to_owned()));
    }
}

#[test]
fn balances() {
    let body = written(|out| reply::balance(out, "100.84292", "USD"));
    let BalanceAnswer::Balance { amount, currency } = client::read_balance(&body) else { panic!() };
    assert_eq!((amount.micros(), amount.decimals()), (100_842_920, 5));
    assert_eq!(currency.as_deref(), Some("USD"));
}

#[test]
fn states() {
    for state in OrderStatus::ALL {
        let drip = StatusExtra::Drip { runs: 2, orders: &[11, 12] };
        let body = written(|out| reply::status_one(out, &status(state, drip)));
        let Found::Known(read) = only(client::read_status(&body, &asked(&["9"]))) else { panic!() };
        assert_eq!((read.word, read.raw.as_str()), (word(state), state.name()));
        assert_eq!(read.charge.value().map(|charge| charge.micros()), Some(278_190));
        assert_eq!((read.start_count, read.remains), (Said::Value(3572), Said::Value(-2)));
        assert_eq!((read.runs, read.orders), (Said::Value(2), Said::Value(asked(&["11", "12"]))));
        assert_eq!(read.currency.as_deref(), Some("USD"));
    }
    let posts = StatusExtra::Subscription { posts: 3, expiry: true, orders: &[7] };
    let wanted = ids(&["5", "6", "7"]);
    let rows = wanted
        .iter()
        .map(|id| (id, (id.asked != "6").then(|| status(OrderStatus::Completed, posts))));
    let body = written(|out| reply::status_many(out, rows));
    let found = each(client::read_status(&body, &asked(&["5", "6", "7"])));
    assert!(matches!(&found[0], Found::Known(read) if read.posts == Said::Value(3)));
    assert_eq!(found[1], Found::Error(errors::INCORRECT_ORDER_ID.to_owned()));
    assert!(matches!(&found[2], Found::Known(read) if read.orders == Said::Value(asked(&["7"]))));
    let body = written(|out| reply::error(out, errors::INCORRECT_ORDER_ID));
    let unknown = only(client::read_status(&body, &asked(&["5"])));
    assert_eq!(unknown, Found::Error(errors::INCORRECT_ORDER_ID.to_owned()));
}

#[test]
fn refills() {
    let taken = |id: &str| Found::Known(RefillTaken { refill: Some(id.to_owned()) });
    let body = written(|out| reply::refill_one(out, 4));
    assert_eq!(only(client::read_refill(&body, &asked(&["9"]))), taken("4"));
    let wanted = ids(&["1", "2"]);
    let rows = [(&wanted[0], Ok(4)), (&wanted[1], Err(errors::NOT_COMPLETED))];
    let body = written(|out| reply::refill_many(out, rows));
    let found = each(client::read_refill(&body, &asked(&["1", "2"])));
    assert_eq!(found, [taken("4"), Found::Error(errors::NOT_COMPLETED.to_owned())]);
}

#[test]
fn states_of_refills() {
    let words = [
        RefillWord::Pending,
        RefillWord::InProgress,
        RefillWord::Completed,
        RefillWord::Rejected,
        RefillWord::Failed,
    ];
    let wanted = ids(&["1", "2"]);
    for (status, word) in RefillStatus::ALL.into_iter().zip(words) {
        let one = written(|out| reply::refill_status_one(out, status.name()));
        let rows = [(&wanted[0], Some(status.name())), (&wanted[1], None)];
        let many = written(|out| reply::refill_status_many(out, rows));
        let mut found = each(client::read_refill_status(&many, &asked(&["1", "2"])));
        assert_eq!(found.pop(), Some(Found::Error(errors::INCORRECT_REFILL_ID.to_owned())));
        found.push(only(client::read_refill_status(&one, &asked(&["1"]))));
        for found in found {
            assert!(matches!(found, Found::Known(read) if read.word == word), "{status}");
        }
    }
}

#[test]
fn cancels() {
    let body = written(|out| reply::cancel_one(out, 9));
    assert_eq!(only(client::read_cancel(&body, &asked(&["9"]))), Found::Known(CancelTaken));
    let wanted = ids(&["9", "2"]);
    let rows = [(&wanted[0], Err(errors::CANNOT_CANCEL)), (&wanted[1], Ok(()))];
    let body = written(|out| reply::cancel_many(out, rows));
    let found = each(client::read_cancel(&body, &asked(&["9", "2"])));
    assert_eq!(found, [Found::Error(errors::CANNOT_CANCEL.to_owned()), Found::Known(CancelTaken)]);
}

#[test]
fn services() {
    let rows = ServiceKind::ALL.into_iter().enumerate().map(|(place, kind)| ServiceRow {
        service: i64::try_from(place).unwrap() + 1,
        name: "A \"b\"",
        kind: kind.name(),
        category: "C",
        rate: "2.5",
        min: 1,
        max: 2_147_483_647,
        refill: true,
        cancel: false,
        dripfeed: place == 0,
        desc: (place == 0).then_some("d"),
    });
    let body = written(|out| reply::services(out, rows));
    let ServicesAnswer::List { services, problems } = client::read_services(&body) else {
        panic!()
    };
    assert_eq!(problems, []);
    let kinds: Vec<_> = services.iter().map(|service| service.kind.clone()).collect();
    assert_eq!(kinds, ServiceKind::ALL.map(Said::Value));
    let first = &services[0];
    assert_eq!((first.service.as_str(), first.name.as_str()), ("1", "A \"b\""));
    assert_eq!((first.rate.micros(), first.min, first.max), (2_500_000, 1, 2_147_483_647));
    assert_eq!((&first.refill, &first.cancel), (&Said::Value(true), &Said::Value(false)));
    assert_eq!((&first.dripfeed, first.desc.as_deref()), (&Said::Value(true), Some("d")));
    assert_eq!(
        client::read_services(&written(|out| reply::services::<&str>(out, []))),
        ServicesAnswer::Empty
    );
}

#[test]
fn recent_orders() {
    let row = OrderRow {
        order: 5,
        service: 1,
        link: "https://a.example",
        quantity: 100,
        status: OrderStatus::InProgress.name(),
        charge: "0.25",
        date: "2026-01-31 12:00:00",
    };
    let body = written(|out| reply::orders(out, [row]));
    let OrdersAnswer::List(orders) = client::read_orders(&body) else { panic!() };
    assert_eq!(orders.len(), 1);
    assert_eq!((orders[0].order.as_str(), orders[0].service.as_deref()), ("5", Some("1")));
    assert_eq!(orders[0].link.as_deref(), Some("https://a.example"));
    assert_eq!(
        (&orders[0].quantity, orders[0].word),
        (&Said::Value(100), UpstreamWord::InProgress)
    );
    assert_eq!(orders[0].charge.value().map(|charge| charge.micros()), Some(250_000));
    assert_eq!(orders[0].date.as_deref(), Some("2026-01-31 12:00:00"));
}
