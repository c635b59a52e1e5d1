//! The person who decides what nothing shows: looks into the panels' journals, as an operator looks
//! into a panel's pages, and tells the program by its command line what is there.

use super::oracle::MARKER;
use super::site::{Site, Stored, Upstream};
use crate::watch;
use domain::orders::{Order, State};
use domain::providers::{Attempt, AttemptState, request_id};
use fakepanel::{Order as There, Panel, State as End, Verdict};
use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// What the person has done.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    /// Orders of which the person said whether a provider has them.
    pub(super) decided: HashSet<i64>,
    /// Orders that the person ended.
    pub(super) ended: HashSet<i64>,
}

/// What a panel shows of an attempt.
enum Sight {
    /// It may still come.
    Waiting,
    Absent,
    /// It is there; and whether its id means no other order.
    There(Box<There>, bool),
}

/// Decides until `over`.
pub(super) fn decide(site: &Site, over: &AtomicBool) -> Done {
    let mut done = Done::default();
    while !over.load(Ordering::SeqCst) {
        let stored = site.stored();
        for order in &stored.orders {
            if matches!(order.state, State::Review | State::SubmittedNoId) {
                look(site, &stored, order, &mut done);
            }
        }
        set_going(site);
        watch::pass(PAUSE);
    }
    done
}

/// Sets providers and routes going again that the program has stopped for somebody to look at.
fn set_going(site: &Site) {
    for provider in list(site, "provider") {
        if provider["state"] != "active" {
            let name = provider["name"].as_str().unwrap();
            site.program.json(&["provider", "edit", name, "--state", "active"]);
        }
    }
    for route in list(site, "route") {
        if route["on"] != true {
            let id = route["route"].to_string();
            site.program.json(&["route", "edit", &id, "--on", "true"]);
        }
    }
}

fn list(site: &Site, of: &str) -> Vec<serde_json::Value> {
    site.program.json(&[of, "list"]).as_array().cloned().unwrap_or_default()
}

fn look(site: &Site, stored: &Stored, order: &Order, done: &mut Done) {
    let attempts = stored.attempts_of(order.id);
    let unsettled = attempts.iter().rev().find(|attempt| {
        attempt.state == AttemptState::Lost || attempt.state == AttemptState::AcceptedNoId
    });
    let id = order.id.to_string();
    if let Some(attempt) = unsettled {
        let verdict = match sight(site, order, attempt) {
            Sight::Waiting => return,
            Sight::There(there, true) => vec![String::from("--accepted-as"), there.id.to_string()],
            Sight::There(..) if attempt.state == AttemptState::Lost => {
                vec![String::from("--accepted")]
            }
            // Nobody can follow it but the person.
            Sight::There(there, _) => return end(site, order, Some(&there), done),
            Sight::Absent if attempt.state == AttemptState::Lost => {
                vec![String::from("--not-accepted")]
            }
            // The program was told that it is there, and it is not: that is for the oracle.
            Sight::Absent => return,
        };
        let mut words = vec!["order", "decide", &id];
        words.extend(verdict.iter().map(String::as_str));
        words.extend(["--reason", "as the provider shows it"]);
        // Not when it was settled meanwhile.
        if site.program.run(&words).code == Some(0) {
            done.decided.insert(order.id.0);
        }
        return;
    }
    let accepted = attempts.iter().rev().find(|attempt| attempt.state == AttemptState::Accepted);
    match accepted.map(|attempt| sight(site, order, attempt)) {
        Some(Sight::There(there, _)) => end(site, order, Some(&there), done),
        Some(_) => {}
        None => end(site, order, None, done),
    }
}

/// Ends an order as the panel has ended it; cancels what no panel has.
fn end(site: &Site, order: &Order, there: Option<&There>, done: &mut Done) {
    let id = order.id.to_string();
    let remains = |remains: i64| [String::from("--remains"), remains.to_string()];
    let (word, rest) = match there.map(|there| there.state) {
        None | Some(End::Canceled) => ("cancel", None),
        Some(End::Completed { remains: left }) => ("complete", Some(remains(left))),
        Some(End::Partial { remains: left }) => ("partial", Some(remains(left))),
        Some(End::Pending | End::InProgress) => return,
    };
    let mut words = vec!["order", word, &id];
    words.extend(rest.iter().flatten().map(String::as_str));
    // It has ended there, as the person has seen.
    if there.is_some() && word != "complete" {
        words.push("--although-placed");
    }
    words.extend(["--reason", "as the provider shows it"]);
    if site.program.run(&words).code == Some(0) {
        done.ended.insert(order.id.0);
    }
}

fn sight(site: &Site, order: &Order, attempt: &Attempt) -> Sight {
    let upstream = site.upstreams.iter().find(|up| up.provider == attempt.provider.0);
    let upstream = upstream.expect("a provider of the site");
    let id = request_id(order.id, order.created, attempt.number);
    upstream.server.look(|panel| {
        let waits = panel.journal().writes().iter().any(|request| {
            matches!(request.verdict, Verdict::Waiting { .. })
                && request.field("request_id").as_ref() == Some(&id)
        });
        match panel.orders_of_request_id(&id).first() {
            _ if waits => Sight::Waiting,
            Some(there) => Sight::There(Box::new((*there).clone()), is_unique(panel, there)),
            None => Sight::Absent,
        }
    })
}

fn is_unique(panel: &Panel, there: &There) -> bool {
    panel.orders().iter().filter(|other| other.id == there.id).count() == 1
}

/// The orders of a panel, by tag.
pub(super) fn tags(upstream: &Upstream) -> Vec<(String, There)> {
    upstream.server.look(|panel| {
        let tagged = panel.orders_by_tag(MARKER);
        let each = tagged.iter().flat_map(|(tag, orders)| {
            orders.iter().map(|order| ((*tag).to_owned(), (*order).clone()))
        });
        each.collect()
    })
}
