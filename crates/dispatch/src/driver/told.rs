//! What became of orders, for whoever reads logs: what needs their attention, and what it came to.

use counter::Counter;
use counter::fulfilment::{Found, Outcome, Recorded};
use domain::AttemptId;
use domain::providers::{Attempt, Fit};
use tracing::Level;

/// Tells of those outcomes that somebody should know of, each with its order and provider.
pub(super) async fn tell(counter: &Counter, outcomes: &[Outcome], recorded: &[Recorded]) {
    let notable: Vec<(&Outcome, Level, &str)> = outcomes
        .iter()
        .zip(recorded)
        .filter_map(|(outcome, recorded)| {
            let (level, text) = said(&outcome.found, *recorded)?;
            Some((outcome, level, text))
        })
        .collect();
    let ids: Vec<AttemptId> = notable.iter().map(|(outcome, ..)| outcome.attempt).collect();
    if ids.is_empty() {
        return;
    }
    // What is told without them is better than nothing.
    let known = counter.attempts(&ids).await.unwrap_or_default();
    for (outcome, level, text) in notable {
        let found = known.iter().find(|attempt| attempt.id == outcome.attempt);
        log(outcome, found, level, text);
    }
}

fn log(outcome: &Outcome, known: Option<&Attempt>, level: Level, text: &str) {
    let (attempt, evidence) = (outcome.attempt.0, outcome.evidence.as_str());
    let order = known.map(|attempt| attempt.order.0);
    let provider = known.map(|attempt| attempt.provider.0);
    let state = known.map(|attempt| attempt.state.name());
    if level == Level::ERROR {
        tracing::error!(order, provider, attempt, state, evidence, "{text}");
    } else if level == Level::WARN {
        tracing::warn!(order, provider, attempt, state, evidence, "{text}");
    } else {
        tracing::info!(order, provider, attempt, state, evidence, "{text}");
    }
}

/// How much an outcome matters, and what to say of it; nothing of what is as it should be.
const fn said(found: &Found, recorded: Recorded) -> Option<(Level, &'static str)> {
    match (found, recorded) {
        (_, Recorded::Done(_, Fit::Contradiction)) => Some((
            Level::ERROR,
            "evidence contradicts what was known: look at the provider, then `order decide`",
        )),
        (_, Recorded::Done(_, Fit::Borne)) => {
            Some((Level::ERROR, "an order that was written off is there: what it costs is ours"))
        }
        (_, Recorded::Done(_, Fit::Healed)) => Some((
            Level::ERROR,
            "a verdict was wrong; this provider's lost answers are left to people from now on",
        )),
        (Found::Unsendable { .. }, Recorded::Done(..)) => Some((
            Level::WARN,
            "an order cannot be sent to a provider: it goes another way, waits, or is canceled",
        )),
        (Found::Lost, _) => {
            Some((Level::WARN, "an answer was lost: the order is held until it is known"))
        }
        (Found::Undecided, _) => Some((
            Level::ERROR,
            "nothing shows what became of an order: look at the provider, then `order decide`",
        )),
        (Found::NotAccepted(_) | Found::AcceptedNoId, Recorded::Done(..)) => {
            Some((Level::INFO, "it is known what became of an order whose answer was lost"))
        }
        _ => None,
    }
}
