//! The bare loop on SQLite: one connection, as the counter's.

use super::{ROWS_PER_COMMIT, Waiting, fail};
use crate::Failed;
use rusqlite::Connection;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Starts it, with its rows in `folder`.
pub(super) fn start(folder: &Path) -> Result<Sender<Waiting>, Failed> {
    let connection = Connection::open(folder.join("ceiling.db"))?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; \
         create table row (id integer primary key, body text not null) strict",
    )?;
    let (sender, receiver) = channel();
    std::thread::Builder::new().spawn(move || {
        if let Err(error) = commit(connection, &receiver) {
            fail(&error);
        }
    })?;
    Ok(sender)
}

fn commit(connection: Connection, queue: &Receiver<Waiting>) -> Result<(), rusqlite::Error> {
    let mut begin = connection.prepare("begin immediate")?;
    let mut insert = connection.prepare("insert into row (body) values (?1)")?;
    let mut end = connection.prepare("commit")?;
    while let Ok(first) = queue.recv() {
        let group: Vec<Waiting> =
            std::iter::once(first).chain(queue.try_iter()).take(ROWS_PER_COMMIT).collect();
        begin.execute([])?;
        let mut answers = Vec::with_capacity(group.len());
        for (body, caller) in group {
            insert.execute([String::from_utf8_lossy(&body)])?;
            answers.push((caller, connection.last_insert_rowid()));
        }
        end.execute([])?;
        for (caller, id) in answers {
            // A client that has gone away is not told.
            let _ = caller.send(id);
        }
    }
    Ok(())
}
