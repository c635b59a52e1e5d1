//! Stock at the command line, beside a running server: imports, secrets in no file, and sealing
//! everything anew through `kill -9`.

#![expect(clippy::unwrap_used, reason = "what cannot be done is a failed test")]

mod imports;
mod keys;
mod low;
mod secrets;
mod staff;

use std::collections::BTreeSet;
use testkit::{Client, Program};

const BINARY: &str = env!("CARGO_BIN_EXE_tradecounter");

/// A counter with an account of 1,000,000, a key, and a product at 0.01 in orders of 1 to 100.
fn set_up() -> (Program, String) {
    let program = Program::new(BINARY);
    program.json(&["migrate"]);
    program.json(&["account", "add", "Acme"]);
    program.json(&["credit", "Acme", "1000000", "--reason", "test"]);
    let key = program.json(&["key", "add", "Acme", "shop"])["key"].as_str().unwrap().to_owned();
    program.json(&["category", "add", "Keys"]);
    let product = [
        "product",
        "add",
        "--category",
        "1",
        "--name",
        "Licence",
        "--kind",
        "auto",
        "--rate",
        "0.01",
        "--min",
        "1",
        "--max",
        "100",
    ];
    assert_eq!(program.json(&product)["product"], 1);
    (program, key)
}

fn write(program: &Program, name: &str, text: &str) {
    std::fs::write(program.folder().join(name), text).unwrap();
}

/// Buys `pieces` in orders of 100 and returns every line.
fn buy(client: &Client, pieces: usize) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    for _ in 0..pieces.div_ceil(100) {
        let fields = [("action", "add_product_order"), ("product", "1"), ("quantity", "100")];
        let order = client.call(&fields)["order"].to_string();
        let result = client.call(&[("action", "result_product"), ("order", &order)]);
        for line in result["result"].as_array().unwrap() {
            assert!(lines.insert(line.as_str().unwrap().to_owned()), "{line} came twice");
        }
    }
    lines
}
