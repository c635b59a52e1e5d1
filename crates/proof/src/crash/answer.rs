//! What the program answers, and what it says of what is stored.

use super::book::Fate;
use serde_json::Value;
use testkit::Kept;

/// What came of a call.
pub(crate) enum Reply {
    /// The answer, and the HTTP status.
    Json(u16, Value),
    /// None: the program may have done it or not.
    None(String),
}

/// Sends a call and reads its answer.
pub(crate) fn ask(kept: &mut Kept, fields: &[(&str, &str)]) -> Reply {
    match kept.form(fields) {
        Err(error) => Reply::None(error.to_string()),
        // The program itself does not know.
        Ok(answer) if answer.status == 503 => Reply::None(UNKNOWN.to_owned()),
        Ok(answer) => match serde_json::from_str(&answer.body) {
            Ok(value) => Reply::Json(answer.status, value),
            Err(error) => Reply::Json(answer.status, format!("{error}: {}", answer.body).into()),
        },
    }
}

/// What an answer says of something that is stored under an id.
pub(crate) fn fate(reply: &Reply, name: &str, refusals: &[&str]) -> Result<Fate, String> {
    let Reply::Json(status, value) = reply else { return Ok(Fate::Unknown) };
    // Ids of refills come as text.
    let id = value[name].as_i64().or_else(|| value[name].as_str()?.parse().ok());
    match (id, value["error"].as_str()) {
        (Some(id), None) if *status == 200 => Ok(Fate::Acknowledged(id)),
        (None, Some(text)) if *status == 200 && refusals.contains(&text) => Ok(Fate::Refused),
        _ => Err(format!("unexpected answer, status {status}: {value}")),
    }
}

/// The program's answer when it does not know what became of a request.
pub(crate) const UNKNOWN: &str = "status 503";

pub(crate) const NO_MONEY: &str = "Not enough funds on balance";
pub(crate) const NO_STOCK: &str = "Out of stock";
/// Nothing was done, because the database is not there.
pub(crate) const LATER: &str = "Temporarily unavailable, please try again later";
pub(crate) const REPEATED: &str =
    "You have active order with this link. Please wait until order being completed.";

/// The pieces that an answer shows.
pub(crate) fn lines_of(value: &Value) -> Option<Vec<String>> {
    let lines = value["result"].as_array()?.iter();
    lines.map(|line| line.as_str().map(str::to_owned)).collect()
}
