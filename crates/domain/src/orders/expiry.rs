//! The last day of a subscription, in the spellings that clients use.

use crate::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The end of the day that `text` names, UTC. Read as day/month/year; as month/day/year only when
/// the middle number cannot be a month; as ISO when it has dashes and begins with the year.
/// Nothing when it is no date.
pub fn expiry_end(text: &str) -> Option<Timestamp> {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [first, middle, last] = parts.as_slice() else { return None };
    let number = |part: &str| {
        let digits =
            !part.is_empty() && part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| part.parse::<i16>().ok()).flatten()
    };
    let (year, month, day) = if first.len() == 4 {
        (number(first)?, number(middle)?, number(last)?)
    } else if last.len() == 4 {
        let (one, two) = (number(first)?, number(middle)?);
        if two > 12 { (number(last)?, one, two) } else { (number(last)?, two, one) }
    } else {
        return None;
    };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let end = date.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp(end.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_day() {
        // 2026-12-31 ends with 2027-01-01 00:00 UTC.
        let end = Some(Timestamp(1_798_761_600_000_000));
        for text in ["31/12/2026", "12/31/2026", "2026-12-31", "2026/12/31", "31.12.2026"] {
            assert_eq!(expiry_end(text), end, "{text}");
        }
        // 2026-11-05: the day comes first when both could be a month.
        assert_eq!(expiry_end("5/11/2026"), expiry_end("2026-11-05"));
    }

    #[test]
    fn what_is_no_day() {
        for text in ["", "tomorrow", "31/02/2026", "31/12/26", "2026-13-01", "1/2", "1/2/3/2026"] {
            assert_eq!(expiry_end(text), None, "{text}");
        }
    }
}
