//! The bare loop on PostgreSQL: as many connections as the counter writes with, and one statement
//! that inserts the rows of all requests that wait.

use super::{ROWS_PER_COMMIT, Waiting, fail};
use crate::Failed;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, NoTls};

/// The counter's own number, unless its URL says otherwise.
const CONNECTIONS: usize = 4;

/// Starts it, with its rows in the database at `url`.
pub(super) fn start(url: &str) -> Result<Sender<Waiting>, Failed> {
    let (sender, receiver) = channel();
    let queue = Arc::new(Mutex::new(receiver));
    let (client, runtime) = connect(url)?;
    let table = "create table bare (id bigint generated always as identity primary key, \
        body text not null)";
    runtime.block_on(client.batch_execute(table))?;
    for _ in 0..CONNECTIONS {
        let (url, queue) = (url.to_owned(), Arc::clone(&queue));
        std::thread::Builder::new().spawn(move || {
            if let Err(error) = insert(&url, &queue) {
                fail(&error);
            }
        })?;
    }
    Ok(sender)
}

/// A connection that is driven by the thread that uses it.
fn connect(url: &str) -> Result<(Client, Runtime), Failed> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls))?;
    runtime.spawn(connection);
    Ok((client, runtime))
}

fn insert(url: &str, queue: &Mutex<Receiver<Waiting>>) -> Result<(), Failed> {
    let (client, runtime) = connect(url)?;
    let text = "insert into bare (body) select unnest($1::text[]) returning id";
    let statement = runtime.block_on(client.prepare(text))?;
    loop {
        let waiting: Vec<Waiting> = {
            let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            let Ok(first) = queue.recv() else { return Ok(()) };
            std::iter::once(first).chain(queue.try_iter()).take(ROWS_PER_COMMIT).collect()
        };
        let bodies: Vec<_> =
            waiting.iter().map(|(body, _)| String::from_utf8_lossy(body)).collect();
        let rows = runtime.block_on(client.query(&statement, &[&bodies]))?;
        for ((_, caller), row) in waiting.into_iter().zip(rows) {
            // A client that has gone away is not told.
            let _ = caller.send(row.get(0));
        }
    }
}
