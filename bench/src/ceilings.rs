//! What the counter is compared with, served by the same HTTP stack: a bare answer, and a bare loop
//! that commits one row a request in groups.

use crate::Failed;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, post};
use rusqlite::Connection;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Rows that share a COMMIT: as many as orders of the counter do.
const ROWS_PER_COMMIT: usize = 64;

/// A request's body, and who waits for its row.
type Waiting = (Bytes, oneshot::Sender<i64>);

/// Serves both on a free port until the process is ended; prints the address first. The rows are in
/// `folder`, on the same disk as the counter's.
pub(crate) fn serve(folder: &Path) -> Result<(), Failed> {
    let connection = Connection::open(folder.join("ceiling.db"))?;
    connection.execute_batch(
        "pragma journal_mode = wal; pragma synchronous = full; \
         create table row (id integer primary key, body text not null) strict",
    )?;
    let (sender, receiver) = channel();
    std::thread::Builder::new().spawn(move || {
        if let Err(error) = commit(connection, &receiver) {
            eprintln!("the bare loop: {error}");
            std::process::exit(1);
        }
    })?;
    let router = Router::new()
        .route("/", get(|| async { "Hello, World!" }))
        .route("/api/v2", post(insert))
        .with_state(sender);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", serde_json::json!({ "url": format!("http://{}", listener.local_addr()?) }));
        web::serve(listener, router, std::future::pending()).await?;
        Ok(())
    })
}

async fn insert(State(writer): State<Sender<Waiting>>, body: Bytes) -> String {
    let (caller, id) = oneshot::channel();
    if writer.send((body, caller)).is_err() {
        return String::from("{}");
    }
    id.await.map_or_else(|_| String::from("{}"), |id| format!("{{\"order\":{id}}}"))
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
