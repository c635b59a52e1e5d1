//! Whole numbers as clients write them.

/// A whole number parameter.
///
/// Written as digits, with blanks around and one sign before them at most. Fractions, exponents,
/// thousands separators, other digits and other bases are [`Number::Malformed`]: a quantity must
/// not be guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Number {
    /// The number.
    Int(i64),
    /// A whole number above what an `i64` holds.
    TooBig,
    /// A whole number below what an `i64` holds.
    TooSmall,
    /// Not a whole number.
    Malformed,
}

impl Number {
    /// Reads a trimmed text.
    pub(crate) fn parse(text: &str) -> Self {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Self::Malformed;
        }
        match text.parse() {
            Ok(number) => Self::Int(number),
            Err(_) if text.starts_with('-') => Self::TooSmall,
            Err(_) => Self::TooBig,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Number::{self, Int, Malformed, TooBig, TooSmall};

    #[test]
    fn only_whole_numbers_in_plain_digits() {
        for (text, number) in [
            ("0", Int(0)),
            ("-0", Int(0)),
            ("1000", Int(1000)),
            ("-2", Int(-2)),
            ("+5", Int(5)),
            ("0007", Int(7)),
            ("9223372036854775807", Int(i64::MAX)),
            ("9223372036854775808", TooBig),
            ("+9223372036854775808", TooBig),
            ("-9223372036854775808", Int(i64::MIN)),
            ("-9223372036854775809", TooSmall),
            ("00000000000000000000000000001", Int(1)),
            ("1.5", Malformed),
            ("5.0", Malformed),
            ("1e3", Malformed),
            ("1,000", Malformed),
            ("1 000", Malformed),
            ("1_000", Malformed),
            ("0x10", Malformed),
            ("abc", Malformed),
            ("１", Malformed),
            ("٣", Malformed),
            ("-", Malformed),
            ("+", Malformed),
            ("--1", Malformed),
            ("+-1", Malformed),
            ("true", Malformed),
        ] {
            assert_eq!(Number::parse(text), number, "{text}");
        }
    }
}
