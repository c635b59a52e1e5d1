//! What a provider says of an order, as the rules read it.

use domain::Micros;
use domain::providers::{Reading, Said as Field, UpstreamWord as Word};
use panel_api::client::{Said as Told, UpstreamStatus, UpstreamWord};

/// What a provider says of an order; two that are the same mean the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Said {
    raw: String,
    word: Word,
    charge: Field<i64>,
    start_count: Field<i64>,
    remains: Field<i64>,
    /// Runs or posts that are done, of an order that the provider divides.
    parts: Field<i64>,
}

impl Said {
    pub(super) fn of(status: &UpstreamStatus) -> Self {
        Self {
            raw: status.raw.clone(),
            word: word(status.word),
            charge: field(&status.charge, |amount| amount.micros()),
            start_count: field(&status.start_count, |count| *count),
            remains: field(&status.remains, |count| *count),
            parts: match field(&status.runs, |count| *count) {
                Field::Absent => field(&status.posts, |count| *count),
                runs => runs,
            },
        }
    }

    pub(super) const fn reading(&self) -> Reading {
        let charge = match self.charge {
            Field::Value(charge) => Field::Value(Micros::new(charge)),
            Field::Absent => Field::Absent,
            Field::Nonsense => Field::Nonsense,
        };
        let (start_count, remains, parts) = (self.start_count, self.remains, self.parts);
        Reading { word: self.word, charge, start_count, remains, parts }
    }

    /// The provider's words, for who has to decide.
    pub(super) fn words(&self) -> String {
        let shown = |name: &str, field: Field<i64>| match field {
            Field::Value(value) => format!(", {name} {value}"),
            Field::Absent => String::new(),
            Field::Nonsense => format!(", {name} unreadable"),
        };
        let (start, remains) = (self.start_count, self.remains);
        let charge = match self.charge {
            Field::Value(charge) => format!(", charge {}", Micros::new(charge)),
            other => shown("charge", other),
        };
        let counts = shown("start count", start) + &shown("remains", remains);
        let counts = counts + &shown("parts done", self.parts);
        format!("status {}{counts}{charge}", self.raw)
    }
}

fn field<T>(told: &Told<T>, value: impl Fn(&T) -> i64) -> Field<i64> {
    match told {
        Told::Value(told) => Field::Value(value(told)),
        Told::Absent => Field::Absent,
        Told::Nonsense(_) => Field::Nonsense,
    }
}

const fn word(word: UpstreamWord) -> Word {
    match word {
        UpstreamWord::Pending => Word::Pending,
        UpstreamWord::Processing => Word::Processing,
        UpstreamWord::InProgress | UpstreamWord::Active => Word::InProgress,
        UpstreamWord::Paused => Word::Paused,
        UpstreamWord::Completed => Word::Completed,
        UpstreamWord::Partial => Word::Partial,
        UpstreamWord::Canceled => Word::Canceled,
        UpstreamWord::Refunded => Word::Refunded,
        UpstreamWord::Failed => Word::Failed,
        UpstreamWord::Expired => Word::Expired,
        UpstreamWord::Unknown => Word::Unknown,
    }
}
