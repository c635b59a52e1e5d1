//! The real program: run to its end, or started as a demo and ended by a signal.

use crate::http::Client;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};

/// The program's binary and the folder that it works in.
#[derive(Debug)]
pub struct Program {
    binary: PathBuf,
    folder: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

/// What a run that has ended printed.
#[derive(Clone, Debug)]
pub struct Done {
    /// Its exit code; nothing when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Done {
    fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Standard output as JSON; the run must have succeeded.
    pub fn json(&self) -> serde_json::Value {
        assert_eq!(self.code, Some(0), "{self:?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}

impl Program {
    /// The binary at `path`, in a new folder.
    pub fn new(path: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { binary: PathBuf::from(path), folder, environment: Vec::new() }
    }

    /// The same binary and environment, in another new folder.
    #[must_use]
    pub fn another(&self) -> Self {
        let (binary, environment) = (self.binary.clone(), self.environment.clone());
        Self { binary, folder: tempfile::tempdir().unwrap(), environment }
    }

    /// The folder that it works in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Sets a variable of its environment.
    pub fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).current_dir(self.folder.path()).stdin(Stdio::null());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Done {
        Done::of(self.command(arguments).output().unwrap())
    }

    /// Runs it to its end with `input` on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Done {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        // A program that ends before it has read everything breaks the pipe, and says why itself.
        drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
        Done::of(child.wait_with_output().unwrap())
    }

    /// Runs it with `--json` and returns what it printed; it must succeed.
    pub fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let mut all = vec!["--json"];
        all.extend(arguments);
        self.run(&all).json()
    }

    /// Starts it and lets it run.
    pub fn spawn(&self, arguments: &[&str]) -> Running {
        Running { child: self.command(arguments).spawn().unwrap() }
    }

    /// Starts it and waits for its first line, which must be JSON with a `url`.
    pub fn start(&self, arguments: &[&str]) -> Demo {
        let mut all = vec!["--json"];
        all.extend(arguments);
        let mut child = self.command(&all).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        if line.is_empty() {
            let mut errors = String::new();
            child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
            panic!("the program ended before it served: {errors}");
        }
        let told: serde_json::Value = serde_json::from_str(&line).unwrap();
        let url = told["url"].as_str().expect("a url").to_owned();
        // Read as it comes: a pipe that nobody empties would stop a program that logs much.
        let mut errors = child.stderr.take().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let read = Arc::clone(&log);
        let reader = std::thread::Builder::new()
            .spawn(move || {
                let mut some = [0; 4_096];
                // What was read before the pipe broke is all there is.
                while let Ok(count @ 1..) = errors.read(&mut some) {
                    read.lock().unwrap().extend_from_slice(&some[..count]);
                }
            })
            .unwrap();
        Demo { child, url, told, log, reader: Some(reader) }
    }
}

/// The program, doing something that is not waited for.
#[derive(Debug)]
pub struct Running {
    child: Child,
}

impl Running {
    /// Ends it with SIGKILL: no chance to finish anything.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The program, serving.
#[derive(Debug)]
pub struct Demo {
    child: Child,
    /// Address of the panel API.
    pub url: String,
    /// What it told at its start.
    pub told: serde_json::Value,
    log: Arc<Mutex<Vec<u8>>>,
    reader: Option<std::thread::JoinHandle<()>>,
}

impl Demo {
    /// A client with the key that it told.
    pub fn client(&self) -> Client {
        self.client_with(self.told["key"].as_str().unwrap_or_default())
    }

    /// A client with a key.
    pub fn client_with(&self, key: &str) -> Client {
        let address = self.url.trim_start_matches("http://").trim_end_matches("/api/v2");
        Client { address: address.to_owned(), key: key.to_owned() }
    }

    /// Ends it with SIGTERM, waits, and returns what it logged.
    pub fn end_and_read_log(mut self) -> String {
        assert!(self.ask_to_end().success());
        self.reader.take().unwrap().join().unwrap();
        self.logged()
    }

    /// What it has logged so far.
    pub fn logged(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// Stops it where it is, until [`Self::go_on`]: it holds what it holds and does nothing.
    pub fn stop(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.signal("-CONT");
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Waits until it has ended by itself, and returns what it logged.
    pub fn wait_and_read_log(mut self) -> String {
        self.child.wait().unwrap();
        self.reader.take().unwrap().join().unwrap();
        self.logged()
    }

    /// Ends it with SIGTERM and waits.
    pub fn terminate(mut self) -> ExitStatus {
        self.ask_to_end()
    }

    /// Ends it with SIGKILL: no chance to finish anything.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn ask_to_end(&mut self) -> ExitStatus {
        self.signal("-TERM");
        self.child.wait().unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // Already gone after `terminate`; otherwise the test has failed and nobody waits.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
