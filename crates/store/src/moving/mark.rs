//! The fact that says a database is on one end of a move. While it refuses, nobody opens it.

use crate::OpenError;

/// The name of the fact in `meta`, on both ends.
pub(crate) const MARK: &str = "move";

/// On which end of a move a database is, and how far the move is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The source of a move that is not finished.
    Leaving,
    /// The source of a move whose target is about to be opened, or is open already.
    Opening,
    /// The source of a finished move.
    Left,
    /// The target of a move that is not finished.
    Arriving,
    /// The target of a finished move: in use. Kept so that a move that was ended between its last
    /// two steps finds that only the source is to be told.
    Arrived,
}

const ENDS: [(End, &str); 5] = [
    (End::Leaving, "leaving"),
    (End::Opening, "opening"),
    (End::Left, "left"),
    (End::Arriving, "arriving"),
    (End::Arrived, "arrived"),
];

/// The fact: stored as three words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) end: End,
    /// Which move: the same on both ends.
    pub(crate) id: String,
    /// The other end, as people may read it.
    pub(crate) other: String,
}

impl Mark {
    pub(crate) fn new(end: End, id: &str, other: &str) -> Self {
        Self { end, id: id.to_owned(), other: other.to_owned() }
    }

    /// As it is stored.
    pub(crate) fn text(&self) -> String {
        let word = ENDS.iter().find(|(end, _)| *end == self.end).map_or("", |(_, word)| word);
        format!("{word} {} {}", self.id, self.other)
    }

    /// Nothing when this is no mark of a program that is known.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let (word, rest) = text.split_once(' ')?;
        let (id, other) = rest.split_once(' ')?;
        let (end, _) = ENDS.iter().find(|(_, known)| *known == word)?;
        Some(Self::new(*end, id, other))
    }

    /// Why the database may not be used, when it may not.
    pub(crate) fn refusal(&self) -> Option<String> {
        let other = &self.other;
        match self.end {
            End::Leaving => Some(format!(
                "is being moved to {other}, and takes nothing meanwhile; `tradecounter move --to` \
                 goes on with the move, `tradecounter move --undo` gives it up"
            )),
            End::Opening => Some(format!(
                "is being moved to {other}, which may be in use already; `tradecounter move --to` \
                 there again finishes the move"
            )),
            End::Left => Some(format!(
                "was moved to {other}, and takes nothing any more; set database_url to where it is \
                 now"
            )),
            End::Arriving => Some(format!(
                "holds a copy of {other} that is not finished; run `tradecounter move --to` there \
                 again, or remove this copy"
            )),
            End::Arrived => None,
        }
    }
}

/// Refuses a database whose stored fact, if it has one, says that it may not be used.
pub(crate) fn check(stored: Option<&str>, path: &str) -> Result<(), OpenError> {
    refusal(stored).map_or(Ok(()), |why| Err(OpenError::Moved { path: path.to_owned(), why }))
}

/// Why a database with this stored fact may not be used, when it may not.
pub(crate) fn refusal(stored: Option<&str>) -> Option<String> {
    let stored = stored?;
    // A fact that cannot be read is no reason to go on: something newer may have written it.
    Mark::read(stored).map_or_else(
        || Some(String::from("is marked as moved by another program; use that one")),
        |mark| mark.refusal(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_stored_and_only_a_finished_target_is_used() {
        for (end, used) in [
            (End::Leaving, false),
            (End::Opening, false),
            (End::Left, false),
            (End::Arriving, false),
            (End::Arrived, true),
        ] {
            let mark = Mark::new(end, "4f", "sqlite:/a folder/x.db");
            assert_eq!(Mark::read(&mark.text()).as_ref(), Some(&mark));
            assert_eq!(refusal(Some(&mark.text())).is_none(), used, "{end:?}");
        }
        assert!(refusal(Some("sleeping 4f sqlite:x")).is_some());
        assert_eq!(refusal(None), None);
    }
}
