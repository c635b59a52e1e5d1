//! Why an executor is not answered with what it asks for, and what is said instead.

use counter::Failure;
use counter::executors::ExecutorRefusal;
use panel_api::admin::Wrong;
use std::borrow::Cow;
use store::StoreError;

/// Why a request is not answered with what it asks for.
#[derive(Debug)]
pub(super) enum Snag {
    /// The key opens nothing.
    Key,
    /// Something about the request cannot be.
    Wrong(Wrong),
    /// A rule says no.
    Refused(ExecutorRefusal),
    /// There is no order to deliver.
    NoOrder,
    /// It is the operator's to ask.
    NotForSuppliers,
    /// The dialect does not know it.
    Unknown,
    /// It is not asked like this.
    Method,
    /// The store failed.
    Store {
        /// How.
        error: StoreError,
        /// Whether something may have been done all the same.
        doubtful: bool,
    },
}

/// What is said: to scripts in a word and a number, to people in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// The word of v1.
    pub(super) word: Cow<'static, str>,
    /// The status and error code of v2.
    pub(super) code: u16,
    /// The text.
    pub(super) text: Cow<'static, str>,
}

impl Told {
    fn new(
        word: impl Into<Cow<'static, str>>,
        code: u16,
        text: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { word: word.into(), code, text: text.into() }
    }
}

impl From<Wrong> for Snag {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl Snag {
    /// Nothing is done while something is only read.
    pub(super) const fn read(error: StoreError) -> Self {
        Self::Store { error, doubtful: false }
    }

    /// Of what was only to be read.
    pub(super) fn of_read(failure: Failure<ExecutorRefusal>) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Store(error) => Self::read(error),
        }
    }

    /// Of what was to be written.
    pub(super) fn of_write(failure: Failure<ExecutorRefusal>) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Store(error) => {
                Self::Store { doubtful: !error.surely_nothing_written(), error }
            }
        }
    }

    /// Whether another try may be suggested.
    pub(super) const fn may_try_again(&self) -> bool {
        matches!(self, Self::Store { doubtful: false, .. })
    }

    /// What is said. A failure of the store is logged here, and only here.
    pub(super) fn told(self) -> Told {
        match self {
            Self::Key => Told::new("bad_auth", 401, "the key opens nothing"),
            Self::Wrong(wrong) => Told::new(format!("bad_{}", wrong.field), 400, wrong.to_string()),
            Self::Refused(refusal) => told_of(refusal),
            Self::NoOrder => Told::new("order_not_found", 404, "there is no order to deliver"),
            Self::NotForSuppliers => {
                let text = "only whoever runs the counter may ask this; executors pull and report";
                Told::new("not_for_executors", 403, text)
            }
            Self::Unknown => Told::new("bad_action", 404, "there is no such action"),
            Self::Method => Told::new("bad_method", 405, "ask with GET or POST, as documented"),
            Self::Store { error, doubtful } => {
                tracing::error!(%error, "the store failed");
                if doubtful {
                    let text = "it is not known whether this was done; look at your orders first";
                    Told::new("not_known", 503, text)
                } else {
                    Told::new("try_later", 503, "temporarily unavailable, try again later")
                }
            }
        }
    }
}

impl From<ExecutorRefusal> for Snag {
    fn from(refusal: ExecutorRefusal) -> Self {
        match refusal {
            ExecutorRefusal::Key => Self::Key,
            other => Self::Refused(other),
        }
    }
}

fn told_of(refusal: ExecutorRefusal) -> Told {
    let text = refusal.to_string();
    match refusal {
        ExecutorRefusal::Key => Told::new("bad_auth", 401, text),
        ExecutorRefusal::Missing(kind) => Told::new(format!("{kind}_not_found"), 404, text),
        ExecutorRefusal::Invalid { field, text } => Told::new(format!("bad_{field}"), 400, text),
        ExecutorRefusal::NotNow(text) => Told::new("not_now", 409, text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::DbError;

    #[test]
    fn another_try_is_suggested_only_when_nothing_was_done() {
        let certain = [
            StoreError::Db(DbError::new("X", "y")),
            StoreError::Full,
            StoreError::Unavailable(String::new()),
        ];
        for error in certain {
            for of in [Snag::of_read, Snag::of_write] {
                let snag = of(Failure::Store(error.clone()));
                assert!(snag.may_try_again(), "{error}");
                assert_eq!((&*snag.told().word, 503), ("try_later", 503));
            }
        }
        let unknown = || Failure::Store(StoreError::Unknown(String::new()));
        assert!(Snag::of_read(unknown()).may_try_again(), "nothing was to be done");
        let snag = Snag::of_write(unknown());
        assert!(!snag.may_try_again());
        assert_eq!((&*snag.told().word, 503), ("not_known", 503));
    }
}
