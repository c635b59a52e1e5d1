//! Which crate may stand on which: the ground floor knows nothing of the floors above it.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::{Outcome, root};

/// Crate, and the workspace crates it may be built on.
const FLOORS: [(&str, &[&str]); 17] = [
    ("domain", &[]),
    ("panel-api", &[]),
    ("panel-client", &["panel-api"]),
    ("store", &["domain"]),
    ("counter", &["domain", "store"]),
    ("dispatch", &["counter", "domain", "panel-api", "panel-client", "store"]),
    ("web", &["counter", "domain", "panel-api", "store"]),
    // Its `fakepanel` is the supplier of the demo.
    (
        "tradecounter",
        &[
            "counter",
            "dispatch",
            "domain",
            "fakepanel",
            "panel-api",
            "panel-client",
            "store",
            "web",
        ],
    ),
    ("bench", &["counter", "domain", "fakepanel", "pgkit", "store", "web"]),
    ("powercut", &["counter", "domain", "store"]),
    ("sim", &["counter", "dispatch", "domain", "fakepanel", "panel-api", "powercut", "store"]),
    ("pgkit", &[]),
    ("fakepanel", &[]),
    ("pgcluster", &["pgkit"]),
    ("testkit", &["counter", "domain", "panel-api", "pgkit", "store", "web"]),
    ("proof", &["counter", "domain", "fakepanel", "pgcluster", "pgkit", "store", "testkit"]),
    ("xtask", &["counter", "domain", "panel-api", "store", "testkit", "web"]),
];

/// What tests may use on top of that, wherever they are.
const FOR_TESTS: [&str; 4] = ["testkit", "pgkit", "proof", "fakepanel"];

#[test]
fn dependencies_point_downwards() {
    let complaints = complaints(&metadata().unwrap()).unwrap();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn every_floor_of_the_table_exists() {
    let metadata = metadata().unwrap();
    let found: BTreeSet<&str> =
        list(&metadata, "packages").unwrap().iter().filter_map(|p| p["name"].as_str()).collect();
    for (name, _) in FLOORS {
        assert!(found.contains(name), "{name} is in the table FLOORS, but not in the workspace");
    }
}

#[test]
fn a_wrong_direction_is_found() {
    let metadata = serde_json::json!({ "packages": [
        { "name": "domain", "dependencies": [
            { "name": "store", "kind": null, "path": "/x" },
            { "name": "web", "kind": "dev", "path": "/x" },
            { "name": "testkit", "kind": "dev", "path": "/x" },
            { "name": "serde", "kind": null },
        ] },
        { "name": "web", "dependencies": [{ "name": "testkit", "kind": "build", "path": "/x" }] },
        { "name": "annex", "dependencies": [] },
    ] });
    let found = complaints(&metadata).unwrap();
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(found[0].contains("domain must not depend on store"), "{found:?}");
    assert!(found[1].contains("domain must not depend on web"), "{found:?}");
    assert!(found[2].contains("web must not depend on testkit"), "{found:?}");
    assert!(found[3].contains("annex is new"), "{found:?}");
}

fn complaints(metadata: &Value) -> Outcome<Vec<String>> {
    let mut complaints = Vec::new();
    for package in list(metadata, "packages")? {
        let name = text(package, "name")?;
        let Some((_, below)) = FLOORS.iter().find(|(floor, _)| *floor == name) else {
            complaints.push(format!(
                "{name} is new: give it its place in the table FLOORS of {}",
                file!()
            ));
            continue;
        };
        for dependency in list(package, "dependencies")? {
            // Crates of the workspace are named by path, all others by version.
            if dependency["path"].is_null() {
                continue;
            }
            let other = text(dependency, "name")?;
            let for_tests = dependency["kind"] == "dev" && FOR_TESTS.contains(&other);
            if !below.contains(&other) && !for_tests {
                let kind = dependency["kind"].as_str().unwrap_or("normal");
                complaints.push(format!(
                    "{name} must not depend on {other} ({kind} dependency): it may stand on {below:?} \
                     only, its tests on {FOR_TESTS:?} too"
                ));
            }
        }
    }
    Ok(complaints)
}

fn metadata() -> Outcome<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root()?)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn list<'a>(value: &'a Value, key: &str) -> Outcome<&'a Vec<Value>> {
    value[key].as_array().ok_or_else(|| format!("cargo metadata without {key}").into())
}

fn text<'a>(value: &'a Value, key: &str) -> Outcome<&'a str> {
    value[key].as_str().ok_or_else(|| format!("cargo metadata without {key}").into())
}
