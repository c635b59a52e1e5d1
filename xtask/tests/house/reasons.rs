//! Every dependency says why it is here.

use crate::root;

#[test]
fn every_dependency_has_a_reason() {
    let manifest = std::fs::read_to_string(root().unwrap().join("Cargo.toml")).unwrap();
    let complaints = complaints(&manifest);
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn a_missing_reason_is_found() {
    let found = complaints(
        "[workspace.dependencies]\n\
         ours = { path = \"crates/ours\" }\n\
         # a heading is no reason\n\
         good = \"1\" # it does so and so\n\
         bare = \"1\"\n\
         hash = { version = \"1\", features = [\"#\"] }\n\
         empty = \"1\" #\n\
         long = { version = \"1\", features = [\n\
         [workspace.dependencies.table]\n\
         version = \"1\"\n\
         [profile.dev]\n\
         debug = 1\n",
    );
    let lines: Vec<&str> = found.iter().filter_map(|text| text.split(':').nth(1)).collect();
    assert_eq!(lines, ["5", "6", "7", "8", "9"], "{found:?}");
}

#[test]
fn a_manifest_without_the_table_is_found() {
    assert_eq!(complaints("[package]\n").len(), 1);
}

fn complaints(manifest: &str) -> Vec<String> {
    const TABLE: &str = "[workspace.dependencies]";
    let mut complaints = Vec::new();
    let mut seen = false;
    let mut within = false;
    for (number, line) in (1_u32..).zip(manifest.lines().map(str::trim)) {
        let at = format!("Cargo.toml:{number}");
        if line.starts_with('[') {
            within = line == TABLE;
            seen |= within;
            if line.starts_with("[workspace.dependencies.") {
                complaints.push(format!("{at}: one line for each dependency, not a table"));
            }
            continue;
        }
        if !within || line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (entry, reason) = split_comment(line);
        if entry.contains("path =") {
            continue;
        }
        if reason.is_none_or(|reason| reason.trim().is_empty()) {
            complaints.push(format!("{at}: no `# reason` on the line of this dependency: {line}"));
        }
    }
    if !seen {
        complaints.push(format!("Cargo.toml has no table {TABLE}"));
    }
    complaints
}

/// The entry and the text after its `#`; a `#` between quotes belongs to the entry.
fn split_comment(line: &str) -> (&str, Option<&str>) {
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => {
                let (entry, comment) = line.split_at(at);
                return (entry, comment.strip_prefix('#'));
            }
            _ => {}
        }
    }
    (line, None)
}
