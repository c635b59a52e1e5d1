//! Time, as the counter keeps it: whole microseconds since 1970-01-01 UTC.

/// A moment, in microseconds since 1970-01-01 00:00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

const MINUTE_US: i64 = 60_000_000;
const HOUR_US: i64 = 3_600_000_000;
const DAY_US: i64 = 86_400_000_000;

impl Timestamp {
    /// This moment plus `minutes`, held at the end of time when it would pass it.
    pub const fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes.saturating_mul(MINUTE_US)))
    }

    /// This moment plus `hours`, held at the end of time when it would pass it.
    pub const fn plus_hours(self, hours: i64) -> Self {
        Self(self.0.saturating_add(hours.saturating_mul(HOUR_US)))
    }

    /// This moment plus `days` of 24 hours, held at the end of time when it would pass it.
    pub const fn plus_days(self, days: i64) -> Self {
        Self(self.0.saturating_add(days.saturating_mul(DAY_US)))
    }

    /// This moment less `seconds`, held at the beginning of time when it would pass it.
    pub const fn minus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_sub(seconds.saturating_mul(1_000_000)))
    }
}
