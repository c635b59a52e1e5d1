//! The other end: what we send to upstreams, and how we read what they answer.
//!
//! Every tolerance names the kind of server that needs it.

mod add;
mod balance;
mod calls;
mod excerpt;
mod fuzz;
mod orders;
mod refills;
mod round_trip;
mod services;
mod status;
mod statuses;

use panel_api::client::{Answers, Found};

fn asked(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

/// What each id got.
fn each<T: std::fmt::Debug>(answers: Answers<T>) -> Vec<Found<T>> {
    match answers {
        Answers::Each(each) => each.into_iter().map(|(_, found)| found).collect(),
        other => panic!("{other:?}"),
    }
}

/// What the only id got.
fn only<T: std::fmt::Debug>(answers: Answers<T>) -> Found<T> {
    let mut each = each(answers);
    assert_eq!(each.len(), 1, "{each:?}");
    each.remove(0)
}
