//! Money of the panel: whole millionths of its currency.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An amount in millionths of the panel's currency. May be negative. As JSON it is a text like
/// `"12.5"`.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Amount(i64);

/// How a charge that has more decimals than the panel keeps becomes one that has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rounding {
    /// To the nearest, halves up.
    #[default]
    HalfUp,
    /// Up: what no panel loses by.
    Up,
    /// Down: digits are cut off.
    Down,
}

/// Decimals of a millionth.
const DECIMALS: u32 = 6;
const UNIT: u64 = 1_000_000;

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of `raw` millionths.
    pub const fn new(raw: i64) -> Self {
        Self(raw)
    }

    /// The amount in millionths.
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// The sum. It stops at the largest amount; the bounds of settings keep it far from there.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The difference. It stops at the largest amount; the bounds of settings keep it far from there.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The same with this many decimals, at most six.
    #[must_use]
    pub fn rounded(self, decimals: u32, rounding: Rounding) -> Self {
        ratio(self, 1, 1, decimals, rounding).unwrap_or(self)
    }
}

/// `amount × times ÷ by` with so many decimals. Nothing when it does not fit or `by` is not positive.
pub(crate) fn ratio(
    amount: Amount,
    times: i64,
    by: i64,
    decimals: u32,
    rounding: Rounding,
) -> Option<Amount> {
    let step = 10_i128.checked_pow(DECIMALS.checked_sub(decimals)?)?;
    let top = i128::from(amount.0).checked_mul(i128::from(times))?;
    let bottom = i128::from(by).checked_mul(step).filter(|bottom| *bottom > 0)?;
    let top = match rounding {
        Rounding::Down => top,
        Rounding::Up => top.checked_add(bottom.checked_sub(1)?)?,
        Rounding::HalfUp => top.checked_add(bottom.checked_div(2)?)?,
    };
    let raw = top.div_euclid(bottom).checked_mul(step)?;
    i64::try_from(raw).ok().map(Amount)
}

impl fmt::Display for Amount {
    /// Plain decimal text without trailing zeros: `0.27819`, `100`, `-2.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let (whole, fraction) = (magnitude / UNIT, magnitude % UNIT);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:06}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl FromStr for Amount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an amount of at most six decimals, like 12.5");
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) || fraction.len() > 6 {
            return Err(wrong());
        }
        let raw: i64 = format!("{whole}{fraction:0<6}").parse().map_err(|_| wrong())?;
        Ok(Self(if text.starts_with('-') { raw.saturating_neg() } else { raw }))
    }
}

impl TryFrom<String> for Amount {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn amounts_are_read_and_written() {
        for text in ["0", "1", "0.000001", "100.84292", "-2.5", "9223372036854.775807"] {
            assert_eq!(amount(text).to_string(), text);
        }
        for text in ["", ".", "1.", ".5", "1,5", "1e3", "+1", "0.0000001", "9223372036854.775808"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn charges_are_rounded_as_asked() {
        use Rounding::{Down, HalfUp, Up};
        // 0.9 × 37 / 1000 = 0.0333
        for (decimals, rounding, expected) in [
            (6, HalfUp, "0.0333"),
            (4, Up, "0.0333"),
            (3, HalfUp, "0.033"),
            (3, Up, "0.034"),
            (2, Down, "0.03"),
            (2, Up, "0.04"),
        ] {
            let found = ratio(amount("0.9"), 37, 1_000, decimals, rounding).unwrap();
            assert_eq!(found, amount(expected), "{decimals} {rounding:?}");
        }
        assert_eq!(amount("0.005").rounded(2, HalfUp), amount("0.01"));
        assert_eq!(amount("-0.005").rounded(2, Down), amount("-0.01"));
        assert_eq!(ratio(amount("1"), 1, 0, 2, Up), None);
        assert_eq!(ratio(Amount::new(i64::MAX), 2, 1, 2, Up), None);
    }
}
