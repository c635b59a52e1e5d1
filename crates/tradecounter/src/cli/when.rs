//! Times that people type: a while, or a day or moment.

use domain::Timestamp;

/// Longest while in minutes: ten years.
const MINUTES_MAX: i64 = 5_256_000;

/// Reads a while: `30m`, `24h`, `90d`. In minutes.
pub(crate) fn parse_while(text: &str) -> Result<i64, String> {
    let minutes = [('m', 1), ('h', 60), ('d', 1_440)].into_iter().find_map(|(unit, minutes)| {
        let digits = text.strip_suffix(unit)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let count: i64 = digits.parse().ok().filter(|_| plain)?;
        count.checked_mul(minutes).filter(|minutes| *minutes <= MINUTES_MAX)
    });
    minutes.ok_or_else(|| String::from("write a while as 30m, 24h or 90d, up to ten years"))
}

/// Reads a moment: a day (its beginning, UTC), a moment with its offset, or a while from `now`.
pub(crate) fn parse_moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    if let Ok(minutes) = parse_while(text) {
        return Ok(now.plus_minutes(minutes));
    }
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let day: jiff::civil::Date = text.parse().ok()?;
        let start = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        Some(start.timestamp()).filter(|_| text.len() == "2027-01-31".len())
    });
    let moment = moment.map(|moment| Timestamp(moment.as_microsecond()));
    moment.ok_or_else(|| {
        String::from(
            "write a day as 2027-01-31, a moment as 2027-01-31T12:00:00Z, or a while as 90d",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whiles_and_moments() {
        for (text, minutes) in [("30m", 30), ("24h", 1_440), ("90d", 129_600), ("0m", 0)] {
            assert_eq!(parse_while(text), Ok(minutes), "{text}");
        }
        for text in ["", "h", "24", "-1h", "+1h", "1.5h", "3651d", "99999999999999999999h"] {
            assert!(parse_while(text).is_err(), "{text}");
        }
        let now = Timestamp(1_772_440_389_000_000);
        for (text, moment) in [
            ("1h", now.plus_hours(1)),
            ("2026-03-02", Timestamp(1_772_409_600_000_000)),
            ("2026-03-02T08:33:09Z", now),
            ("2026-03-02T10:33:09+02:00", now),
        ] {
            assert_eq!(parse_moment(text, now), Ok(moment), "{text}");
        }
        for text in ["", "tomorrow", "2026-02-30", "2026-03-02T08:33:09", "1772440389"] {
            assert!(parse_moment(text, now).is_err(), "{text}");
        }
    }
}
