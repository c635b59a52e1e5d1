//! Imports and exports.

use crate::{set_up, write};
use serde_json::json;

#[test]
fn an_import_is_all_or_nothing_and_its_report_is_exact() {
    let (program, _) = set_up();
    let text: String = (1..=1_500).map(|n| format!("key {}\r\n", n % 1_400)).collect();
    write(&program, "stock.txt", &text);
    let report = program.json(&["stock", "import", "1", "stock.txt"]);
    let expected = json!({
        "import": 1, "lines": 1_500, "added": 1_400, "duplicates": 100, "heading": null,
    });
    assert_eq!(report, expected);
    let duplicates = program.json(&["stock", "duplicates", "1"]);
    let first = &duplicates[0];
    assert_eq!((&first["line"], &first["of_line"]), (&json!(1_401), &json!(1)));
    assert_eq!(duplicates.as_array().unwrap().len(), 100);

    for (name, text, complaint) in [
        (
            "long.txt",
            format!("a\nb\n{}\nc\n", "x".repeat(4_001)),
            "line 3 is longer than 4000 bytes",
        ),
        ("control.txt", String::from("a\n\nb\u{7}\n"), "line 3 holds control characters"),
    ] {
        write(&program, name, &text);
        let done = program.run(&["stock", "import", "1", name]);
        assert_eq!(done.code, Some(3), "{done:?}");
        assert_eq!(done.stderr, format!("error: {complaint}\n"));
    }
    std::fs::write(program.folder().join("bytes.txt"), b"a\nb\xff\n").unwrap();
    let done = program.run(&["stock", "import", "1", "bytes.txt"]);
    assert_eq!(done.stderr, "error: line 2 is not UTF-8; nothing was imported\n");
    write(&program, "dates.csv", "a,31/12/2099,3\n\"b, and c\"\r\n\nd,soon\n");
    let done = program.run(&["stock", "import", "1", "dates.csv", "--csv"]);
    let text = "error: line 4 has no date in the second column; nothing was imported\n";
    assert_eq!(done.stderr, text);
    assert_eq!(program.json(&["product", "list"])[0]["stock"], 1_400);
    write(&program, "dates.csv", "a,31/12/2099,3\n\"b, and c\"\n");
    let report = program.json(&["stock", "import", "1", "dates.csv", "--csv"]);
    assert_eq!((&report["added"], &report["duplicates"]), (&json!(2), &json!(0)));
    assert_eq!(program.json(&["product", "list"])[0]["stock"], 1_404);
    let exported = program.run(&["stock", "export", "1"]).stdout;
    assert_eq!(exported.lines().count(), 1_403, "a heading and every item");
    assert!(exported.contains("1401,6,1,available,3,3,2100-01-01T00:00:00Z,\n"), "{exported}");
    assert!(!exported.contains("key "), "without secrets");
    assert_eq!(program.json(&["verify"])["clean"], true);
}

#[test]
fn a_heading_is_no_item_and_the_report_says_so() {
    let (program, _) = set_up();
    write(&program, "one.csv", "\nsecret\na\nb\n");
    let report = program.json(&["stock", "import", "1", "one.csv", "--csv"]);
    assert_eq!((&report["lines"], &report["added"]), (&json!(2), &json!(2)));
    assert_eq!(report["heading"], 2, "by its line");
    write(&program, "three.csv", "Code,Expiry-Date,Uses\nc,31/12/2099,3\n");
    let done = program.run(&["stock", "import", "1", "three.csv", "--csv"]);
    assert!(done.stdout.ends_with("; line 1 was a heading\n"), "{done:?}");
    assert_eq!(program.json(&["stock", "count", "1"])[0]["pieces"], 5);
    write(&program, "other.csv", "expires,secret\n31/12/2099,d\n");
    let done = program.run(&["stock", "import", "1", "other.csv", "--csv"]);
    let text = "error: line 1 names its columns in another order than secret, expires, uses; \
                nothing was imported\n";
    assert_eq!((done.code, done.stderr.as_str()), (Some(3), text));
    // Without --csv every line is an item: nobody's first key is taken for a word.
    write(&program, "plain.txt", "secret\n");
    assert_eq!(program.json(&["stock", "import", "1", "plain.txt"])["added"], 1);
}

#[test]
fn an_export_is_json_where_that_was_asked_for() {
    let (program, _) = set_up();
    assert_eq!(program.json(&["stock", "export", "1"]), json!([]));
    let lines: Vec<String> = (0..1_001).map(|n| format!("key {n}")).collect();
    write(&program, "stock.txt", &lines.join("\n"));
    program.json(&["stock", "import", "1", "stock.txt"]);
    let exported = program.json(&["stock", "export", "1"]);
    let items = exported.as_array().unwrap();
    assert_eq!(items.len(), 1_001, "more than a page");
    let expected = json!({
        "item": 1_001, "import": 1, "line": 1_001, "state": "available", "uses": 1,
        "uses_left": 1, "expires": null, "last_order": null,
    });
    assert_eq!(items[1_000], expected);
}

#[test]
fn no_complaint_steers_the_terminal() {
    let (program, _) = set_up();
    let done = program.run(&["stock", "import", "1", "no\u{1b}[2J"]);
    assert!(!done.stderr.contains('\u{1b}'), "{done:?}");
}

#[test]
fn a_limit_is_a_number_of_rows() {
    let (program, _) = set_up();
    for list in [&["list", "1"][..], &["duplicates", "1"], &["reveals"]] {
        for limit in ["--limit=-1", "--limit=0"] {
            let done = program.run(&[&["stock"], list, &[limit]].concat());
            assert_eq!(done.code, Some(2), "{list:?} {limit}: {done:?}");
        }
    }
}

#[test]
fn what_is_not_there_is_not_an_empty_list() {
    let (program, _) = set_up();
    for (command, kind) in [
        ("list", "product"),
        ("count", "product"),
        ("export", "product"),
        ("duplicates", "import"),
        ("discard", "import"),
    ] {
        let done = program.run(&["stock", command, "7"]);
        assert_eq!((done.code, done.stdout.as_str()), (Some(3), ""), "{command}");
        assert_eq!(done.stderr, format!("error: there is no {kind} 7\n"));
    }
}
