//! A node: a manager and the PostgreSQL that it runs.

use std::net::SocketAddr;
use std::path::PathBuf;

use pgkit::Error;
use pgkit::guardian::Guardian;

#[derive(Debug)]
pub(crate) struct Node {
    guardian: Guardian,
    pub(crate) address: SocketAddr,
    command: Vec<String>,
    runs: bool,
}

impl Node {
    /// Starts the manager.
    pub(crate) fn start(
        guardian: Guardian,
        address: SocketAddr,
        command: Vec<String>,
    ) -> Result<Self, Error> {
        let mut node = Self { guardian, address, command, runs: false };
        node.start_again()?;
        Ok(node)
    }

    /// Starts the manager where it does not run.
    pub(crate) fn start_again(&mut self) -> Result<(), Error> {
        if !self.runs {
            // What becomes of its PostgreSQL is seen in the cluster.
            self.guardian.start(&self.command, |_| true)?;
            self.runs = true;
        }
        Ok(())
    }

    /// Kills the manager and its PostgreSQL.
    pub(crate) fn kill(&mut self) -> Result<(), Error> {
        self.runs = false;
        self.guardian.strike()
    }

    pub(crate) fn log(&self) -> String {
        self.guardian.log()
    }

    pub(crate) fn log_file(&self) -> PathBuf {
        self.guardian.log_file()
    }
}

/// A command in an environment that holds nothing but this.
pub(crate) fn command(environment: &[(&str, String)], words: &[&str]) -> Vec<String> {
    let mut all = vec![String::from("env"), String::from("-i")];
    all.extend(environment.iter().map(|(name, value)| format!("{name}={value}")));
    all.extend(words.iter().map(|word| (*word).to_owned()));
    all
}

/// The path of a file in a guardian's folder, as a word of a command.
pub(crate) fn path(guardian: &Guardian, name: &str) -> String {
    guardian.folder().join(name).display().to_string()
}
