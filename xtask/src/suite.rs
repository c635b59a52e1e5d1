//! The test programs of the workspace, several at a time: many of them wait for other processes most
//! of the time, so one after the other would take twice as long.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::cargo;
use crate::step::{self, Failure};

/// So many at a time, on the two cores of the smallest machine that is tested on.
const AT_ONCE: usize = 3;

/// Packages whose tests take the longest: they begin first, so that none of them is left alone at last.
const FIRST: [&str; 4] = ["proof", "sim", "tradecounter", "pgcluster"];

/// A test program.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// Its package.
    pub(crate) package: String,
    name: String,
    path: PathBuf,
    /// Where it is run: the folder of its package.
    home: PathBuf,
}

/// A program to run, with what it finds in its environment.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) program: Program,
    pub(crate) environment: Vec<(&'static str, String)>,
}

/// All test programs of the workspace; whatever is not built yet is.
pub(crate) fn programs(root: &Path) -> Result<Vec<Program>, Failure> {
    let words = ["test", "--workspace", "--no-run", "--message-format=json", "--quiet"];
    let told = step::ask(cargo(root).args(words))?;
    let mut found: Vec<Program> = told.lines().filter_map(program).collect();
    if found.is_empty() {
        return Err(Failure::new("cargo names no test program"));
    }
    let rank = |package: &str| FIRST.iter().position(|first| *first == package);
    found.sort_by_key(|program| rank(&program.package).unwrap_or(FIRST.len()));
    Ok(found)
}

/// The test program that a message of cargo is about, if it is about one.
fn program(message: &str) -> Option<Program> {
    let message: Value = serde_json::from_str(message).ok()?;
    if message["profile"]["test"] != Value::Bool(true) {
        return None;
    }
    let path = PathBuf::from(message["executable"].as_str()?);
    let home = Path::new(message["manifest_path"].as_str()?).parent()?.to_owned();
    let package = home.file_name()?.to_str()?.to_owned();
    let name = message["target"]["name"].as_str()?.to_owned();
    Some(Program { package, name, path, home })
}

/// Runs them; what each prints is printed when it has ended. All of them are run, whatever fails.
pub(crate) fn run(jobs: Vec<Job>) -> Result<(), Failure> {
    let count = jobs.len();
    let waiting = Mutex::new(VecDeque::from(jobs));
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(job) = taken(&waiting) {
                    if !one(&job) {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(job.title());
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    if failed.is_empty() {
        println!("    {count} test programs: ok");
        return Ok(());
    }
    Err(Failure::new(format!(
        "{} of {count} test programs failed: {}",
        failed.len(),
        failed.join(", ")
    )))
}

fn taken(waiting: &Mutex<VecDeque<Job>>) -> Option<Job> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}

/// Runs a program to its end; whether it found nothing.
fn one(job: &Job) -> bool {
    let Program { path, home, .. } = &job.program;
    let mut command = Command::new(path);
    // As cargo runs it.
    command.current_dir(home).env("CARGO_MANIFEST_DIR", home).stdin(Stdio::null());
    command.envs(job.environment.iter().map(|(name, value)| (name, value)));
    let start = step::now();
    let ended = command.output();
    let took = start.elapsed();
    let title = job.title();
    // In one piece: others print too.
    match &ended {
        Ok(Output { status, stdout, stderr }) => {
            let came = if status.success() { "ok" } else { "FAILED" };
            let (out, err) = (String::from_utf8_lossy(stdout), String::from_utf8_lossy(stderr));
            println!("==> {title}: {came} after {took:.1?}\n{out}{err}");
        }
        Err(error) => println!("==> {title}: cannot be run: {error}"),
    }
    ended.is_ok_and(|output| output.status.success())
}

impl Job {
    fn title(&self) -> String {
        let Program { package, name, .. } = &self.program;
        let said: Vec<String> =
            self.environment.iter().map(|(name, value)| format!(" {name}={value}")).collect();
        format!("{package} {name}{}", said.concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(script: &str, folder: &Path) -> Job {
        let path = folder.join(script.replace(' ', "-"));
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        let allowed = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(&path, allowed).unwrap();
        let (package, name) = (String::from("try"), script.to_owned());
        let program = Program { package, name, path, home: folder.to_owned() };
        Job { program, environment: Vec::new() }
    }

    #[test]
    fn every_program_is_run_and_those_that_fail_are_named() {
        let folder = std::env::temp_dir().join(format!("suite-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let jobs = ["exit 0", "exit 3", "exit 0 ", "kill -9 $$"];
        let failure = run(jobs.iter().map(|script| job(script, &folder)).collect()).unwrap_err();
        std::fs::remove_dir_all(&folder).unwrap();
        let text = failure.to_string();
        assert!(text.starts_with("2 of 4 test programs failed"), "{text}");
        assert!(text.contains("try exit 3") && text.contains("try kill -9 $$"), "{text}");
    }

    #[test]
    fn a_message_of_cargo_names_a_test_program() {
        let message = r#"{"reason":"compiler-artifact","manifest_path":"/a/crates/web/Cargo.toml",
            "target":{"name":"http"},"profile":{"test":true},"executable":"/a/target/http-1"}"#;
        let found = program(&message.replace('\n', "")).unwrap();
        assert_eq!((found.package.as_str(), found.name.as_str()), ("web", "http"));
        assert!(program(&message.replace("true", "false")).is_none());
        assert!(program("Compiling").is_none());
    }
}
