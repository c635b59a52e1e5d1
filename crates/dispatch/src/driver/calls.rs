//! Calls to providers.

use super::params::parameters;
use super::reached::Reached;
use crate::engine::Answer;
use counter::Counter;
use counter::fulfilment::{Placement, ProviderAccess, ProviderKey};
use domain::ProviderId;
use panel_api::client::{Call, Form, NewOrder, Unsendable};
use panel_client::{Client, Endpoint, Exchange, Late, Limits, Policy, Unanswered};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How providers are reached: where connections may go, and how long answers are waited for.
#[derive(Clone, Copy, Debug)]
pub struct Reach {
    /// Where connections may go.
    pub policy: Policy,
    /// For placing an order.
    pub add: Limits,
    /// For anything else.
    pub ask: Limits,
}

/// Calls providers. Clones share what they know.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    counter: Counter,
    client: Arc<Client>,
    reach: Reach,
    known: Arc<Mutex<Remembered>>,
    reached: Reached,
}

/// A provider as it was when its key was opened.
#[derive(Clone, Debug)]
struct Known {
    key: ProviderKey,
    endpoint: Endpoint,
}

/// Providers whose keys were opened since all was forgotten last, and how often that was.
#[derive(Debug, Default)]
struct Remembered {
    providers: HashMap<ProviderId, Known>,
    forgotten: u64,
}

/// What a call that places an order came to, and the connection that may still bring an answer.
pub(super) struct Placed {
    pub(super) answer: Answer,
    pub(super) late: Option<AnswerToCome>,
}

/// An answer that may still come.
pub(super) struct AnswerToCome {
    late: Late,
    key: ProviderKey,
}

impl Calls {
    pub(super) fn new(counter: Counter, client: Arc<Client>, reach: Reach) -> Self {
        Self { counter, client, reach, known: Arc::default(), reached: Reached::default() }
    }

    /// Reads every provider and its key again at its next call: staff may have changed them.
    pub(super) fn forget(&self) {
        let mut known = self.known.lock();
        known.providers.clear();
        known.forgotten = known.forgotten.wrapping_add(1);
    }

    async fn known(&self, id: ProviderId) -> Result<Known, String> {
        let forgotten = {
            let known = self.known.lock();
            if let Some(known) = known.providers.get(&id) {
                return Ok(known.clone());
            }
            known.forgotten
        };
        let access = self.counter.provider_access(id).await.map_err(|e| e.to_string())?;
        let ProviderAccess { url, key } = access;
        let endpoint = Endpoint::parse(&url, &self.reach.policy);
        let endpoint = endpoint.map_err(|error| error.to_string())?;
        let known = Known { key, endpoint };
        let mut remembered = self.known.lock();
        // What was read before all was forgotten may be of another key.
        if remembered.forgotten == forgotten {
            remembered.providers.insert(id, known.clone());
        }
        drop(remembered);
        Ok(known)
    }

    /// Places an order, once.
    pub(super) async fn place(&self, placement: &Placement) -> Placed {
        let placed = self.placed(placement).await;
        self.note(placement.provider, &placed.answer);
        placed
    }

    async fn placed(&self, placement: &Placement) -> Placed {
        let not_sent = |why: String| Placed { answer: Answer::NotSent(why), late: None };
        let known = match self.known(placement.provider).await {
            Ok(known) => known,
            Err(why) => return not_sent(why),
        };
        let form = match order_form(placement, known.key.reveal()) {
            Ok(form) => form,
            Err(why) => return Placed { answer: Answer::Unsendable(why), late: None },
        };
        match self.client.place(&known.endpoint, form, &self.reach.add).await {
            Exchange::NotSent(why) => not_sent(why.to_string()),
            Exchange::Answered(answer) => {
                Placed { answer: complete(answer, &known.key), late: None }
            }
            Exchange::Lost(lost) => {
                let late = lost.late.map(|late| AnswerToCome { late, key: known.key });
                let (why, may_come) = (lost.why.to_string(), late.is_some());
                Placed { answer: Answer::Lost { why, may_come }, late }
            }
        }
    }

    /// Asks where orders stand.
    pub(super) async fn status(&self, provider: ProviderId, ids: &[String]) -> Answer {
        self.ask(provider, Call::Status(ids)).await
    }

    /// Asks something that may be asked again.
    pub(super) async fn ask(&self, provider: ProviderId, call: Call<'_>) -> Answer {
        let answer = self.asked(provider, call).await;
        self.note(provider, &answer);
        answer
    }

    fn note(&self, provider: ProviderId, answer: &Answer) {
        match answer {
            Answer::Complete { .. } => self.reached.answered(provider),
            Answer::NotSent(why) | Answer::Lost { why, .. } => {
                self.reached.unanswered(provider, why);
            }
            // That says nothing of the provider.
            Answer::Unsendable(_) => {}
        }
    }

    async fn asked(&self, provider: ProviderId, call: Call<'_>) -> Answer {
        let known = match self.known(provider).await {
            Ok(known) => known,
            Err(why) => return Answer::NotSent(why),
        };
        let form = match call.form(known.key.reveal()) {
            Ok(form) => form,
            Err(why) => return Answer::NotSent(why.to_string()),
        };
        match self.client.ask(&known.endpoint, form, &self.reach.ask).await {
            Ok(answer) => complete(answer, &known.key),
            Err(Unanswered::NotSent(why)) => Answer::NotSent(why.to_string()),
            Err(Unanswered::Lost(why)) => Answer::Lost { why: why.to_string(), may_come: false },
        }
    }
}

impl AnswerToCome {
    /// The answer that came late, if one did.
    pub(super) async fn wait(self) -> Option<Answer> {
        let Self { late, key } = self;
        late.await.ok().map(|answer| complete(answer, &key))
    }
}

/// A key shorter than this may well stand in an answer by chance.
const KEY_BYTES_TOLD: usize = 8;

/// The answer, without our key: some panels send back what they were sent, and what they say is
/// written down.
fn complete(answer: panel_client::Answer, key: &ProviderKey) -> Answer {
    let body = without(answer.body, key.reveal());
    Answer::Complete { status: answer.status, body, retry_after_us: answer.retry_after.map(micros) }
}

/// The body without the key, as it is or as forms, JSON and careless panels write it.
fn without(body: Vec<u8>, key: &str) -> Vec<u8> {
    if key.len() < KEY_BYTES_TOLD {
        return body;
    }
    let escaped = key.replace('/', "\\/");
    let encoded: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
    let mut body = body;
    for written in [key, &escaped, &encoded] {
        body = replaced(body, written.as_bytes());
    }
    body
}

/// Without `word`, however it is capitalised.
fn replaced(body: Vec<u8>, word: &[u8]) -> Vec<u8> {
    let is_word = |part: &[u8]| part.eq_ignore_ascii_case(word);
    if !body.windows(word.len()).any(is_word) {
        return body;
    }
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = &body[..];
    while let Some((first, behind)) = rest.split_first() {
        match rest.split_at_checked(word.len()).filter(|(part, _)| is_word(part)) {
            Some((_, after)) => {
                kept.extend_from_slice(b"[key]");
                rest = after;
            }
            None => {
                kept.push(*first);
                rest = behind;
            }
        }
    }
    kept
}

fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX)
}

fn order_form(placement: &Placement, key: &str) -> Result<Form, Unsendable> {
    let parameters = parameters(placement);
    let parameters: Vec<(&str, &str)> =
        parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let order = NewOrder {
        service: &placement.upstream_service,
        parameters: &parameters,
        request_id: Some(&placement.request_id),
    };
    Call::Add(order).form(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::params::tests::placement;
    use domain::catalogue::ServiceKind;
    use domain::limits::{LINK_BYTES_MAX, LISTS_FORM_BYTES_MAX};

    /// The signs of most languages take six or nine bytes each in a form.
    #[test]
    fn an_order_that_no_server_takes_is_told_from_a_provider_that_cannot_be_reached() {
        let form = |letters: usize| {
            let comments = serde_json::json!({ "comments": ["я".repeat(letters)] }).to_string();
            order_form(&placement(ServiceKind::CustomComments, Some(&comments)), "key")
        };
        assert_eq!(form(175_000).unwrap_err(), Unsendable::TooLong);
        // What may be ordered fits beside the longest link and key.
        let most = LISTS_FORM_BYTES_MAX.div_euclid("%D1%8F".len());
        let rest = (LINK_BYTES_MAX + panel_api::limits::KEY_CHARS * 4) * 3;
        assert!(form(most).unwrap().as_bytes().len() + rest < panel_api::limits::CALL_BYTES);
    }

    #[test]
    fn a_key_that_is_sent_back_is_not_told_however_it_is_written() {
        let key = "se/cr+et=KEY-0123";
        for told in [
            "bad key se/cr+et=KEY-0123!",
            r"bad key se\/cr+et=KEY-0123!",
            "bad key se%2Fcr%2Bet%3DKEY-0123!",
            "bad key se%2fcr%2bet%3dkey-0123!",
            "bad key SE/CR+ET=KEY-0123!",
        ] {
            let told = without(told.as_bytes().to_vec(), key);
            assert_eq!(String::from_utf8(told).unwrap(), "bad key [key]!");
        }
        assert_eq!(
            without(b"order 12".to_vec(), "12"),
            b"order 12",
            "it may stand there by chance"
        );
    }
}
