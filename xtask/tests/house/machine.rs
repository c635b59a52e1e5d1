//! What is handed over is finished, and belongs to no single machine.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, root};

#[test]
fn no_tracked_file_names_a_machine_or_unfinished_work() {
    let root = root().unwrap();
    if !root.join(".git").exists() {
        println!("not a clone: nothing says which files are ours");
        return;
    }
    let files = tracked(&root).unwrap();
    assert!(files.iter().any(|file| file == "Cargo.toml"), "git names no Cargo.toml: {files:?}");
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| *file != "Cargo.lock") {
        if let Some(text) = text_of(&root.join(file)).unwrap() {
            complaints.extend(complaints_about(file, &text));
        }
    }
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}

#[test]
fn each_needle_is_found_and_its_likes_are_not() {
    for (needle, kind) in needles() {
        let (before, after) = match kind {
            Kind::Folder => ("= \"", "main"),
            Kind::Word => ("// ", ": later"),
            Kind::Text => ("    ", ")"),
        };
        let text = format!("fine\n{before}{needle}{after}\n");
        let found = complaints_about("some.rs", &text);
        assert_eq!(found.len(), 1, "{text}");
        assert!(found[0].starts_with("some.rs:2: "), "{found:?}");
        assert_eq!(complaints_about("some.rs", &needle).len(), 1, "{needle} alone");
    }
    let folder = ["/wo", "rk/"].concat();
    let word = ["TO", "DO"].concat();
    for fine in [format!("https://example.com{folder}1"), format!("{word}S"), format!("A_{word}")] {
        assert_eq!(complaints_about("some.rs", &fine), Vec::<String>::new());
    }
}

#[derive(Clone, Copy)]
enum Kind {
    /// At the start of an absolute path, not within an address or a relative path.
    Folder,
    /// Not as part of a longer word.
    Word,
    Text,
}

/// In pieces, so that this file is not found itself.
fn needles() -> [(String, Kind); 7] {
    [
        (["/wo", "rk/"].concat(), Kind::Folder),
        (["/ro", "ot/"].concat(), Kind::Folder),
        (["/ho", "me/"].concat(), Kind::Folder),
        (["/Us", "ers/"].concat(), Kind::Folder),
        (["TO", "DO"].concat(), Kind::Word),
        (["FIX", "ME"].concat(), Kind::Word),
        (["to", "do!("].concat(), Kind::Text),
    ]
}

fn complaints_about(file: &str, text: &str) -> Vec<String> {
    let needles = needles();
    let mut complaints = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        for (needle, kind) in &needles {
            if holds(line, needle, *kind) {
                complaints.push(format!("{file}:{number}: {needle} in: {}", line.trim()));
            }
        }
    }
    complaints
}

fn holds(line: &str, needle: &str, kind: Kind) -> bool {
    line.match_indices(needle).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let before = before.chars().next_back();
        let after = rest.strip_prefix(needle).and_then(|rest| rest.chars().next());
        match kind {
            Kind::Folder => !before.is_some_and(|c| is_word(c) || "-.~}>)".contains(c)),
            Kind::Word => !before.is_some_and(is_word) && !after.is_some_and(is_word),
            Kind::Text => true,
        }
    })
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Nothing for what is not text, and for what is tracked but deleted just now.
fn text_of(file: &Path) -> Outcome<Option<String>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(String::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{}: {error}", file.display()).into()),
    }
}

fn tracked(root: &Path) -> Outcome<Vec<String>> {
    let output = Command::new("git")
        // A clone may belong to another user than the one who tests it, as in containers.
        .args(["-c", "safe.directory=*", "ls-files", "-z"])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let names = String::from_utf8(output.stdout)?;
    Ok(names.split_terminator('\0').map(str::to_owned).collect())
}
