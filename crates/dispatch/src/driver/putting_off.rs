//! Providers that put off what is sent on to them, for whoever reads logs: once when it begins, because
//! they are asked again and again.

use counter::fulfilment::PutOff;
use domain::{ProviderId, Timestamp};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// For so long a provider has put nothing off when it is told once more; what is put off is sent on again
/// every ten minutes.
const QUIET_US: i64 = 3_600_000_000;

/// Which providers put something off, and when they did last. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct PuttingOff(Arc<Mutex<BTreeMap<ProviderId, Timestamp>>>);

impl PuttingOff {
    /// Tells of those with which it begins.
    pub(super) fn tell(&self, put_off: &[PutOff], now: Timestamp) {
        for PutOff { provider, count, words } in put_off {
            if self.begins(*provider, now) {
                tracing::warn!(
                    provider = provider.0,
                    count,
                    words,
                    "the provider puts cancels or refills off: they are sent on again for a day each, then \
                     rejected with its words"
                );
            }
        }
    }

    fn begins(&self, provider: ProviderId, now: Timestamp) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last.insert(provider, now);
        before.is_none_or(|before| now.0.saturating_sub(before.0) >= QUIET_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_begins_once_for_as_long_as_it_goes_on() {
        let (telling, start) = (PuttingOff::default(), Timestamp(0));
        let begins = |id, minutes| telling.begins(ProviderId(id), start.plus_minutes(minutes));
        assert!(begins(1, 0) && begins(2, 1));
        for minutes in (10..=120).step_by(10) {
            assert!(!begins(1, minutes), "after {minutes} minutes");
        }
        assert!(begins(2, 61) && begins(1, 180));
    }
}
