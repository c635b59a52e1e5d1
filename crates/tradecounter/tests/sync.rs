//! Providers' lists at the command line, against a panel over HTTP.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

use fakepanel::{Amount, Panel, Server, Settings};
use serde_json::{Value, json};
use testkit::Program;

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

/// A panel with a service of every type, the first of which costs so much.
fn panel(first_costs: i64) -> Server {
    let mut settings = Settings::default();
    settings.services[0].rate = Amount::new(first_costs);
    Server::start(Panel::new(settings, 7).unwrap(), "127.0.0.1:0".parse().unwrap()).unwrap()
}

fn set_up(server: &Server) -> Program {
    let mut program = Program::new(BINARY);
    program.set("TRADECOUNTER_PRIVATE_PROVIDERS", "true");
    program.json(&["migrate"]);
    program.json(&["category", "add", "Surveys"]);
    let (url, add) = (server.url(), ["provider", "add", "--name", "north", "--currency", "USD"]);
    let arguments = [&add[..], &["--url", &url, "--json"]].concat();
    let added = program.run_with_input(&arguments, "fake-key\n").json();
    assert_eq!(added["provider"], 1);
    program
}

fn moves_to(program: &Program, server: &Server) {
    program.json(&["provider", "edit", "north", "--url", &server.url()]);
}

fn length(value: &Value) -> usize {
    value.as_array().unwrap().len()
}

#[test]
fn a_list_is_imported_followed_decided_and_undone() {
    let server = panel(900_000);
    let program = set_up(&server);
    let first = program.json(&["provider", "sync", "north"]);
    assert_eq!(
        (&first["offers"], &first["new"], &first["set"]),
        (&json!(20), &json!(20), &json!(1))
    );
    let unrouted = ["provider", "offers", "north", "--unrouted", "--name", "poll"];
    let polls = program.json(&unrouted);
    assert_eq!((length(&polls), &polls[0]["cost"]), (1, &json!("0.9")));
    let import = ["provider", "import", "north", "--into", "1", "--services", "1,2"];
    let markup = ["--percent", "50", "--fixed", "0.02", "--step", "0.1"];
    let imported = program.json(&[&import[..], &markup].concat());
    assert_eq!(
        imported["made"],
        json!([{ "service": 1, "route": 1 }, { "service": 2, "route": 2 }])
    );
    let service = &program.json(&["service", "list"])[0];
    assert_eq!((&service["rate"], &service["fulfilment"]), (&json!("1.4"), &json!("providers")));

    let spike = panel(5_000_000);
    moves_to(&program, &spike);
    let synced = program.json(&["provider", "sync", "north"]);
    assert_eq!(
        (&synced["waiting"], &synced["items"][0]["state"]),
        (&json!(1), &json!("quarantined"))
    );
    assert_eq!(synced["items"][0]["in_force"], json!(["route_on 1 0", "on_sale 1 0"]));
    assert_eq!(program.json(&["sync", "status"])[0]["open"], 1);
    assert_eq!(length(&program.json(&["sync", "list", "--open", "--provider", "north"])), 1);
    let applied = program.json(&["sync", "apply", "1"]);
    assert_eq!((&applied[0]["state"], &applied[0]["passed_over"]), (&json!("applied"), &json!(0)));
    let again = program.run(&["sync", "reject", "1", "--json"]);
    assert_eq!(again.code, Some(3), "decided once");
    let set = synced["set"].to_string();
    let undone = program.json(&["sync", "undo", &set]);
    assert_eq!((&undone["items"], &undone["passed_over"]), (&json!(1), &json!([])));
    let shown = program.json(&["sync", "show", &set]);
    assert_eq!(shown["items"][0]["state"], "undone");
    assert!(shown["undone_by"].as_str().unwrap().starts_with("cli:"));
    let routes = program.json(&["route", "list"]);
    assert_eq!((&routes[0]["cost"], &routes[0]["on"]), (&json!("0.9"), &json!(true)));
    assert_eq!(length(&program.json(&["sync", "list"])), 2);

    let rules = program.json(&["sync", "rules", "north", "--minutes", "60", "--percent", "12.5"]);
    assert_eq!((&rules["minutes"], &rules["percent"]), (&json!(60), &json!("12.5")));
    let shown = program.json(&["sync", "rules", "north"]);
    assert_eq!(shown, rules);
    assert_eq!(program.run(&["sync", "rules", "north", "--minutes", "1"]).code, Some(3));
    assert_eq!(program.run(&["sync", "rules", "north", "--percent", "0.001"]).code, Some(2));

    moves_to(&program, &server);
    program.json(&["provider", "edit", "north", "--state", "off"]);
    assert_eq!(program.run(&["provider", "sync", "north"]).code, Some(3));
    assert_eq!(program.run(&["verify"]).code, Some(0));
}
