//! Programs of two versions on one schema: while the newer one is brought to all nodes.

#![expect(clippy::unwrap_used, clippy::panic, reason = "what cannot be done is a failed test")]
#![expect(clippy::arithmetic_side_effects, reason = "numbers of versions are small")]

use testkit::{Client, Database, Program};

/// What the next version of the program would add, and what it would say about it.
fn expand(database: &Database) -> String {
    let next = i64::try_from(store::MIGRATIONS.len()).unwrap() + 1;
    let strict = if database.is_postgres() { "" } else { " strict" };
    format!(
        "alter table orders add column courier text;\
         alter table account add column invoices bigint not null default 0;\
         create table courier (id bigint not null primary key, name text not null){strict};\
         create index orders_courier on orders (courier) where courier is not null;\
         insert into id_block (kind, next, last) values ('courier', 1, 2147483647);\
         insert into schema_migration (version, name, checksum) values ({next}, 'courier', 'new')"
    )
    .replace("bigint", if database.is_postgres() { "bigint" } else { "integer" })
}

fn set_up(database: &Database) -> (Program, String) {
    let mut program = Program::new(env!("CARGO_BIN_EXE_tradecounter"));
    program.set("TRADECOUNTER_DATABASE_URL", database.url());
    program.json(&["migrate"]);
    program.json(&["account", "add", "Acme"]);
    program.json(&["credit", "Acme", "1000", "--reason", "bank transfer 17"]);
    let key = program.json(&["key", "add", "Acme", "shop"])["key"].as_str().unwrap().to_owned();
    program.json(&["category", "add", "Words"]);
    let service = "service add --category 1 --name Proof --kind default --rate 5 --min 1 --max 900";
    program.json(&service.split(' ').collect::<Vec<_>>());
    (program, key)
}

fn order(client: &Client, link: &str) -> i64 {
    let fields = [("action", "add"), ("service", "1"), ("quantity", "10"), ("link", link)];
    let answer = client.call(&fields);
    answer["order"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

fn side_by_side(database: &Database) {
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    let (program, key) = set_up(database);
    let old = program.start(&serve);
    order(&old.client_with(&key), "https://example.com/before");
    database.alter(&expand(database));
    // It goes on, and starts anew, while rows are written that it knows nothing of.
    let again = program.start(&serve);
    std::thread::scope(|scope| {
        for (name, server) in [("old", &old), ("again", &again)] {
            let client = server.client_with(&key);
            scope.spawn(move || {
                for number in 0..60 {
                    order(&client, &format!("https://example.com/{name}/{number}"));
                }
            });
        }
        for number in 1..=40 {
            database.by_hand(&format!(
                "insert into courier (id, name) values ({number}, 'Hermes');\
                 update orders set courier = 'Hermes {number}' where id = 1;\
                 update account set invoices = invoices + 1 where id = 1"
            ));
        }
    });
    assert_eq!(program.json(&["verify"])["clean"], true);
    assert_eq!(database.number("select count(*) from orders"), 121);
    assert_eq!(database.number("select invoices from account"), 40);
    // An operator who runs the older `migrate` by mistake changes nothing.
    let next = i64::try_from(store::MIGRATIONS.len()).unwrap() + 1;
    assert_eq!(program.json(&["migrate"]), serde_json::json!({ "before": next, "after": next }));
    // Not all tables are known here, so none is moved.
    let target = Database::sqlite();
    assert!(old.terminate().success() && again.terminate().success());
    let moved = program.run(&["move", "--to", target.url()]);
    assert_eq!(moved.code, Some(3), "{moved:?}");
    assert!(moved.stderr.contains("move it with that program"), "{moved:?}");

    let contract = format!(
        "insert into schema_migration (version, name, checksum) values ({}, 'gone', 'new');\
         update meta set value = '{}' where name = 'schema_works_from'",
        next + 1,
        next + 1
    );
    database.alter(&contract);
    for arguments in [&serve[..], &["verify"], &["migrate"]] {
        let refused = program.run(arguments);
        assert_eq!(refused.code, Some(1), "{refused:?}");
        assert!(refused.stderr.contains("use a newer program"), "{refused:?}");
    }
}

#[test]
fn on_sqlite() {
    side_by_side(&Database::sqlite());
}

#[test]
fn on_postgresql() {
    side_by_side(&Database::postgres());
}
