//! Fetching providers' lists, beside the engine: a long list holds up no order.

use super::calls::{Calls, Reach};
use crate::engine::Answer;
use counter::nodes::Worker;
use counter::sync::{Fetched, Taken};
use counter::{Counter, Failure, Refusal};
use domain::providers::ProviderState;
use domain::providers::offers::{List, Offer};
use domain::{Micros, ProviderId, Timestamp};
use panel_api::client::{Call, Said, ServicesAnswer, UpstreamService, excerpt, read_services};
use panel_client::{Client, Limits};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

/// Between two looks whose list is due.
const LOOK: Duration = Duration::from_secs(15);

/// Most lists that are fetched at once: each takes megabytes.
const AT_ONCE: usize = 4;

/// Soonest that a list is fetched again which could not even be noted, in microseconds.
const AGAIN_US: i64 = 300_000_000;

/// Who lists are fetched for, in the books.
const ACTOR: &str = "sync";

/// Who says when a provider may be asked for its list: it is asked for other things too.
#[derive(Clone, Debug)]
pub(super) struct Turns(mpsc::Sender<Wish>);

/// A wish to fetch a provider's list, and who is told when it may be.
pub(super) type Wish = (ProviderId, oneshot::Sender<()>);

impl Turns {
    /// Turns, and where the wishes for them come out.
    pub(super) fn new() -> (Self, mpsc::Receiver<Wish>) {
        let (wishes, heard) = mpsc::channel(AT_ONCE);
        (Self(wishes), heard)
    }

    /// Waits until the provider may be asked; says whether that is so.
    async fn wait(&self, provider: ProviderId) -> bool {
        let (teller, told) = oneshot::channel();
        self.0.send((provider, teller)).await.is_ok() && told.await.is_ok()
    }
}

/// Fetches providers' lists and has them taken in.
#[derive(Clone, Debug)]
pub struct Lists {
    /// The counter.
    pub counter: Counter,
    /// What calls providers.
    pub client: Arc<Client>,
    /// How they are reached.
    pub reach: Reach,
    /// The clock.
    pub clock: fn() -> Timestamp,
}

impl Lists {
    /// Asks a provider for its list, once. What goes wrong with that is what was fetched.
    ///
    /// # Errors
    /// [`Refusal`] when there is no such provider, or it is off.
    pub async fn fetch(&self, provider: ProviderId) -> Result<Fetched, Failure<Refusal>> {
        let known = self.counter.show_provider(provider).await?.provider;
        if known.state == ProviderState::Off {
            let text = format!("provider {provider} is off: nothing is asked of it");
            return Err(Failure::Refused(Refusal::NotNow(text)));
        }
        let reach = Reach { ask: Limits::LIST, ..self.reach };
        // New for each list: staff may have changed URL and key since the last one.
        let calls = Calls::new(self.counter.clone(), Arc::clone(&self.client), reach);
        Ok(fetched(&known.currency, calls.ask(provider, Call::Services).await))
    }

    /// Fetches the lists that are due and takes them in, under the lease of `worker`, until `ended`
    /// says so or the lease is lost.
    pub(super) async fn run(&self, worker: Worker, turns: Turns, mut ended: watch::Receiver<bool>) {
        let mut tasks: JoinSet<ProviderId> = JoinSet::new();
        let mut under_way: BTreeSet<ProviderId> = BTreeSet::new();
        let mut tried: BTreeMap<ProviderId, Timestamp> = BTreeMap::new();
        while !*ended.borrow_and_update() {
            let now = (self.clock)();
            let due = match worker.lists_due(now).await {
                Ok(due) => due,
                Err(error) if error.is_lease_lost() => return,
                Err(error) => {
                    tracing::error!(%error, "which lists are due is not known");
                    Vec::new()
                }
            };
            for provider in due {
                let again = tried.get(&provider).map(|at| at.0.saturating_add(AGAIN_US));
                let is_soon = again.is_some_and(|again| now.0 < again);
                if is_soon || under_way.len() >= AT_ONCE || !under_way.insert(provider) {
                    continue;
                }
                tried.insert(provider, now);
                let (lists, worker, turns) = (self.clone(), worker.clone(), turns.clone());
                tasks.spawn(async move {
                    if turns.wait(provider).await {
                        tell(provider, lists.take(&worker, provider).await);
                    }
                    provider
                });
            }
            tokio::select! {
                Some(done) = tasks.join_next() => match done {
                    Ok(provider) => drop(under_way.remove(&provider)),
                    Err(error) => {
                        tracing::error!(%error, "fetching a list broke");
                        under_way.clear();
                    }
                },
                _ = ended.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    async fn take(&self, worker: &Worker, provider: ProviderId) -> Result<Taken, Failure<Refusal>> {
        let fetched = self.fetch(provider).await?;
        worker.take_list(provider, fetched, ACTOR, (self.clock)()).await
    }
}

/// Tells whoever reads logs what needs their attention.
fn tell(provider: ProviderId, taken: Result<Taken, Failure<Refusal>>) {
    let provider = provider.0;
    match taken {
        Ok(Taken { told: Some(told), found, .. }) => {
            let found = found.name();
            tracing::warn!(provider, found, told, "the provider's list changes nothing");
        }
        Ok(Taken { waiting, set, .. }) if waiting > 0 => {
            let set = set.map(|set| set.0);
            tracing::warn!(
                provider,
                set,
                waiting,
                "the provider's list differs from ours: look at it with `sync show`"
            );
        }
        Ok(_) => {}
        Err(Failure::Store(error)) if error.is_lease_lost() => {}
        Err(error) => tracing::error!(provider, %error, "the provider's list is not taken in"),
    }
}

/// What an answer to `services` is.
fn fetched(currency: &str, answer: Answer) -> Fetched {
    let (status, body) = match answer {
        Answer::Complete { status, body, .. } => (status, body),
        Answer::NotSent(why) | Answer::Lost { why, .. } => return Fetched::Unanswered(why),
        Answer::Unsendable(why) => return Fetched::Unanswered(why.to_string()),
    };
    let fine = (200..300).contains(&status);
    match read_services(&body) {
        ServicesAnswer::List { services, problems } if fine => {
            match services.iter().find_map(|service| foreign(currency, service)) {
                Some(other) => Fetched::Unclear(format!(
                    "its prices are in {other}, and the provider is said to charge in {currency}"
                )),
                None => Fetched::List(List {
                    offers: services.into_iter().map(offer).collect(),
                    broken: problems.len(),
                }),
            }
        }
        ServicesAnswer::Empty if fine => Fetched::Empty,
        ServicesAnswer::Refused(text) if fine => Fetched::Refused(text),
        ServicesAnswer::Refused(text) => Fetched::Refused(format!("HTTP {status}: {text}")),
        ServicesAnswer::Unclear(why) => {
            let text = why.text();
            Fetched::Unclear(format!("HTTP {status}: {text}: {}", excerpt(&body, "")))
        }
        ServicesAnswer::List { .. } | ServicesAnswer::Empty => {
            Fetched::Unclear(format!("HTTP {status} with a list"))
        }
    }
}

/// The currency that a service is priced in, when it is said and another one.
fn foreign<'a>(currency: &str, service: &'a UpstreamService) -> Option<&'a str> {
    let said = service.currency.as_deref()?;
    let is_code = said.len() == 3 && said.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_code && !said.eq_ignore_ascii_case(currency)).then_some(said)
}

fn offer(service: UpstreamService) -> Offer {
    let kind = match service.kind {
        Said::Value(kind) => kind.name().to_owned(),
        Said::Absent => String::new(),
        Said::Nonsense(text) => text,
    };
    let says = |said: &Said<bool>| said.value().copied().unwrap_or(false);
    Offer {
        name: service.name,
        category: service.category,
        kind,
        rate: Micros::new(service.rate.micros_up()),
        min: service.min,
        max: service.max,
        refill: says(&service.refill),
        cancel: says(&service.cancel),
        dripfeed: says(&service.dripfeed),
        service: service.service,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, body: &str) -> Fetched {
        let body = body.as_bytes().to_vec();
        fetched("USD", Answer::Complete { status, body, retry_after_us: None })
    }

    #[test]
    fn only_a_list_is_a_list() {
        let list = |currency: &str| {
            format!(
                r#"[{{"service":"7","name":"n","category":"c","type":"custom_comments","min":1,
                    "max":9,"rate":"0.1234567","refill":"1","currency":"{currency}"}},{{"service":8}}]"#
            )
        };
        let Fetched::List(read) = answered(200, &list("usd")) else { panic!("no list") };
        assert_eq!((read.offers.len(), read.broken), (1, 1));
        let offer = &read.offers[0];
        assert_eq!((offer.kind.as_str(), offer.rate.raw()), ("Custom Comments", 123_457));
        assert!(offer.refill && !offer.cancel);
        assert!(
            matches!(answered(200, &list("EUR")), Fetched::Unclear(why) if why.contains("EUR"))
        );
        assert!(matches!(answered(502, &list("USD")), Fetched::Unclear(_)));
        assert_eq!(answered(200, "[]"), Fetched::Empty);
        let refused = r#"{"error":"Invalid API key"}"#;
        assert_eq!(answered(200, refused), Fetched::Refused(String::from("Invalid API key")));
        assert_eq!(
            answered(403, refused),
            Fetched::Refused(String::from("HTTP 403: Invalid API key"))
        );
        assert!(matches!(answered(500, "<html>"), Fetched::Unclear(_)));
        let unsent = fetched("USD", Answer::NotSent(String::from("refused")));
        assert_eq!(unsent, Fetched::Unanswered(String::from("refused")));
    }
}
