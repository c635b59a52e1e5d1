//! A server that does not outlive the process that started it.
//!
//! A small shell process holds the server as its child and reads orders from a pipe whose other end
//! only this process has. However this process ends, the pipe closes; then the shell ends the server
//! and removes its folder.

use std::io::{BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use crate::{Error, binaries, poll};

const SCRIPT: &str = include_str!("guardian.sh");

/// How often a server is asked whether it is ready, every hundredth of a second: a minute.
const PATIENCE: u32 = 6_000;

/// The shell process, and the server that it holds. With a user of its own when this process is
/// root's: servers of PostgreSQL do not run as root.
#[derive(Debug)]
pub struct Guardian {
    program: &'static str,
    folder: PathBuf,
    as_user: Vec<String>,
    child: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Guardian {
    /// A guardian of nothing yet, with a new folder. `last` is the signal that ends the server when
    /// the pipe closes.
    pub(crate) fn new(program: &'static str, last: &str) -> Result<Self, Error> {
        let folder = std::env::temp_dir().join("pgkit-");
        let mut child = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(&folder)
            .arg(last)
            .current_dir("/")
            .env("LC_ALL", "C")
            // Of its own, so that what ends a test from the terminal leaves it to its work.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Error::io("sh"))?;
        let (orders, answers) = (child.stdin.take(), child.stdout.take());
        let answers = BufReader::new(answers.ok_or(Error::Guardian { program })?);
        let as_user = Vec::new();
        let mut guardian = Self { program, folder, as_user, child, orders, answers };
        guardian.folder = PathBuf::from(guardian.answer()?);
        guardian.as_user = binaries::as_ordinary_user(&guardian.folder)?;
        Ok(guardian)
    }

    /// A guardian of a server that starts others itself, below it or apart. When the pipe closes, it
    /// is killed with all of them.
    ///
    /// # Errors
    /// There is no shell, no folder, or no user to run servers as.
    pub fn of_manager(program: &'static str) -> Result<Self, Error> {
        Self::new(program, "strike")
    }

    /// The folder of the server: removed with it.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs a command to its end.
    ///
    /// # Errors
    /// It fails; with the end of its log.
    pub fn run(&mut self, what: &'static str, command: &[String]) -> Result<(), Error> {
        let before = self.logged();
        let order = self.order_of("run", command);
        if self.ask(&order)? == "0" {
            return Ok(());
        }
        let (file, log) = (self.log_file(), self.log_since(before));
        Err(Error::Step { what, file, log })
    }

    /// Starts the server and waits until it is `ready`, which is given its process id. Returns the
    /// process id.
    ///
    /// # Errors
    /// It ends, or is not ready after a minute; with the end of its log.
    pub fn start(
        &mut self,
        command: &[String],
        mut ready: impl FnMut(u32) -> bool,
    ) -> Result<u32, Error> {
        let program = self.program;
        let before = self.logged();
        let order = self.order_of("start", command);
        let id: u32 = self.ask(&order)?.parse().map_err(|_| Error::Guardian { program })?;
        let outcome = poll(PATIENCE, || {
            if ready(id) {
                return Some(Ok(true));
            }
            match self.ask("alive") {
                Ok(answer) if answer == "yes" => None,
                Ok(_) => Some(Ok(false)),
                Err(error) => Some(Err(error)),
            }
        });
        let how = match outcome {
            Some(Ok(true)) => return Ok(id),
            Some(Ok(false)) => "ended at its start",
            Some(Err(error)) => return Err(error),
            None => "was not ready after a minute",
        };
        self.end("KILL")?;
        Err(Error::NotReady { program, how, file: self.log_file(), log: self.log_since(before) })
    }

    /// Sends the server a signal that ends it, and waits for that.
    pub(crate) fn end(&mut self, signal: &str) -> Result<(), Error> {
        self.ask(&format!("end {signal}")).map(drop)
    }

    /// Kills the server with SIGKILL, and with it all processes below it and every PostgreSQL whose
    /// data lie in the folder: what a machine does that loses its power.
    ///
    /// # Errors
    /// The shell is gone.
    pub fn strike(&mut self) -> Result<(), Error> {
        self.ask("strike").map(drop)
    }

    /// The file that all commands write to.
    pub fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The end of what was logged.
    pub fn log(&self) -> String {
        self.log_since(0)
    }

    fn ask(&mut self, order: &str) -> Result<String, Error> {
        let told = self.orders.as_mut().is_some_and(|orders| writeln!(orders, "{order}").is_ok());
        if told { self.answer() } else { Err(Error::Guardian { program: self.program }) }
    }

    fn answer(&mut self) -> Result<String, Error> {
        let mut answer = String::new();
        match self.answers.read_line(&mut answer) {
            Ok(read) if read > 0 => Ok(answer.trim_end().to_owned()),
            _ => Err(Error::Guardian { program: self.program }),
        }
    }

    fn order_of(&self, order: &str, command: &[String]) -> String {
        let words = self.as_user.iter().chain(command).map(|word| quoted(word));
        let words: Vec<String> = words.collect();
        format!("{order} {}", words.join(" "))
    }

    fn logged(&self) -> u64 {
        std::fs::metadata(self.log_file()).map_or(0, |file| file.len())
    }

    /// What was logged since then, at most the last 4,000 bytes of it.
    fn log_since(&self, before: u64) -> String {
        let read = || {
            let mut file = std::fs::File::open(self.log_file())?;
            let from = before.max(self.logged().saturating_sub(4_000));
            file.seek(SeekFrom::Start(from))?;
            let mut text = Vec::new();
            file.read_to_end(&mut text)?;
            Ok::<_, std::io::Error>(String::from_utf8_lossy(&text).trim_end().to_owned())
        };
        read().unwrap_or_else(|error| format!("(not readable: {error})"))
    }
}

impl Drop for Guardian {
    fn drop(&mut self) {
        drop(self.orders.take());
        // It ends when the server has ended and the folder is gone; nobody could do more.
        drop(self.child.wait());
    }
}

/// For a shell.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A port that is free on the loopback address, and that no outgoing connection is given while its
/// server is down: those come from 32,768 on.
///
/// # Errors
/// None is free.
pub fn free_port() -> Result<u16, Error> {
    let free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut tried = std::iter::repeat_with(|| fastrand::u16(15_000..32_000)).take(1_000);
    tried.find(free).ok_or_else(|| {
        Error::io("a free port on 127.0.0.1")(std::io::ErrorKind::AddrNotAvailable.into())
    })
}

#[cfg(test)]
mod tests {
    use super::Guardian;
    use crate::Error;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn words_arrive_as_they_are() {
        let mut guardian = Guardian::new("a test", "TERM").unwrap();
        let word = r#"it's $HOME "\n" *"#;
        let error = guardian.run("grep", &words(&["grep", "-e", word, "/none"])).unwrap_err();
        assert!(matches!(error, Error::Step { .. }), "{error}");
        guardian.run("test", &words(&["test", word, "=", word])).unwrap();
    }

    #[test]
    fn a_server_that_ends_at_its_start_is_told_with_its_last_words() {
        let mut guardian = Guardian::new("a test", "TERM").unwrap();
        let command = words(&["sh", "-c", "echo my last words; exit 3"]);
        let error = guardian.start(&command, |_| false).unwrap_err().to_string();
        assert!(error.contains("a test ended at its start"), "{error}");
        assert!(error.contains("my last words"), "{error}");
    }

    #[test]
    fn nothing_is_left_when_it_is_dropped() {
        let mut guardian = Guardian::new("a test", "TERM").unwrap();
        let id = guardian.start(&words(&["sleep", "1000"]), |_| true).unwrap();
        let folder = guardian.folder().to_path_buf();
        assert!(folder.exists());
        assert!(alive(id));
        drop(guardian);
        assert!(!folder.exists());
        assert!(!alive(id));
    }

    #[test]
    fn a_server_that_does_not_listen_yet_ends_too() {
        let mut guardian = Guardian::new("a test", "TERM").unwrap();
        let deaf = "trap '' TERM; sleep 0.3; trap exit TERM; while :; do sleep 0.01; done";
        let id = guardian.start(&words(&["sh", "-c", deaf]), |_| true).unwrap();
        drop(guardian);
        assert!(!alive(id));
    }

    /// A server with a process below it, and with a PostgreSQL that it has started apart: their ids.
    fn manager(guardian: &mut Guardian) -> Vec<u32> {
        let folder = guardian.folder().display().to_string();
        let script = "cd \"$0\"; mkdir data; sleep 1000 & echo $! >below; \
            setsid --fork sh -c 'cd data; echo $$ >postmaster.pid; exec sleep 1000'; \
            until [ -s data/postmaster.pid ]; do sleep 0.01; done; echo done >done; wait";
        let done = guardian.folder().join("done");
        let id = guardian.start(&words(&["sh", "-c", script, &folder]), |_| done.exists()).unwrap();
        let mut ids = vec![id];
        for file in ["below", "data/postmaster.pid"] {
            let text = std::fs::read_to_string(guardian.folder().join(file)).unwrap();
            ids.push(text.trim().parse().unwrap());
        }
        assert!(ids.iter().all(|id| alive(*id)));
        ids
    }

    /// Whoever adopts them may take a moment to bury them.
    fn gone(ids: &[u32]) -> bool {
        crate::poll(1_000, || (!ids.iter().any(|id| alive(*id))).then_some(())).is_some()
    }

    #[test]
    fn a_manager_is_struck_with_all_that_it_started() {
        let mut guardian = Guardian::of_manager("a test").unwrap();
        let ids = manager(&mut guardian);
        guardian.strike().unwrap();
        assert!(gone(&ids));
        assert!(guardian.folder().exists());
    }

    #[test]
    fn nothing_of_a_manager_is_left_when_it_is_dropped() {
        let mut guardian = Guardian::of_manager("a test").unwrap();
        let ids = manager(&mut guardian);
        let folder = guardian.folder().to_path_buf();
        drop(guardian);
        assert!(gone(&ids) && !folder.exists());
    }

    fn alive(id: u32) -> bool {
        let mut kill = std::process::Command::new("kill");
        kill.args(["-0", &id.to_string()]).output().unwrap().status.success()
    }
}
