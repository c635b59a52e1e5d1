//! With which keys stock is served, where several nodes serve.

use crate::on_every_engine;
use crate::shop::node_with;
use counter::nodes::{Node, Role};
use counter::stock::{ServedBy, ServedRing, Vault};
use testkit::Database;

on_every_engine![every_node_must_know_the_key_that_seals];

async fn every_node_must_know_the_key_that_seals(database: &Database) {
    let old = Vault::from_random([7; 64]);
    let new = Vault::parse(&format!("{}2 {}\n", old.text(), "8".repeat(64))).unwrap();
    let (first, second) =
        (node_with(database.url(), new.clone()), node_with(database.url(), old.clone()));
    let outside = node_with(database.url(), new.clone());
    let unknown_to = |node: &str| ServedBy::OtherKeys {
        node: node.to_owned(),
        known: String::from("1"),
        fixed: true,
    };
    let long = |id: &str, role| Node::new(id, role, 600_000_000);
    let (a, b) = (long("a", Role::Api), long("b", Role::Worker));
    assert_eq!(outside.served_by(&new).await.unwrap(), ServedBy::AnyKey, "nobody serves");
    assert!(first.serve_ring(&mut ServedRing::default()).await.unwrap());
    first.beat(&a, &[], &[]).await.unwrap();
    assert_eq!(outside.served_by(&new).await.unwrap(), ServedBy::AnyKey);
    // The second node has not got it.
    second.beat(&b, &[], &[]).await.unwrap();
    assert_eq!(outside.served_by(&new).await.unwrap(), unknown_to("b"));
    assert_eq!(outside.served_by(&old).await.unwrap(), ServedBy::AnyKey);
    // Who is gone without a word counts until its time is over, by the database's clock.
    database.by_hand("update node set until_us = 1 where id = 'b'");
    assert_eq!(outside.served_by(&new).await.unwrap(), ServedBy::AnyKey);
    second.beat(&b, &[], &[]).await.unwrap();
    assert_eq!(outside.served_by(&new).await.unwrap(), unknown_to("b"), "it was only slow");
    second.leave(&b, &[]).await.unwrap();
    assert_eq!(outside.served_by(&new).await.unwrap(), ServedBy::AnyKey);
    // Rows of nodes that were killed do not gather.
    second.beat(&b, &[], &[]).await.unwrap();
    database.by_hand("update node set until_us = 1 where id = 'b'");
    first.beat(&a, &[], &[]).await.unwrap();
    assert_eq!(database.rows("select id from node"), ["a"]);
}
