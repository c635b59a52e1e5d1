//! Prices that change on one node while another places an order.

use crate::on_every_engine;
use crate::shop::{
    ACCOUNT, NOW, RATE, SERVICE, TIER, assert_clean, charged, node, order, set_rate, set_up,
};
use counter::accounts::AccountChange;
use counter::catalogue::ServiceChange;
use counter::prices::{Priced, TierChange};
use counter::{Counter, Failure};
use domain::Micros;
use domain::orders::OrderRefusal;
use domain::pricing::Discount;
use pgkit::raw::Client;
use store::tables::{accounts, catalogue, prices};
use store::{DbError, Tx};
use testkit::Database;

on_every_engine![what_one_node_changes_the_next_order_on_another_pays];

async fn set_tier(counter: &Counter, points: i64) {
    let discount = Some(Discount::new(points).unwrap());
    counter.edit_tier(TIER, TierChange { name: None, discount }, NOW).await.unwrap();
}

async fn what_one_node_changes_the_next_order_on_another_pays(database: &Database) {
    let (here, there) = (node(database.url()), node(database.url()));
    set_up(&here).await;
    let place = || there.place_order(order(None), NOW);
    let pays = || async { charged(&there, place().await.unwrap()).await };
    assert_eq!(pays().await, RATE);
    set_rate(&here, 2 * RATE).await;
    assert_eq!(pays().await, 2 * RATE);
    set_tier(&here, 5_000).await;
    assert_eq!(pays().await, RATE);
    let own = Micros::new(3 * RATE);
    here.set_price(ACCOUNT, Priced::Service(SERVICE), own, "tester", NOW).await.unwrap();
    assert_eq!(pays().await, 3 * RATE);
    here.clear_price(ACCOUNT, Priced::Service(SERVICE), "tester", NOW).await.unwrap();
    assert_eq!(pays().await, RATE);
    let sell = |on_sale| ServiceChange { on_sale: Some(on_sale), ..ServiceChange::default() };
    here.edit_service(SERVICE, sell(false), NOW).await.unwrap();
    assert!(matches!(place().await, Err(Failure::Refused(OrderRefusal::Service))));
    here.edit_service(SERVICE, sell(true), NOW).await.unwrap();
    let suspend = |suspended| {
        let change = AccountChange { suspended: Some(suspended), ..AccountChange::default() };
        here.change_account(ACCOUNT, change, NOW)
    };
    suspend(true).await.unwrap();
    assert!(matches!(place().await, Err(Failure::Refused(OrderRefusal::Suspended))));
    suspend(false).await.unwrap();
    assert_eq!(pays().await, RATE);
    assert_clean(&there).await;
}

/// The list rate, read before the account is locked, and the discount of the tier, read after it.
fn look_once(tx: &mut dyn Tx) -> Result<(i64, i64), DbError> {
    let rate = catalogue::services(tx)?.first().unwrap().rate.raw();
    accounts::lock(tx, &[ACCOUNT])?;
    let tiers = prices::tiers_of(tx, &[TIER])?;
    Ok((rate, tiers.first().unwrap().discount.basis_points()))
}

/// A price is made from several rows. Here the order's unit has read the list rate and waits for its
/// account; both the rate and the discount change; then it reads the discount. What it has then is the
/// old rate with the new discount, which never was a price.
#[tokio::test(flavor = "multi_thread")]
async fn no_order_pays_a_mixture_of_what_was_before_and_after() {
    let server = pgkit::Server::shared();
    let database = server.database();
    let (here, there) = (node(&database.url()), node(&database.url()));
    set_up(&here).await;
    // Everything is known that can be.
    let first = there.place_order(order(None), NOW).await.unwrap();
    assert_eq!(charged(&there, first).await, RATE);
    // Not by a unit of the store, which may not stand still for long.
    let mut holder = Client::connect(server.address(), server.user(), database.name()).unwrap();
    holder.query("begin; select id from account where id = 1 for update").unwrap();
    let mut placing = tokio::task::JoinSet::new();
    let placer = there.clone();
    placing.spawn(async move { placer.place_order(order(None), NOW).await });
    // A unit that does not look twice, to see that there is a mixture to be had.
    let naive = there.store().clone();
    let mut looking = tokio::task::JoinSet::new();
    looking.spawn(async move { naive.write(look_once).await });
    let waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' \
        and datname = current_database()";
    testkit::until("both to wait for the account", || {
        (database.run_sql(waits).unwrap() == "2").then_some(())
    });
    set_rate(&here, 3 * RATE).await;
    set_tier(&here, 5_000).await;
    holder.query("commit").unwrap();
    let placed = placing.join_next().await.unwrap().unwrap().unwrap();
    assert_eq!(charged(&here, placed).await, 3 * RATE / 2, "the price that was acknowledged");
    let mixture = looking.join_next().await.unwrap().unwrap().unwrap().unwrap();
    assert_eq!(mixture, (RATE, 5_000), "what a single look would have charged: never a price");
    assert_clean(&here).await;
}
