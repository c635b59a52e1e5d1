//! What an upstream panel says in one field of its answer.

/// A field of an upstream's answer. Nothing said and nonsense said are different things: nobody
/// guesses a refund from either, but only the second is a reason to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Said<T> {
    /// This.
    Value(T),
    /// The field is not there, or is empty.
    Absent,
    /// The field is there and cannot be read.
    Nonsense,
}

impl<T> Said<T> {
    /// The value, when there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Nonsense => None,
        }
    }
}
