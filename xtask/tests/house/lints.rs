//! Every crate keeps the workspace's lints.

use std::collections::BTreeSet;

use crate::{Outcome, root};

/// The one crate with unsafe code: it has a table of its own, because Cargo lets nobody change one
/// entry.
const APART: &str = "crates/powercut/Cargo.toml";

#[test]
fn the_crate_with_unsafe_code_keeps_every_other_lint() {
    let read = |file: &str| std::fs::read_to_string(root().unwrap().join(file)).unwrap();
    let missing = missing(&read("Cargo.toml"), &read(APART)).unwrap();
    assert!(missing.is_empty(), "{APART} lacks {missing:?}");
}

#[test]
fn a_missing_lint_is_found() {
    let house = "[workspace.lints.rust]\nunsafe_code = \"forbid\"\na = \"warn\"\n\
                 [workspace.lints.clippy]\nb = \"warn\"\nc = \"warn\"\n[profile.dev]\nd = 1\n";
    let apart = |unsafe_code: &str| {
        format!(
            "[lints.rust]\nunsafe_code = \"{unsafe_code}\"\na = \"allow\"\n\
             [lints.clippy]\nb = \"warn\"\n"
        )
    };
    let expected = ["[lints.clippy] c = \"warn\"", "[lints.rust] a = \"warn\""];
    assert_eq!(missing(house, &apart("deny")).unwrap(), expected);
    assert!(missing(house, &apart("allow")).is_err());
}

/// What the workspace's tables have and the crate's do not.
fn missing(house: &str, apart: &str) -> Outcome<Vec<String>> {
    let has = lints(apart, "[lints.");
    if !has.contains("[lints.rust] unsafe_code = \"deny\"") {
        return Err("unsafe code must be denied outside of the module that needs it".into());
    }
    let wanted = lints(house, "[workspace.lints.");
    let wanted = wanted.iter().map(|lint| lint.replace("[workspace.lints.", "[lints."));
    Ok(wanted.filter(|lint| !lint.contains("unsafe_code") && !has.contains(lint)).collect())
}

/// The entries of the tables whose names begin so, each with its table.
fn lints(manifest: &str, tables: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut table = None;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            table = line.starts_with(tables).then_some(line);
        } else if let Some(table) = table
            && !line.is_empty()
            && !line.starts_with('#')
        {
            found.insert(format!("{table} {line}"));
        }
    }
    found
}
