//! A demo that lacks something it had: it goes on with what there is, or says what is missing.

use super::{
    BINARY, DEMO, Program, Value, assert_clean, end, ends, first_orders, note, number, order,
};

/// The supplier's journal after something happened to it.
fn goes_on_without_known_ids(lose: impl Fn(&str) -> Option<String>) {
    let program = Program::new(BINARY);
    let demo = program.start(&DEMO);
    let before = note(&program);
    let mut known = first_orders(&before);
    known.push(order(&demo.client(), &before, "https://example.com/before.mp3"));
    ends(&demo.client(), &known, |_| {});
    end(demo);
    let journal = program.folder().join("d/supplier.journal");
    match lose(&std::fs::read_to_string(&journal).unwrap()) {
        Some(left) => std::fs::write(&journal, left).unwrap(),
        None => std::fs::remove_file(&journal).unwrap(),
    }
    let database = before["database"].as_str().unwrap();
    let id = |order: &String| {
        let shown = program.json(&["order", "show", order, "--database", database]);
        shown["attempts"][0]["upstream_id"].as_str().unwrap().to_owned()
    };
    // And once more from what is there then.
    for link in ["https://example.com/after.mp3", "https://example.com/later.mp3"] {
        let demo = program.start(&DEMO);
        let link = format!("{link}?outcome=completed");
        let again = order(&demo.client(), &before, &link);
        let last = ends(&demo.client(), std::slice::from_ref(&again), |_| {});
        assert_eq!(last[&again]["status"], "Completed");
        let ids: Vec<String> = known.iter().map(id).collect();
        assert!(!ids.contains(&id(&again)), "an id that the shop knew was given once more");
        known.push(again);
        end(demo);
    }
    assert_clean(&program, &before);
}

/// Somebody looks for room, or starts over by halves.
#[test]
fn a_demo_whose_supplier_forgot_everything_goes_on() {
    goes_on_without_known_ids(|_| None);
}

/// The disk was full, or the machine lost its power.
#[test]
fn a_demo_whose_supplier_forgot_its_latest_orders_goes_on() {
    goes_on_without_known_ids(|text| {
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() >= 5, "{text}");
        Some(lines[..3].iter().map(|line| format!("{line}\n")).collect())
    });
}

#[test]
fn a_shop_whose_note_is_gone_is_left_alone() {
    let program = Program::new(BINARY);
    let demo = program.start(&DEMO);
    let before = note(&program);
    let mine = order(&demo.client(), &before, "https://example.com/mine.mp3");
    ends(&demo.client(), std::slice::from_ref(&mine), |_| {});
    end(demo);
    let file = |name: &str| program.folder().join("d").join(name);
    std::fs::rename(file("demo.json"), file("aside")).unwrap();
    let journal = std::fs::read(file("supplier.journal")).unwrap();
    let done = program.run(&DEMO);
    assert_eq!(done.code, Some(1), "{done:?}");
    assert!(done.stderr.contains("demo.json") && done.stderr.contains("--data"), "{done:?}");
    let database = before["database"].as_str().unwrap();
    let shown = program.json(&["order", "show", &mine, "--database", database]);
    assert_eq!(shown["order"].as_i64().map(|id| number(&Value::from(id))), Some(mine));
    assert_eq!(std::fs::read(file("supplier.journal")).unwrap(), journal, "as it was");
    std::fs::rename(file("aside"), file("demo.json")).unwrap();
    let demo = program.start(&DEMO);
    assert_eq!(demo.told["key"], before["key"]);
    end(demo);
    assert_clean(&program, &before);
}
