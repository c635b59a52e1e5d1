//! Amounts and whole numbers of upstreams, read from their text.

use std::cmp::Ordering;

use super::decimal::Decimal;

/// An amount in an upstream's currency.
///
/// Kept in micros, millionths of the currency's unit, together with what the text says beyond them,
/// so that nobody has to guess which way it was rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    micros: i64,
    decimals: u32,
    rest: Ordering,
}

impl Amount {
    /// Reads plain decimal text, as JSON writes numbers too (PHP and JavaScript write small ones with
    /// an exponent). No sign of currency, no thousands separators: `1,000` may be one or a thousand.
    ///
    /// Programs that calculate in binary fractions write `0.27819000000000003` for 0.27819. Beyond
    /// the fifteen digits that such a fraction keeps, and beyond micros, digits are noise and
    /// rounded away.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let decimal = Decimal::parse(text)?.without_noise();
        let (micros, rest) = decimal.micros()?;
        Some(Self { micros, decimals: decimal.decimals(), rest })
    }

    /// The nearest number of micros, halves away from zero.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.micros
    }

    /// The least number of micros that is not less than the amount: for what we pay.
    #[must_use]
    pub fn micros_up(self) -> i64 {
        if self.rest == Ordering::Greater { self.micros.saturating_add(1) } else { self.micros }
    }

    /// Decimals that were written, noise not counted. A number may have lost zeros at its end, so an
    /// upstream's precision is the most that it has ever shown.
    #[must_use]
    pub const fn decimals(self) -> u32 {
        self.decimals
    }

    /// Whether the micros are all of it.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self.rest == Ordering::Equal
    }
}

/// Reads a whole number; `3572.0` and `+3` are some.
pub(super) fn whole(text: &str) -> Option<i64> {
    Decimal::parse(text)?.whole()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Option<(i64, u32, i64)> {
        Amount::parse(text).map(|amount| (amount.micros(), amount.decimals(), amount.micros_up()))
    }

    #[test]
    fn amounts_as_upstreams_write_them() {
        for (text, micros, decimals) in [
            ("0.27819", 278_190, 5),
            ("100.84292", 100_842_920, 5),
            ("7.50", 7_500_000, 2),
            ("0", 0, 0),
            ("0.0000", 0, 4),
            ("-2", -2_000_000, 0),
            ("-0.5", -500_000, 1),
            ("+3.5", 3_500_000, 1),
            (" 12.5\n", 12_500_000, 1),
            (".5", 500_000, 1),
            ("5.", 5_000_000, 0),
            ("000012.5", 12_500_000, 1),
            // PHP and JavaScript write small numbers so.
            ("1.0e-5", 10, 6),
            ("1e-5", 10, 5),
            ("2.5E+1", 25_000_000, 0),
            ("1e3", 1_000_000_000, 0),
            // Sums and products of binary fractions, written out by PHP and JavaScript.
            ("0.27819000000000003", 278_190, 5),
            ("0.30000000000000004", 300_000, 1),
            ("1234567.8899999999", 1_234_567_890_000, 2),
            ("1234567890.1200001", 1_234_567_890_120_000, 2),
            ("1.1000000000000001e-5", 11, 6),
            // A decimal amount with as many digits, but no finer than a micro.
            ("1234567890.123456", 1_234_567_890_123_456, 6),
            ("9223372036854.775807", i64::MAX, 6),
            ("-9223372036854.775808", i64::MIN, 6),
        ] {
            assert_eq!(shown(text), Some((micros, decimals, micros)), "{text}");
        }
    }

    #[test]
    fn what_is_finer_than_micros_is_kept_in_mind() {
        for (text, micros, up) in [
            ("0.0000004", 0, 1),
            ("0.0000005", 1, 1),
            ("0.0000014", 1, 2),
            ("0.0000015", 2, 2),
            ("-0.0000004", 0, 0),
            ("-0.0000006", -1, 0),
            ("1e-30", 0, 1),
        ] {
            let amount = Amount::parse(text).unwrap();
            assert_eq!((amount.micros(), amount.micros_up()), (micros, up), "{text}");
            assert!(!amount.is_exact(), "{text}");
        }
        assert!(Amount::parse("0.000001").unwrap().is_exact());
    }

    #[test]
    fn other_texts_are_no_amounts() {
        for text in [
            "",
            " ",
            ".",
            "-",
            "+",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "--1",
            "1-",
            "1,000.00",
            "0,5",
            "1 000",
            "$1",
            "1 USD",
            "0x10",
            "NaN",
            "Infinity",
            "1_000",
            "１",
            "1e5e5",
            "1e99999",
            "9223372036854.775808",
            "1e13",
            "-9223372036854.775809",
            "123456789012345678901234567890123456789",
        ] {
            assert_eq!(Amount::parse(text), None, "{text}");
        }
        assert_eq!(Amount::parse(&"0".repeat(10_000)), None);
    }

    #[test]
    fn whole_numbers() {
        for (text, number) in [
            ("157", Some(157)),
            ("-2", Some(-2)),
            ("+3", Some(3)),
            ("3572.0", Some(3572)),
            ("1.0e+3", Some(1000)),
            ("9223372036854775807", Some(i64::MAX)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("9223372036854775808", None),
            ("157.5", None),
            ("1e-1", None),
            ("1,000", None),
            ("many", None),
        ] {
            assert_eq!(whole(text), number, "{text}");
        }
    }
}
