//! Keys and accounts that change on one node while another knows them already.

use crate::on_every_engine;
use crate::shop::{ACCOUNT, NOW, assert_clean, node, order, set_up};
use counter::Failure;
use counter::accounts::{KeyChange, RANDOM_BYTES};
use domain::access::Scopes;
use domain::orders::OrderRefusal;
use testkit::Database;

on_every_engine![
    a_key_that_one_node_changes_places_no_order_on_another,
    what_one_node_changes_another_shows_soon,
];

async fn a_key_that_one_node_changes_places_no_order_on_another(database: &Database) {
    let (here, there) = (node(database.url()), node(database.url()));
    set_up(&here).await;
    let change = |scopes: Option<&str>, expires| KeyChange {
        scopes: scopes.map(|scopes| Scopes::parse(scopes).unwrap()),
        expires,
        ..KeyChange::default()
    };
    for case in 0..3 {
        let made = here.make_key(ACCOUNT, "shop", [case + 1; RANDOM_BYTES], NOW).await.unwrap();
        let key = made.id;
        // The other node knows it, and has admitted a request with it.
        let admitted = there.admit(made.token.reveal(), None, NOW).await.unwrap();
        assert!(admitted.is_some());
        there.place_order(order(Some(key)), NOW).await.unwrap();
        match case {
            0 => drop(here.revoke_key(key, NOW).await.unwrap()),
            1 => drop(here.edit_key(key, change(Some("read"), None), NOW).await.unwrap()),
            _ => {
                let soon = Some(Some(NOW.plus_minutes(1)));
                drop(here.edit_key(key, change(None, soon), NOW).await.unwrap());
            }
        }
        let refused = there.place_order(order(Some(key)), NOW.plus_minutes(2)).await;
        assert!(matches!(refused, Err(Failure::Refused(OrderRefusal::Key))), "{refused:?}");
    }
    assert_clean(&there).await;
}

async fn what_one_node_changes_another_shows_soon(database: &Database) {
    let (here, there) = (node(database.url()), node(database.url()));
    set_up(&here).await;
    let made = here.make_key(ACCOUNT, "shop", [1; RANDOM_BYTES], NOW).await.unwrap();
    let token = made.token.reveal().to_owned();
    assert!(there.admit(&token, None, NOW).await.unwrap().is_some());
    here.revoke_key(made.id, NOW).await.unwrap();
    // Nothing is told to the other node: it looks by itself.
    while there.admit(&token, None, NOW).await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
}
