//! What staff do with orders of the demo, at the command line.

use super::{BINARY, DEMO, Program, assert_clean, end, note, order, until};

#[test]
fn an_order_that_the_supplier_has_is_not_given_back_by_the_way() {
    let program = Program::new(BINARY);
    let demo = program.start(&DEMO);
    let (note, client) = (note(&program), demo.client());
    let database = note["database"].as_str().unwrap();
    let mine = order(&client, &note, "https://example.com/mine.mp3?outcome=completed");
    let show = || program.json(&["order", "show", &mine, "--database", database]);
    let upstream = until("the supplier to have it", || {
        show()["attempts"][0]["upstream_id"].as_str().map(str::to_owned)
    });
    for ending in [&["cancel"][..], &["partial", "--remains", "10"]] {
        let words = [&["order"], ending, &[&mine, "--database", database]].concat();
        let done = program.run(&words);
        assert_eq!(done.code, Some(3), "{done:?}");
        let has = format!("Demo supplier has it as {upstream}");
        for told in [&has, "`cancel ask ", "--although-placed"] {
            assert!(done.stderr.contains(told), "{told}: {done:?}");
        }
    }
    assert_eq!(show()["released"], "0", "nothing was given back");
    let asked = program.json(&["cancel", "ask", &mine, "--database", database]);
    assert_eq!(asked["state"], "requested", "{asked}");
    let words = ["order", "cancel", &mine, "--although-placed", "--database", database];
    assert_eq!(program.json(&words)["state"], "canceled");
    end(demo);
    assert_clean(&program, &note);
}
