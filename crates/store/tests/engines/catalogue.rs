//! Rows of the catalogue.

use crate::{on_every_engine, open, run};
use domain::catalogue::Category;
use domain::pricing::{Discount, Tier};
use domain::{CategoryId, TierId};
use store::tables::{Put, catalogue, prices};
use store::{DbError, Store, StoreError, Tx};
use testkit::Database;

on_every_engine![a_new_row_replaces_none, a_changed_row_is_there];

async fn written(store: &Store, put: Put, name: &'static str) -> Result<(), StoreError> {
    let unit = move |tx: &mut dyn Tx| {
        let category = Category { id: CategoryId(1), name: String::from(name), position: 1 };
        catalogue::put_category(tx, put, &category)?;
        let tier =
            Tier { id: TierId(7), name: String::from(name), discount: Discount::new(0).unwrap() };
        prices::put_tier(tx, put, &tier)
    };
    store.write(unit).await.map(Result::unwrap)
}

async fn names(store: &Store) -> Vec<String> {
    let read = |tx: &mut dyn Tx| {
        let categories = catalogue::categories(tx)?.into_iter().map(|category| category.name);
        let mut names: Vec<String> = categories.collect();
        names.extend(prices::tiers(tx)?.into_iter().map(|tier| tier.name));
        Ok::<_, DbError>(names)
    };
    store.read(read).await.unwrap().unwrap()
}

fn a_new_row_replaces_none(database: &Database) {
    run(async {
        let store = open(database);
        written(&store, Put::New, "first").await.unwrap();
        let refused = written(&store, Put::New, "second").await.unwrap_err();
        assert!(refused.to_string().contains("ADD_CATEGORY"), "{refused}");
        assert_eq!(names(&store).await, ["first", "first"]);
        written(&store, Put::Changed, "third").await.unwrap();
        assert_eq!(names(&store).await, ["third", "third"]);
    });
}

fn a_changed_row_is_there(database: &Database) {
    run(async {
        let store = open(database);
        written(&store, Put::Changed, "first").await.unwrap_err();
        assert!(names(&store).await.is_empty());
    });
}
