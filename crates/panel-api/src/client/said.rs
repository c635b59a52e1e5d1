//! What an upstream says of one thing.

/// What an upstream says of one thing. That it says nothing and that it says something impossible
/// are told apart: the first is usual, the second is a reason to doubt the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said<T> {
    /// Not said: no such member, `null`, a blank text, or a text that says so ("Unknown").
    Absent,
    /// Said.
    Value(T),
    /// Not readable; what stands there, cut to [`crate::limits::WORD_CHARS`].
    Nonsense(String),
}

impl<T> Said<T> {
    /// What was said, if it was and could be read.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Nonsense(_) => None,
        }
    }

    /// Whether nothing was said.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}
