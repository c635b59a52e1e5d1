//! What the counter is compared with, served by the same HTTP stack: a bare answer, and a bare loop
//! that commits one row a request in groups, on either engine.

mod postgres;
mod sqlite;

use crate::Failed;
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::{get, post};
use std::path::Path;
use std::sync::mpsc::Sender;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Rows that share a COMMIT: as many as orders of the counter do.
const ROWS_PER_COMMIT: usize = 64;

/// A request's body, and who waits for its row.
type Waiting = (Bytes, oneshot::Sender<i64>);

/// Serves both on a free port until the process is ended; prints the address first. The rows are in
/// the database of `place`: a URL of PostgreSQL, or the folder of a file beside the counter's.
pub(crate) fn serve(place: &str) -> Result<(), Failed> {
    let writer = if place.starts_with("postgres") {
        postgres::start(place)?
    } else {
        sqlite::start(Path::new(place))?
    };
    let router = Router::new()
        .route("/", get(|| async { "Hello, World!" }))
        .route("/api/v2", post(insert))
        .with_state(writer);
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

/// Ends the process: what is measured beside a loop that has ended is worth nothing.
fn fail(error: &dyn std::fmt::Display) -> ! {
    eprintln!("the bare loop: {error}");
    std::process::exit(1);
}
