//! A Python of our own under `target/`, with published clients of the panel API: the tests let
//! other people's code talk to the counter.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::step::{self, Failure};

const PACKAGES: [&str; 3] = ["safesmm==0.1.0", "smmpy==0.1.0", "requests"];

/// The first one that can make an environment is taken: a version manager's `python3` may stand
/// before the system's and lack the venv module, or be no more than a stub.
const INTERPRETERS: [&str; 2] = ["python3", "/usr/bin/python3"];

const APT_GET: [&str; 5] = ["apt-get", "install", "-y", "python3", "python3-venv"];

/// Ends well when each requirement given as argument is installed in the wanted version.
const CHECK: &str = "\
import sys
from importlib.metadata import version
for wanted in sys.argv[1:]:
    name, _, pinned = wanted.partition('==')
    found = version(name)
    if pinned and found != pinned:
        sys.exit(f'{name} is {found}')
";

/// The interpreter of the environment, which is made or mended when need be.
pub(crate) fn ready(root: &Path) -> Result<PathBuf, Failure> {
    let home = root.join("target").join("python");
    let python = home.join("bin").join("python");
    if complete(&python) {
        step::note("Python clients of the tests: all there");
        return Ok(python);
    }
    step::note("Python clients of the tests: not there yet, or not complete");
    make_environment(&home)?;
    step::run(
        "install the Python clients",
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--no-input"])
            .args(PACKAGES),
    )?;
    Ok(python)
}

fn complete(python: &Path) -> bool {
    step::ask(Command::new(python).args(["-c", CHECK]).args(PACKAGES)).is_ok()
}

/// Found out by trying: which package would bring the venv module differs from system to system,
/// and the interpreter may be no package's at all.
fn make_environment(home: &Path) -> Result<(), Failure> {
    let Err(complaint) = try_interpreters(home) else { return Ok(()) };
    let has_apt_get = step::ask(Command::new("apt-get").arg("--version")).is_ok();
    if !has_apt_get || !is_root() {
        return Err(Failure::new(format!("{complaint}\n{}", advice(home, has_apt_get))));
    }
    step::note("Python 3 with its venv module is missing");
    step::run("read the package lists", apt_get(&["update"]).arg("-qq"))?;
    step::run("install Python", apt_get(&APT_GET[1..]).arg("-qq"))?;
    try_interpreters(home)
}

fn try_interpreters(home: &Path) -> Result<(), Failure> {
    let mut complaints = Vec::new();
    for interpreter in INTERPRETERS {
        // --clear: whatever an interrupted run left there is not to be trusted.
        match step::ask(Command::new(interpreter).args(["-m", "venv", "--clear"]).arg(home)) {
            Ok(_) => {
                step::note(&format!("made {} with {interpreter}", home.display()));
                return Ok(());
            }
            Err(complaint) => complaints.push(complaint.to_string()),
        }
    }
    Err(Failure::new(complaints.join("\n")))
}

pub(crate) fn apt_get(words: &[&str]) -> Command {
    let mut command = Command::new(APT_GET[0]);
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

fn advice(home: &Path, has_apt_get: bool) -> String {
    if has_apt_get {
        format!(
            "The tests need Python 3 with its venv module. Install it, then run this again:\n\n    \
             sudo apt-get update && sudo {}\n",
            APT_GET.join(" ")
        )
    } else {
        format!(
            "The tests need Python 3 with its venv module. Install it by your system's means; this \
             must work:\n\n    python3 -m venv --clear {}\n",
            home.display()
        )
    }
}

fn is_root() -> bool {
    step::ask(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_advice_is_a_command_to_copy() {
        let home = Path::new("target/python");
        assert!(advice(home, true).contains("sudo apt-get install -y python3 python3-venv\n"));
        assert!(advice(home, false).contains("\n    python3 -m venv --clear target/python\n"));
    }
}
