//! Money: whole millionths of the panel's one currency, never a float.

use std::fmt;

/// An amount in millionths of the currency (`1_000_000` is one unit of it). May be negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micros(i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Not plain decimal text.
    #[error("write an amount as plain decimal text, like 12.50")]
    Malformed,
    /// More than six decimals that are not zero.
    #[error("an amount has at most six decimals")]
    TooFine,
    /// Beyond what an amount can hold.
    #[error("an amount is at most 9223372036854.775807")]
    TooLarge,
}

const SCALE: u64 = 1_000_000;
const DECIMALS: usize = 6;

impl Micros {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount.
    pub const MAX: Self = Self(i64::MAX);

    /// An amount of `raw` millionths.
    pub const fn new(raw: i64) -> Self {
        Self(raw)
    }

    /// The amount in millionths.
    pub const fn raw(self) -> i64 {
        self.0
    }

    /// The sum, or nothing when it does not fit.
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// The difference, or nothing when it does not fit.
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(difference) => Some(Self(difference)),
            None => None,
        }
    }

    /// This amount `count` times, or nothing when it does not fit.
    pub const fn times(self, count: i64) -> Option<Self> {
        match self.0.checked_mul(count) {
            Some(product) => Some(Self(product)),
            None => None,
        }
    }

    /// Reads plain decimal text: an optional sign, digits, and at most six decimals.
    /// No exponent, no separators, no blanks.
    ///
    /// # Errors
    /// [`AmountError`] says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
        if whole.is_empty() || fraction.is_empty() {
            return Err(AmountError::Malformed);
        }
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(fraction) {
            return Err(AmountError::Malformed);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > DECIMALS {
            return Err(AmountError::TooFine);
        }
        let padded = format!("{whole}{fraction:0<DECIMALS$}");
        let raw: i64 = padded.parse().map_err(|_| AmountError::TooLarge)?;
        Ok(Self(if negative { raw.saturating_neg() } else { raw }))
    }
}

impl fmt::Display for Micros {
    /// Plain decimal text without trailing zeros: `0.27819`, `100`, `-2.5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let (whole, fraction) = (magnitude / SCALE, magnitude % SCALE);
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:06}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

/// What `quantity` units cost at `rate` per 1,000, rounded up to a micro so that no order is ever
/// sold below its rate. Nothing when a figure is negative or the result does not fit.
pub fn charge_per_thousand(rate: Micros, quantity: i64) -> Option<Micros> {
    ceil_ratio(rate.0, quantity, 1_000)
}

/// What the delivered share of `charge` costs: `charge × delivered / quantity`, rounded up.
/// The refund is the rest, so the two parts always sum to the whole. Nothing when a figure is
/// out of range (`0 ≤ delivered ≤ quantity`, `quantity > 0`, `charge ≥ 0`).
pub fn delivered_share(charge: Micros, delivered: i64, quantity: i64) -> Option<Micros> {
    if delivered > quantity {
        return None;
    }
    ceil_ratio(charge.0, delivered, quantity)
}

/// `amount` times the decimal number `by`: an amount of another currency in ours, or a rate with a
/// markup. Rounded up to a micro, so that a cost never looks smaller than it is. Nothing when a figure
/// is negative or the result does not fit.
pub fn multiplied(amount: Micros, by: Micros) -> Option<Micros> {
    ceil_ratio(amount.0, by.0, 1_000_000)
}

fn ceil_ratio(amount: i64, factor: i64, divisor: i64) -> Option<Micros> {
    if amount < 0 || factor < 0 || divisor <= 0 {
        return None;
    }
    let divisor = i128::from(divisor);
    let product = i128::from(amount).checked_mul(i128::from(factor))?;
    let rounded = product.checked_add(divisor.checked_sub(1)?)?.checked_div(divisor)?;
    i64::try_from(rounded).ok().map(Micros)
}

#[cfg(test)]
#[expect(
    clippy::arithmetic_side_effects,
    clippy::cast_sign_loss,
    reason = "an overflow here is a failed test"
)]
mod tests {
    use super::*;

    #[test]
    fn text_and_amount_are_each_other() {
        for (text, raw) in [
            ("0", 0),
            ("0.27819", 278_190),
            ("68.6868", 68_686_800),
            ("-2.5", -2_500_000),
            ("9223372036854.775807", i64::MAX),
            ("100", 100_000_000),
            ("0.000001", 1),
        ] {
            assert_eq!(Micros::parse(text), Ok(Micros(raw)), "{text}");
            assert_eq!(Micros(raw).to_string(), text);
        }
        assert_eq!(Micros::parse("2.500000000"), Ok(Micros(2_500_000)));
    }

    #[test]
    fn texts_that_are_no_amount() {
        for text in ["", ".", "1.", ".5", "1e3", "1,5", "+1", " 1", "0x1", "١", "--1", "NaN"] {
            assert_eq!(Micros::parse(text), Err(AmountError::Malformed), "{text:?}");
        }
        assert_eq!(Micros::parse("0.0000001"), Err(AmountError::TooFine));
        assert_eq!(Micros::parse("9223372036854.775808"), Err(AmountError::TooLarge));
    }

    #[test]
    fn charges_round_up_and_never_overflow() {
        let rate = Micros::parse("0.9").unwrap();
        assert_eq!(charge_per_thousand(rate, 10), Some(Micros(9_000)));
        assert_eq!(charge_per_thousand(Micros(1), 1), Some(Micros(1)));
        assert_eq!(charge_per_thousand(Micros(1), 1_001), Some(Micros(2)));
        assert_eq!(charge_per_thousand(Micros(0), 5), Some(Micros(0)));
        assert_eq!(charge_per_thousand(Micros::MAX, i64::MAX), None);
        assert_eq!(charge_per_thousand(Micros(-1), 1), None);
    }

    #[test]
    fn an_amount_in_another_currency_is_rounded_up() {
        for (amount, exchange, ours) in [
            (1_500_000, 1_000_000, Some(1_500_000)),
            (1, 999_999, Some(1)),
            (3, 1_100_000, Some(4)),
            (0, 5, Some(0)),
            (-1, 1_000_000, None),
            (i64::MAX, 2_000_000, None),
        ] {
            assert_eq!(multiplied(Micros(amount), Micros(exchange)), ours.map(Micros), "{amount}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_refund_and_the_delivered_share_sum_to_the_charge(
            charge in 0_i64..=i64::MAX, quantity in 1_i64..=2_147_483_647, part in 0_u64..=u64::MAX
        ) {
            let delivered = i64::try_from(part % (quantity as u64 + 1)).unwrap();
            let share = delivered_share(Micros(charge), delivered, quantity).unwrap();
            proptest::prop_assert!(share.raw() >= 0 && share.raw() <= charge);
            // Never below the exact share, and less than one micro above it.
            let exact = i128::from(charge) * i128::from(delivered);
            let held = i128::from(share.raw()) * i128::from(quantity);
            proptest::prop_assert!(held >= exact && held - exact < i128::from(quantity));
        }
    }
}
