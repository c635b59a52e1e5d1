//! A counter with rows in every table.

use crate::BINARY;
use fakepanel::{Fault, Panel, Rule, Server};
use testkit::{Client, Database, Program, until};

fn words(text: &str) -> Vec<&str> {
    text.split(' ').collect()
}

/// A program on a SQLite database, or on the one that `url` names, and a key.
pub(crate) fn set_up(url: Option<&str>) -> (Program, String) {
    let mut program = Program::new(BINARY);
    if let Some(url) = url {
        program.set("TRADECOUNTER_DATABASE_URL", url);
    }
    program.set("TRADECOUNTER_PRIVATE_PROVIDERS", "true");
    for (setting, value) in [("ANSWER_SECONDS", "5"), ("GRACE_SECONDS", "5")] {
        program.set(&format!("TRADECOUNTER_PROVIDER_{setting}"), value);
    }
    program.set("TRADECOUNTER_WRITE_OFF_DAILY", "1");
    program.json(&["migrate"]);
    program.json(&words("restored --skip-ids 0"));
    program.json(&["account", "add", "Acme"]);
    program.json(&["account", "add", "Other"]);
    program.json(&["credit", "Acme", "1000000", "--reason", "bank transfer 17"]);
    let key = program.json(&words("key add Acme shop --daily-cap 900000"));
    program.json(&["category", "add", "Words"]);
    let service = "service add --category 1 --rate 5 --min 1 --max 9000 --cancel true --name";
    for more in [
        "Plain --kind default --drip-feed true --refill-days 30 --refill-cooldown-hours 0",
        "Comments --kind custom_comments --one-open-per-link true",
        "Posts --kind subscriptions",
    ] {
        program.json(&words(&format!("{service} {more}")));
    }
    let product = "product add --category 1 --rate 0.5 --min 1 --max 100 --warranty-days 9 --name";
    program.json(&words(&format!("{product} Licence --kind auto")));
    program.json(&words(&format!("{product} Setup --kind service --form Domain")));
    program.json(&words("tier add Gold --discount 7.5"));
    program.json(&words("account set Other --tier Gold"));
    program.json(&words("price set Acme --service 1 4.75"));
    program.json(&words("price set Acme --product 1 0.45"));
    let key = key["key"].as_str().unwrap().to_owned();
    (program, key)
}

/// Puts `lines` items into stock, the last of them twice.
pub(crate) fn stock(program: &Program, lines: usize) {
    let mut text: String = (1..=lines).map(|line| format!("LICENCE-{line:06}\n")).collect();
    text.push_str(&format!("LICENCE-{lines:06}\n"));
    std::fs::write(program.folder().join("stock.txt"), text).unwrap();
    program.json(&words("stock import 1 stock.txt"));
}

/// An order that is sent on to a provider. What becomes of it there is nobody's business here.
fn send_on(program: &Program, client: &Client) {
    let panel = Panel::new(fakepanel::Settings::default(), 7).unwrap();
    let panel = Server::start(panel, "127.0.0.1:0".parse().unwrap()).unwrap();
    std::fs::write(program.folder().join("panel.key"), "fake-key\n").unwrap();
    let provider = format!(
        "provider add --name Panel --currency USD --key-file panel.key --url {}",
        panel.url()
    );
    program.json(&words(&provider));
    let service = "service add --category 1 --rate 5 --min 1 --max 9000 --name Sent --kind default";
    let service = program.json(&words(&format!("{service} --fulfilment providers")));
    let route = format!("route add {} Panel 1 --cost 0.9 --daily-cap 5000", service["service"]);
    program.json(&words(&route));
    let service = service["service"].to_string();
    let order = [
        ("action", "add"),
        ("service", service.as_str()),
        ("link", "https://example.com/sent"),
        ("quantity", "100"),
    ];
    let order = client.call(&order)["order"].to_string();
    until("the provider has the order", || {
        let shown = program.json(&["order", "show", &order]);
        (shown["attempts"][0]["state"] == "accepted").then_some(())
    });
    // Its list says that it costs more than the route does.
    for text in ["sync rules Panel --percent 25", "route edit 1 --cost 0.85", "provider sync Panel"]
    {
        program.json(&words(text));
    }
}

/// An order that a provider never answers; it goes before a person a while later.
pub(crate) fn lose(program: &Program, client: &Client) {
    let mut panel = Panel::new(fakepanel::Settings::default(), 7).unwrap();
    panel.set_faults(vec![Rule::new(Fault::HangAfter)]).unwrap();
    let panel = Server::start(panel, "127.0.0.1:0".parse().unwrap()).unwrap();
    let provider = format!(
        "provider add --name Mute --currency USD --key-file panel.key --balance-decimals none --url {}",
        panel.url()
    );
    program.json(&words(&provider));
    let service = "service add --category 1 --rate 5 --min 1 --max 9000 --name Lost --kind default";
    let more = "--fulfilment providers --when-unknown refund:0.5";
    let service = program.json(&words(&format!("{service} {more}")))["service"].to_string();
    program.json(&words(&format!("route add {service} Mute 1 --cost 0.9")));
    let order = [
        ("action", "add"),
        ("service", service.as_str()),
        ("link", "https://example.com/lost"),
        ("quantity", "100"),
    ];
    let order = client.call(&order)["order"].to_string();
    until("the order is before a person", || {
        let shown = program.json(&["order", "show", &order]);
        (shown["state"] == "review").then_some(())
    });
}

/// Two days pass for what is lost, while no server runs; then it is written off.
pub(crate) fn write_off(program: &Program) {
    let file = program.folder().join("tradecounter.db");
    let database = rusqlite::Connection::open(&file).unwrap();
    for text in [
        "update attempt set started_us = started_us - 172800000000 where state = 'lost'",
        "update orders set changed_us = changed_us - 172800000000 where state = 'review'",
        // What was sent before that is left alone.
        "update restore set at_us = at_us - 259200000000",
        // What the worker says of it when it has answered like this.
        "update provider set state = 'paused', paused_for = 'Invalid API key' where name = 'Mute'",
        "update route set is_on = 0, off_for = 'Incorrect service ID' where id = 2",
    ] {
        assert_eq!(database.execute(text, []).unwrap(), 1, "{text}");
    }
    drop(database);
    let server = program.start(&["serve", "--listen", "127.0.0.1:0"]);
    let items = until("it is written off", || {
        let items = program.json(&["provider", "written-off", "--open"]);
        items.as_array().filter(|items| !items.is_empty()).cloned()
    });
    assert_eq!((&items[0]["refunded"], &items[0]["risk"]), (&"0.5".into(), &"0.09".into()));
    let sum = program.json(&["provider", "written-off", "--sum"]);
    assert_eq!((&sum["expense"], &sum["drawn_today"]), (&"0.09".into(), &"0.09".into()));
    assert!(server.terminate().success());
}

/// Two orders on one link: the first is in an executor's hands, the other waits for its turn.
fn hand_out(program: &Program, client: &Client) {
    let service =
        "service add --category 1 --rate 5 --min 1 --max 9000 --name Handed --kind default";
    let more = "--fulfilment executors --link-rule queue";
    let service = program.json(&words(&format!("{service} {more}")))["service"].to_string();
    program.json(&["executor", "add", "anna", "--services", &service]);
    let key = program.json(&["executor", "key", "add", "anna"])["key"].clone();
    for quantity in ["100", "200"] {
        let order = [
            ("action", "add"),
            ("service", service.as_str()),
            ("link", "https://example.com/handed"),
            ("quantity", quantity),
        ];
        let placed = client.call(&order);
        assert!(placed["error"].is_null(), "{placed}");
    }
    let key = key.as_str().unwrap();
    let pulled = client.get(&format!("/adminapi/v1?key={key}&action=getOrder&type={service}"));
    assert_eq!(pulled.json()["status"], "success", "{}", pulled.body);
}

/// Orders of every shape, in every state that staff and customers bring them to: 270 of them.
pub(crate) fn trade(program: &Program, client: &Client) {
    let ask = |text: &str| {
        let fields = text.split('&').map(|pair| pair.split_once('=').unwrap());
        let answer = client.call(&fields.collect::<Vec<_>>());
        assert!(answer["error"].is_null(), "{text}: {answer}");
        answer
    };
    for order in [
        "service=1&link=https://example.com/a&quantity=1000&request_id=r-1",
        "service=1&link=https://example.com/b&quantity=1000",
        "service=1&link=https://example.com/Straße/✓&quantity=1000",
        "service=1&link=https://example.com/d&quantity=100&runs=3&interval=60",
        "service=2&link=https://example.com/e&comments=one\ntwo\nthree",
        "service=3&username=harbour&min=5&max=20&posts=10&delay=30",
    ] {
        let placed = ask(&format!("action=add&{order}"));
        if order.contains("runs=") {
            // The server starts its first run by itself.
            until("the first run", || {
                let status = ask(&format!("action=status&order={}", placed["order"]));
                (status["status"] == "In progress").then_some(())
            });
        }
    }
    // More than the 256 transfers of an account that have a mark.
    for number in 0..260 {
        ask(&format!("action=add&service=1&link=https://example.com/many/{number}&quantity=10"));
    }
    program.json(&words("order progress 1 --start-count 7 --remains 400"));
    program.json(&words("order complete 1"));
    program.json(&words("order partial 2 --remains 250"));
    ask("action=refill&order=1");
    ask("action=cancel&orders=3");
    let bought = ask("action=add_product_order&product=1&quantity=2&request_id=p-1");
    ask(&format!("action=result_product&order={}", bought["order"]));
    ask("action=add_product_order&product=2&quantity=1&require=example.com");
    send_on(program, client);
    hand_out(program, client);
}

/// Every table that is moved has rows in it: what is not there is not tested.
pub(crate) fn assert_rows_in_every_table(database: &rusqlite::Connection) {
    for table in store::moved_tables().unwrap() {
        let text = format!("select count(*) from {table}");
        let rows: i64 = database.query_row(&text, [], |row| row.get(0)).unwrap();
        assert!(rows > 0, "{table}: add something to `trade` that fills it");
    }
}

/// Points a program at the moved database: by its URL, with the files that the move has told of.
pub(crate) fn go_over(program: &mut Program, url: &str, told: &serde_json::Value) {
    program.set("TRADECOUNTER_DATABASE_URL", url);
    for file in told["files"].as_array().unwrap() {
        let setting = file["setting"].as_str().unwrap().to_ascii_uppercase();
        program.set(&format!("TRADECOUNTER_{setting}"), file["file"].as_str().unwrap());
    }
}

/// Rows of a table on a target.
pub(crate) fn count(database: &Database, table: &str) -> i64 {
    database.number(&format!("select count(*) from {table}"))
}
