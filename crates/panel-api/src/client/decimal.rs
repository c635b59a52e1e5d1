//! Decimal numbers as digits and a place of the point: exact, without floats.

use std::cmp::Ordering;

use crate::{limits, text};

/// Significant digits that a binary fraction of 64 bits keeps.
const KEPT: i64 = 15;

/// Decimals of a micro.
const MICRO: i64 = 6;

/// `digits / 10^scale`, with a sign.
#[derive(Debug, Clone, Copy)]
pub(super) struct Decimal {
    negative: bool,
    digits: u128,
    /// Below zero for whole numbers with an exponent.
    scale: i64,
}

impl Decimal {
    /// Reads plain decimal text with an optional exponent; blanks around it are none of it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text::trim(text);
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let unsigned = mantissa.strip_prefix(['+', '-']).unwrap_or(mantissa);
        let (before, after) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let fits = before.len().checked_add(after.len())? <= limits::DIGITS;
        if !fits || (before.is_empty() && after.is_empty()) {
            return None;
        }
        let mut digits = 0_u128;
        for byte in before.bytes().chain(after.bytes()) {
            let digit = char::from(byte).to_digit(10)?;
            digits = digits.checked_mul(10)?.checked_add(u128::from(digit))?;
        }
        let scale = i64::try_from(after.len()).ok()?.checked_sub(exponent)?;
        Some(Self { negative: mantissa.starts_with('-'), digits, scale })
    }

    /// Without the digits that only show that somebody calculated in binary fractions.
    pub(super) fn without_noise(self) -> Self {
        let significant =
            self.digits.checked_ilog10().map_or(0, |log| i64::from(log).saturating_add(1));
        if significant <= KEPT || self.scale <= MICRO {
            return self;
        }
        let before_the_point = significant.saturating_sub(self.scale);
        let decimals = KEPT.saturating_sub(before_the_point).max(MICRO);
        let (digits, _) = self.at(decimals).unwrap_or((self.digits, Ordering::Equal));
        let mut rounded = Self { digits, scale: decimals, ..self };
        while rounded.scale > 0 && rounded.digits.checked_rem(10) == Some(0) {
            rounded.digits = rounded.digits.checked_div(10).unwrap_or(0);
            rounded.scale = rounded.scale.saturating_sub(1);
        }
        rounded
    }

    /// Decimals that are written.
    pub(super) fn decimals(self) -> u32 {
        u32::try_from(self.scale.max(0)).unwrap_or(u32::MAX)
    }

    /// The nearest number of micros, halves away from zero, and how the number compares to it.
    pub(super) fn micros(self) -> Option<(i64, Ordering)> {
        let (digits, rest) = self.at(MICRO)?;
        let rest = if self.negative { rest.reverse() } else { rest };
        Some((self.signed(digits)?, rest))
    }

    /// The number, if it is a whole one.
    pub(super) fn whole(self) -> Option<i64> {
        match self.at(0)? {
            (digits, Ordering::Equal) => self.signed(digits),
            _ => None,
        }
    }

    /// The digits with so many decimals, halves rounded up, and how the exact digits compare to
    /// them. Nothing when they are more than 128 bits hold.
    fn at(self, decimals: i64) -> Option<(u128, Ordering)> {
        let more = decimals.checked_sub(self.scale)?;
        if self.digits == 0 {
            return Some((0, Ordering::Equal));
        }
        if more >= 0 {
            let factor = 10_u128.checked_pow(u32::try_from(more).ok()?)?;
            return Some((self.digits.checked_mul(factor)?, Ordering::Equal));
        }
        let cut = u32::try_from(more.checked_neg()?).ok()?;
        // A divisor that is too large for 128 bits is more than twice any digits.
        let Some(divisor) = 10_u128.checked_pow(cut) else { return Some((0, Ordering::Greater)) };
        let floor = self.digits.checked_div(divisor)?;
        let rest = self.digits.checked_rem(divisor)?;
        let up = rest >= divisor.checked_div(2)?;
        Some(match (rest, up) {
            (0, _) => (floor, Ordering::Equal),
            (_, false) => (floor, Ordering::Greater),
            (_, true) => (floor.checked_add(1)?, Ordering::Less),
        })
    }

    fn signed(self, digits: u128) -> Option<i64> {
        let number = i128::try_from(digits).ok()?;
        let number = if self.negative { number.checked_neg()? } else { number };
        i64::try_from(number).ok()
    }
}

/// An exponent has three digits at most in everything that writes numbers.
fn parse_exponent(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = (1..=3).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
