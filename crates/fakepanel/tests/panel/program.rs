//! The program, and the port that it is steered by.

use super::*;
use crate::wire::{Wire, add_body, exchange};
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// The program with a script, ended with the test.
struct Program {
    child: Child,
    panel: SocketAddr,
    control: SocketAddr,
}

impl Program {
    fn start(script: &str) -> Self {
        Self::start_with(script, &[])
    }

    fn start_with(script: &str, more: &[&str]) -> Self {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(script.as_bytes()).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_fakepanel"))
            .args(["--listen", "127.0.0.1:0", "--control", "127.0.0.1:0", "--script"])
            .arg(file.path())
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = || {
            let line = lines.next().unwrap().unwrap();
            let (_, rest) = line.split_once("http://").unwrap();
            rest.trim_end_matches("/api/v2").parse().unwrap()
        };
        let (panel, control) = (address(), address());
        Self { child, panel, control }
    }

    fn ask(&self, method: &str, target: &str, body: &str) -> (String, Value) {
        let mut wire = Wire::open(self.control).unwrap();
        wire.send(method, target, body);
        let seen = wire.read();
        (seen.status().to_owned(), serde_json::from_str(&seen.body).unwrap())
    }

    fn get(&self, target: &str) -> Value {
        let (status, json) = self.ask("GET", target, "");
        assert_eq!(status, "200", "{target}: {json}");
        json
    }

    fn command(&self, command: &str) {
        let answer = self.ask("POST", "/", command);
        assert_eq!(answer, ("200".to_owned(), serde_json::json!({ "done": true })));
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

const SCRIPT: &str = r#"{
    "settings": {
        "decimals": 4,
        "accounts": [{ "name": "shop", "key": "key-of-main", "balance": "12.5" }],
        "delivery": { "start_us": [3600000000, 3600000000] }
    },
    "faults": [{ "fault": "error-after", "times": 1 }],
    "steps": [{ "after_us": 0, "do": { "balance": { "account": "shop", "balance": "20" } } }]
}"#;

#[test]
fn a_program_is_described_by_a_script_and_steered_from_outside() {
    let program = Program::start(SCRIPT);
    while program.get("/balance?account=shop")["balance"] != "20" {
        std::thread::yield_now();
    }
    assert_eq!(exchange(program.panel, &add_body("https://x/o-7")).status(), "500");
    assert_eq!(exchange(program.panel, &add_body("https://x/o-7")).body, r#"{"order":23502}"#);

    program.command(r#"{"outcome":{"order":23502,"outcome":"partial:30"}}"#);
    program.command(r#"{"faults":[{"fault":"hang-before","when":{"per_mille":5}}]}"#);
    program.command(r#"{"balance":{"account":"shop","balance":"3"}}"#);

    let summary = program.get("/");
    assert_eq!((&summary["orders"], &summary["open"]), (&2.into(), &1.into()));
    assert_eq!(summary["balances"]["shop"], "3");
    assert_eq!(summary["faults"], serde_json::json!({ "error-after": 1 }));
    let rules: Vec<Rule> = serde_json::from_value(program.get("/faults")).unwrap();
    assert_eq!(rules, [Rule::new(Fault::HangBefore).per_mille(5)]);
    let requests = program.get("/requests?action=add&from=1");
    assert_eq!(requests.as_array().unwrap().len(), 1);
    assert_eq!((&requests[0]["verdict"], &requests[0]["detail"]), (&"accepted".into(), &1.into()));
    assert!(requests[0]["form"].as_str().unwrap().starts_with("key=***&action=add"));
    let life = program.get("/orders/23502");
    assert_eq!(life["order"]["net"], "0.063");
    assert_eq!(life["life"][1]["status"], "Partial");
    assert_eq!(program.get("/orders?marker=/o-&tag=7").as_array().unwrap().len(), 2);
    assert_eq!(program.get("/orders?link=https://x/o-7").as_array().unwrap().len(), 2);
    assert_eq!(program.get("/duplicates?marker=/o-")["7"].as_array().unwrap().len(), 2);
    assert_eq!(program.get("/check"), serde_json::json!({ "violations": [] }));

    program.command(r#"{"mode":"down"}"#);
    assert_eq!(exchange(program.panel, &add_body("x")).end, crate::wire::End::Refused);
}

#[test]
fn a_program_that_was_killed_goes_on_from_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("panel");
    let keep = ["--keep", file.to_str().unwrap()];
    for id in 23_501..23_504 {
        let program = Program::start_with(SCRIPT, &keep);
        program.command(r#"{"faults":[]}"#);
        let placed = exchange(program.panel, &add_body(&format!("https://x/o-{id}")));
        assert_eq!(placed.body, format!(r#"{{"order":{id}}}"#));
    }
}

#[test]
fn senseless_questions_are_answered_with_why() {
    let program = Program::start("{}");
    for (method, target, body, status) in [
        ("GET", "/nothing", "", "404"),
        ("GET", "/orders/1", "", "404"),
        ("GET", "/balance?account=nobody", "", "400"),
        ("GET", "/requests?from=x", "", "400"),
        ("POST", "/", "{}", "400"),
        ("POST", "/", r#"{"faults":[{"fault":"unheard-of"}]}"#, "400"),
        ("POST", "/", r#"{"faults":[{"fault":"drip","when":{"every":0}}]}"#, "400"),
        ("POST", "/", r#"{"outcome":{"order":1,"outcome":"completed"}}"#, "400"),
    ] {
        let (found, json) = program.ask(method, target, body);
        assert_eq!(found, status, "{target} {body}");
        assert!(json["error"].is_string(), "{json}");
    }
}
