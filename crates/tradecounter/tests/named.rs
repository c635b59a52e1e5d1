//! What people name on the command line: by id or name, and what is not there is said.

use testkit::Program;

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

/// A counter with a service, a provider `up`, a route, an executor and a tier, each with the id 1.
fn set_up() -> Program {
    let program = Program::new(BINARY);
    program.json(&["migrate"]);
    program.json(&["category", "add", "all"]);
    let service = "service add --category 1 --name things --kind default --rate 2 --min 1 --max 9 \
                   --fulfilment providers";
    program.json(&service.split_whitespace().collect::<Vec<_>>());
    assert_eq!(add_provider(&program, "up"), Ok(()));
    program.json(&["route", "add", "1", "up", "77", "--cost", "0.9"]);
    program.json(&["executor", "add", "bob"]);
    program.json(&["tier", "add", "gold", "--discount", "5"]);
    program
}

fn add_provider(program: &Program, name: &str) -> Result<(), String> {
    let url = "https://example.com/api";
    let words = ["provider", "add", "--currency", "USD", "--name", name, "--url", url];
    let done = program.run_with_input(&words, "a-key\n");
    if done.code == Some(0) { Ok(()) } else { Err(done.stderr) }
}

#[test]
fn a_name_is_never_taken_for_an_id() {
    let program = set_up();
    let told = add_provider(&program, "2").unwrap_err();
    assert!(told.contains("name: must not be a number"), "{told}");
    for words in [
        &["provider", "edit", "up", "--name", "17"][..],
        &["executor", "edit", "bob", "--name", "17"],
        &["tier", "add", "17", "--discount", "5"],
        &["tier", "edit", "gold", "--name", "17"],
        &["account", "add", "17"],
    ] {
        let done = program.run(words);
        assert_eq!(done.code, Some(3), "{done:?}");
        assert!(done.stderr.contains("name: must not be a number"), "{done:?}");
    }
    // One that was called so before this was refused: the name counts.
    assert_eq!(add_provider(&program, "down"), Ok(()));
    let connection = rusqlite::Connection::open(program.folder().join("tradecounter.db")).unwrap();
    connection.execute("update provider set name = '2' where id = 1", []).unwrap();
    drop(connection);
    assert_eq!(program.json(&["provider", "show", "2"])["provider"], 1);
    assert_eq!(program.json(&["provider", "show", "1"])["provider"], 1);
    program.json(&["provider", "edit", "2", "--name", "up"]);
    assert_eq!(program.json(&["provider", "show", "2"])["name"], "down");
}

#[test]
fn what_is_not_there_is_no_empty_list() {
    let program = set_up();
    for (words, what) in [
        (&["route", "list", "--service", "99"][..], "service 99"),
        (&["route", "list", "--provider", "99"], "provider 99"),
        (&["route", "list", "--provider", "north"], "provider north"),
        (&["provider", "entries", "99"], "provider 99"),
        (&["provider", "offers", "99"], "provider 99"),
        (&["provider", "offers", "up", "--new-in", "99"], "change set 99"),
        (&["sync", "list", "--provider", "99"], "provider 99"),
        (&["sync", "list", "--open", "--provider", "99"], "provider 99"),
        (&["sync", "rules", "99"], "provider 99"),
        (&["sync", "apply", "--set", "99"], "change set 99"),
        (&["executor", "key", "list", "99"], "executor 99"),
        (&["tier", "edit", "99", "--name", "x"], "tier 99"),
        (&["order", "list", "--account", "99"], "account 99"),
        (&["price", "list", "99"], "account 99"),
        (&["stock", "duplicates", "99"], "import 99"),
    ] {
        let done = program.run(words);
        assert_eq!((done.code, done.stdout.as_str()), (Some(3), ""), "{words:?}: {done:?}");
        assert_eq!(done.stderr, format!("error: there is no {what}\n"), "{words:?}");
    }
    assert_eq!(
        program.json(&["route", "list", "--service", "1", "--provider", "1"])[0]["route"],
        1
    );
}

#[test]
fn a_negative_number_is_refused_for_what_it_is() {
    let program = set_up();
    for (words, told) in [
        (&["provider", "edit", "up", "--exchange", "-1"][..], "exchange: must be above zero"),
        (&["provider", "edit", "up", "--adds-at-once", "-3"], "adds at once: must be from 1"),
        (&["route", "edit", "1", "--cost", "-0.5"], "cost: must not be below zero"),
        (&["route", "edit", "1", "--daily-cap", "-5"], "daily cap: must be from 0"),
        (&["order", "complete", "-5"], "there is no order -5"),
        (&["order", "list", "--limit", "-5"], "-5 is not in 1..=1000"),
        (&["price", "set", "1", "--service", "1", "-2"], "there is no account 1"),
    ] {
        let done = program.run(words);
        assert_ne!(done.code, Some(0), "{words:?}");
        assert!(done.stderr.contains(told), "{words:?}: {done:?}");
        assert!(!done.stderr.contains("tip:"), "{words:?}: {done:?}");
    }
    program.json(&["route", "edit", "1", "--priority", "-2"]);
    let done = program.run(&["route", "edit", "1", "-x"]);
    assert!(done.stderr.contains("unexpected argument '-x'"), "{done:?}");
}

#[test]
fn a_refusal_text_that_would_match_anything_is_refused() {
    let program = set_up();
    for text in ["#", "# #", "...", "12", "id #", "no"] {
        let done = program.run(&["provider", "edit", "up", "--refusal", text]);
        assert_eq!(done.code, Some(3), "{text}: {done:?}");
        assert!(done.stderr.contains("refusals: `"), "{done:?}");
    }
    program.json(&["provider", "edit", "up", "--refusal", "min. is #", "--refusal", "余额不足"]);
}
