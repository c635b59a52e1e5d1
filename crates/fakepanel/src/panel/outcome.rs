//! How an order ends.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How an order ends. As text, and as JSON: `completed`, `partial:30`, `canceled`, `over:5`,
/// `corrected:30`, `stuck`, `pending`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Outcome {
    /// All of it is delivered.
    Completed,
    /// So much is not delivered.
    Partial(i64),
    /// Nothing is delivered.
    Canceled,
    /// So much more than all of it is delivered.
    Over(i64),
    /// It is completed, and corrected later: so much was not delivered after all.
    Corrected(i64),
    /// It starts and never ends.
    Stuck,
    /// It never starts.
    Pending,
}

impl Outcome {
    /// What a link asks for, by `outcome=` and one of these texts anywhere in it.
    pub(crate) fn asked_by(link: &str) -> Option<Self> {
        let (_, rest) = link.split_once("outcome=")?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != ':');
        rest.get(..end.unwrap_or(rest.len()))?.parse().ok()
    }

    /// The same for an order of so many units: what cannot be is the nearest that can.
    pub(crate) fn within(self, quantity: i64) -> Self {
        let part = |rest: i64| rest.clamp(1, quantity.saturating_sub(1).max(1));
        match self {
            Self::Partial(_) | Self::Corrected(_) if quantity < 2 => Self::Completed,
            Self::Partial(rest) => Self::Partial(part(rest)),
            Self::Corrected(rest) => Self::Corrected(part(rest)),
            Self::Over(more) => Self::Over(more.clamp(1, 1_000_000)),
            other => other,
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed => f.write_str("completed"),
            Self::Partial(rest) => write!(f, "partial:{rest}"),
            Self::Canceled => f.write_str("canceled"),
            Self::Over(more) => write!(f, "over:{more}"),
            Self::Corrected(rest) => write!(f, "corrected:{rest}"),
            Self::Stuck => f.write_str("stuck"),
            Self::Pending => f.write_str("pending"),
        }
    }
}

impl FromStr for Outcome {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no outcome, like partial:30");
        let (name, number) = match text.split_once(':') {
            Some((name, number)) => (name, Some(number.parse::<i64>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        match (name, number) {
            ("completed", None) => Ok(Self::Completed),
            ("partial", Some(rest)) => Ok(Self::Partial(rest)),
            ("canceled", None) => Ok(Self::Canceled),
            ("over", Some(more)) => Ok(Self::Over(more)),
            ("corrected", Some(rest)) => Ok(Self::Corrected(rest)),
            ("stuck", None) => Ok(Self::Stuck),
            ("pending", None) => Ok(Self::Pending),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Outcome {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Outcome> for String {
    fn from(outcome: Outcome) -> Self {
        outcome.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Outcome::{self, *};

    #[test]
    fn outcomes_are_read_from_links() {
        for (link, expected) in [
            ("https://example.com/o-7?outcome=partial:30", Some(Partial(30))),
            ("https://example.com/?outcome=canceled&x=1", Some(Canceled)),
            ("outcome=corrected:5#o-7", Some(Corrected(5))),
            ("outcome=partial", None),
            ("outcome=happy", None),
            ("https://example.com/", None),
        ] {
            assert_eq!(Outcome::asked_by(link), expected, "{link}");
        }
        for outcome in [Completed, Partial(3), Canceled, Over(2), Corrected(1), Stuck, Pending] {
            assert_eq!(outcome.to_string().parse(), Ok(outcome));
        }
    }

    #[test]
    fn outcomes_fit_their_order() {
        assert_eq!(Partial(500).within(100), Partial(99));
        assert_eq!(Partial(-1).within(100), Partial(1));
        assert_eq!(Partial(1).within(1), Completed);
        assert_eq!(Corrected(0).within(2), Corrected(1));
    }
}
