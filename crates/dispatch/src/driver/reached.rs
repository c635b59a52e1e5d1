//! Whether providers answer: told in the log when it changes, not at every call.

use domain::ProviderId;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// So many calls in a row without an answer are told: one alone is told by the order it was about.
const IN_A_ROW: u32 = 3;

/// How many calls in a row had no answer, by provider. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Reached(Arc<Mutex<HashMap<ProviderId, u32>>>);

impl Reached {
    /// An answer came, whatever it says.
    pub(super) fn answered(&self, provider: ProviderId) {
        if self.0.lock().remove(&provider).is_some_and(|calls| calls >= IN_A_ROW) {
            tracing::info!(provider = provider.0, "the provider answers again");
        }
    }

    /// None came, because of `why`.
    pub(super) fn unanswered(&self, provider: ProviderId, why: &str) {
        let calls = {
            let mut known = self.0.lock();
            let calls = known.entry(provider).or_default();
            *calls = calls.saturating_add(1);
            *calls
        };
        if calls == IN_A_ROW {
            tracing::warn!(
                provider = provider.0,
                why,
                "the provider does not answer: it gets no orders until it does (`provider show`)"
            );
        }
    }
}
