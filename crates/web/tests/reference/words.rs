//! Words of the dialect that the page must have, read from where they are made.

use crate::page::Page;
use panel_api::words::{OrderStatus, RefillStatus, errors};
use std::fs;
use std::path::{Path, PathBuf};

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn source(path: &str) -> String {
    fs::read_to_string(crates().join(path)).unwrap()
}

/// All Rust of a folder.
fn sources(folder: &Path, out: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// Names and texts of the constants in `errors`.
fn error_texts() -> Vec<(String, String)> {
    let source = source("panel-api/src/words/errors.rs");
    let constants = source.split("pub const ").skip(1).map(|constant| {
        let (name, rest) = constant.split_once(": &str").unwrap();
        let text = rest.split('"').nth(1).unwrap();
        (name.to_owned(), text.to_owned())
    });
    constants.collect()
}

fn assert_has(page: &Page, word: &str) {
    assert!(page.flat().contains(&format!("`{word}`")), "`{word}` is not on the page");
}

#[test]
fn every_error_that_the_server_sends_is_there() {
    let texts = error_texts();
    assert!(texts.iter().any(|(name, text)| name == "INVALID_KEY" && text == errors::INVALID_KEY));
    let long = errors::ACTIVE_ORDER;
    assert!(texts.iter().any(|(name, text)| name == "ACTIVE_ORDER" && text == long));
    let mut server = String::new();
    sources(&crates().join("web/src"), &mut server);
    for folder in ["request", "reply"] {
        sources(&crates().join("panel-api/src").join(folder), &mut server);
    }
    let page = Page::read();
    // A text with a figure in it is made by a function of the same name.
    let is_sent = |name: &str| {
        let made = format!("errors::{}(", name.to_lowercase());
        server.contains(&format!("errors::{name}")) || server.contains(&made)
    };
    let (sent, unsent): (Vec<_>, Vec<_>) = texts.iter().partition(|(name, _)| is_sent(name));
    for (_, text) in &sent {
        assert_has(&page, text);
    }
    // What is never sent is not promised either.
    for (name, text) in &unsent {
        assert!(!page.flat().contains(&format!("`{text}`")), "{name}: `{text}` is never sent");
    }
    assert!(sent.len() > unsent.len(), "{unsent:?}");
}

#[test]
fn every_action_is_there() {
    let source = source("panel-api/src/request/action.rs");
    let arms = source.lines().filter(|line| line.contains("=> Action::"));
    let names: Vec<&str> = arms
        .flat_map(|line| line.split("=>").next().unwrap_or_default().split('"').skip(1).step_by(2))
        .collect();
    assert!(names.contains(&"add") && names.contains(&"multi_status"), "{names:?}");
    let page = Page::read();
    for name in names {
        // Written as its clients do; case does not matter.
        let name = if name == "multistatus" { "multiStatus" } else { name };
        let alias = format!("`action={name}`");
        assert!(page.text.contains(&format!("`{name}`")) || page.text.contains(&alias), "{name}");
    }
}

#[test]
fn every_parameter_is_there() {
    let source = source("panel-api/src/request/vocabulary.rs");
    let (_, listed) = source.split_once("vocabulary! {").unwrap();
    let (listed, _) = listed.split_once("\n}\n").unwrap();
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split('"').nth(1)).collect();
    assert!(names.contains(&"key") && names.contains(&"referring_url"), "{names:?}");
    let page = Page::read();
    for name in names {
        assert_has(&page, name);
    }
}

#[test]
fn every_status_is_there() {
    let page = Page::read();
    let told: Vec<&str> =
        page.table(&["Status", "Meaning"]).iter().map(|row| row[0].trim_matches('`')).collect();
    let names: Vec<&str> = OrderStatus::ALL.iter().map(|status| status.name()).collect();
    assert_eq!(told, names);
    // The server has no use for the fifth.
    for status in RefillStatus::ALL.iter().filter(|status| **status != RefillStatus::Error) {
        assert_has(&page, status.name());
    }
}
