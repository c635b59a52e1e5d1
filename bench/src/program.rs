//! A process under measurement: the released program, or the ceilings.

use crate::Failed;
use crate::place::Place;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Parts of a second that Linux counts processor time in.
const TICKS: f64 = 100.0;

/// A process that serves.
#[derive(Debug)]
pub(crate) struct Served {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
    /// From its start to its first answer.
    pub(crate) started: Duration,
}

impl Served {
    /// Starts the program on a database.
    pub(crate) fn program(program: &Path, database: &Place) -> Result<Self, Failed> {
        let mut command = on(program, database);
        command.args(["--json", "serve", "--listen", "127.0.0.1:0"]);
        Self::start(&mut command)
    }

    /// Starts the ceilings, with their rows in a folder or at a URL of PostgreSQL.
    pub(crate) fn ceilings(place: impl AsRef<OsStr>) -> Result<Self, Failed> {
        Self::start(Command::new(std::env::current_exe()?).arg("ceilings").arg(place))
    }

    fn start(command: &mut Command) -> Result<Self, Failed> {
        let start = Instant::now();
        // What it logs is of interest when something goes wrong.
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let told: serde_json::Value = serde_json::from_str(&line)?;
        let url = told.get("url").and_then(|url| url.as_str()).ok_or("no url was told")?;
        let address = url.trim_start_matches("http://").split('/').next().unwrap_or_default();
        let mut served = Self { child, address: address.to_owned(), started: Duration::ZERO };
        served.ask("GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n")?;
        served.started = start.elapsed();
        Ok(served)
    }

    /// Sends a request by itself and returns the answer with its head; it must be a success.
    pub(crate) fn ask(&self, request: &str) -> Result<String, Failed> {
        let mut socket = TcpStream::connect(&self.address)?;
        socket.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer)?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        if answer.starts_with("HTTP/1.1 200") {
            Ok(answer)
        } else {
            Err(format!("asked {request}\nanswered {answer}").into())
        }
    }

    /// Sends a form to the API by itself and returns the answer with its head.
    pub(crate) fn post(&self, form: &str) -> Result<String, Failed> {
        self.ask(&format!(
            "POST /api/v2 HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        ))
    }

    /// Memory in use, in MiB.
    pub(crate) fn memory(&self) -> Result<f64, Failed> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmRSS")?;
        Ok(kib.parse::<f64>()? / 1_024.0)
    }

    /// Processor time that it has used, in seconds.
    pub(crate) fn processor(&self) -> Result<f64, Failed> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // Behind the name, which may hold anything: user and system time are the 12th and 13th.
        let (_, rest) = stat.rsplit_once(')').ok_or("no stat")?;
        let ticks = rest.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(ticks.sum::<Result<f64, _>>()? / TICKS)
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(mut self) -> Result<(), Failed> {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status()?;
        if !asked.success() || !self.child.wait()?.success() {
            return Err("the program did not end in order".into());
        }
        Ok(())
    }
}

/// The program, told of a database.
fn on(program: &Path, database: &Place) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--database", &database.url()])
        .env("TRADECOUNTER_KEY_SECRET_FILE", database.secret())
        .env("TRADECOUNTER_STOCK_KEY_FILE", database.stock_keys())
        .env("TRADECOUNTER_PRIVATE_PROVIDERS", "true");
    command
}

/// Recomputes the books of a database.
///
/// # Errors
/// When they do not balance.
pub(crate) fn verify(program: &Path, database: &Place) -> Result<(), Failed> {
    let output = on(program, database).arg("verify").output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("the books do not balance: {}", String::from_utf8_lossy(&output.stdout)).into())
}

impl Drop for Served {
    fn drop(&mut self) {
        // Already gone after `stop`; otherwise the measurement has failed.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
