//! The port that another process steers and looks at the panel by. JSON over HTTP.

mod views;

use std::sync::Arc;

use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::json::Json;
use crate::reaction::{JSON, Reply};
use crate::server::door::Door;
use crate::server::http::{self, Got, Incoming};
use crate::server::shared::{Command, Shared};

/// Serves it, where there is one.
pub(crate) async fn keep(door: Option<Door>, shared: Arc<Shared>) {
    let Some(door) = door else { return std::future::pending().await };
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = door.next() => {
                let Ok((stream, shared)) = accepted.map(|stream| (stream, Arc::clone(&shared)))
                else {
                    continue;
                };
                connections.spawn(async move { talk(stream, &shared).await });
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn talk(mut stream: TcpStream, shared: &Shared) {
    let mut read = Vec::new();
    loop {
        let request = match http::receive(&mut stream, &mut read).await {
            Got::Request(request) => request,
            Got::Nothing | Got::Bad(_) => return,
        };
        let (status, json) = match answer(shared, &request).await {
            Ok(json) => (200, json),
            Err((status, words)) => (status, Json::error(&words)),
        };
        let mut body = json.to_text();
        body.push('\n');
        let reply = Reply { status, content_type: JSON, retry_after: None, body };
        let sent = http::send(&mut stream, &reply, request.keep).await;
        if sent.is_err() || !request.keep {
            return;
        }
    }
}

async fn answer(shared: &Shared, request: &Incoming) -> Result<Json, (u16, String)> {
    if request.method == "POST" {
        let command: Command = serde_json::from_slice(&request.body)
            .map_err(|error| (400, format!("no command: {error}")))?;
        let (heard, hears) = oneshot::channel();
        let done = Box::new(move || heard.send(()).unwrap_or_default());
        shared.command(command, done).map_err(|error| (400, error.to_string()))?;
        hears.await.unwrap_or_default();
        return Ok(Json::object([("done", Json::Bool(true))]));
    }
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let query = views::Query::parse(query);
    let seen = shared.look(|panel| views::view(panel, path, &query));
    match seen {
        Some(Ok(json)) => Ok(json),
        Some(Err(words)) => Err((400, words)),
        None => Err((404, format!("there is nothing at {path}"))),
    }
}
