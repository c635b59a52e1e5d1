//! One step of a command: says what it does, does it, says how long it took.

use std::fmt;
use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// Why a command stopped, in words for the person who started it.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Runs `command` as the step `what`; its output goes where ours goes.
pub(crate) fn run(what: &str, command: &mut Command) -> Result<(), Failure> {
    let took = run_timed(what, command)?;
    println!("    {what}: done in {took:.1?}");
    Ok(())
}

/// As [`run`], and says nothing behind it: the command's last line is its result.
pub(crate) fn run_to_its_last_line(what: &str, command: &mut Command) -> Result<(), Failure> {
    run_timed(what, command).map(|_| ())
}

fn run_timed(what: &str, command: &mut Command) -> Result<Duration, Failure> {
    println!("==> {what}: {}", line(command));
    let start = now();
    let status = command.stdin(Stdio::null()).status();
    let took = start.elapsed();
    match status {
        Ok(status) if status.success() => Ok(took),
        Ok(status) => Err(Failure::new(format!(
            "{what} failed after {took:.1?}: `{}` {}",
            line(command),
            ended(status)
        ))),
        Err(error) => {
            Err(Failure::new(format!("{what} failed: cannot run `{}`: {error}", line(command))))
        }
    }
}

/// Runs `command` quietly and hands back what it printed, or why it did not succeed.
pub(crate) fn ask(command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Failure::new(format!("cannot run `{}`: {error}", line(command))))?;
    let Output { status, stdout, stderr } = output;
    let printed = String::from_utf8_lossy(&stdout).trim().to_owned();
    if status.success() {
        return Ok(printed);
    }
    let complaint = String::from_utf8_lossy(&stderr);
    Err(Failure::new(format!(
        "`{}` {}\n{printed}\n{}",
        line(command),
        ended(status),
        complaint.trim()
    )))
}

/// Tells what needed no work, or comes next.
pub(crate) fn note(text: &str) {
    println!("==> {text}");
}

/// The command as one would type it.
fn line(command: &Command) -> String {
    let mut words = Vec::new();
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", name.display(), quoted(&value.to_string_lossy())));
        }
    }
    let program = command.get_program().to_string_lossy();
    // The whole path of the toolchain's cargo says nothing; an environment's own python does.
    words.push(if program.ends_with("/cargo") { "cargo".to_owned() } else { quoted(&program) });
    words.extend(command.get_args().map(|word| quoted(&word.to_string_lossy())));
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@,+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

fn ended(status: ExitStatus) -> String {
    status.code().map_or_else(
        || format!("was stopped: {status}"),
        |code| format!("ended with exit code {code}"),
    )
}

#[expect(clippy::disallowed_methods, reason = "tells people how long a step took, decides nothing")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_step_names_its_command_and_exit_code() {
        let failure = run("try", Command::new("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(failure.0.contains("try failed"), "{failure}");
        assert!(failure.0.contains("`sh -c 'exit 3'` ended with exit code 3"), "{failure}");
    }

    #[test]
    fn a_program_that_is_missing_is_named() {
        let failure = run("try", &mut Command::new("no-such-program-here")).unwrap_err();
        assert!(failure.0.contains("cannot run `no-such-program-here`"), "{failure}");
    }

    #[test]
    fn a_quiet_question_keeps_the_complaint() {
        let failure = ask(Command::new("sh").args(["-c", "echo why >&2; exit 1"])).unwrap_err();
        assert!(failure.0.ends_with("why"), "{failure}");
    }
}
