//! What the store could not do: it is tried again a while later.

use super::lane::Readiness;
use super::{Engine, Kind, plus};
use domain::Timestamp;

/// After what time something is tried again that the store could not do.
const STORE_PAUSE_US: i64 = 1_000_000;

impl Engine {
    pub(super) fn failed(&mut self, kind: Kind, now: Timestamp) {
        self.store_rests_until = plus(now, STORE_PAUSE_US);
        match kind {
            Kind::Setup => self.busy.setup = false,
            Kind::Waiting => self.busy.scan = false,
            Kind::TakeOver(provider) => {
                if let Some(lane) = self.lanes.get_mut(&provider) {
                    lane.readiness = Readiness::New;
                }
            }
            // It is read again by itself.
            Kind::Unknown => {}
            // Whether they were taken is not known: what was is found open, and given up for lost,
            // like what was under way when a worker ended.
            Kind::Claim => self.claims_failed(now),
            Kind::Record => {
                // What is known already is ignored, so all of it is recorded once more.
                let failed = self.busy.outcomes.take().unwrap_or_default();
                self.outcomes.splice(0..0, failed);
            }
            Kind::Followed(provider) => {
                if let Some(lane) = self.lanes.get_mut(&provider) {
                    lane.follow.reading = false;
                }
            }
            Kind::Forwards => self.forwards.read_failed(now),
            Kind::Reports => self.reports_failed(),
            // They are asked for once more, and found to be over.
            Kind::Unfollow => self.busy.unfollow = false,
        }
    }
}
