//! Giving a move up.

use super::mark::End;
use super::{MoveError, open};
use crate::Access;

/// What became of a database whose move was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undone {
    /// Where it was moved to, or was to be.
    pub other: String,
    /// Whether the move had been finished, or nearly, so that the other one may be in use.
    pub finished: bool,
}

/// Lets everybody work again on the source of a move. Of one that is finished, or whose target may be
/// open, only when `finished` says so: both databases live on then, apart from each other.
///
/// # Errors
/// [`MoveError`], also when the database is not the source of a move, or the move is just carried out.
pub fn undo_move(url: &str, finished: bool) -> Result<Undone, MoveError> {
    let mut side = open(url, Access::Existing)?;
    let shown = side.shown().to_owned();
    let Some(mark) = side.mark()? else {
        return Err(MoveError::Refused(format!("{shown}: no move of it was begun")));
    };
    match mark.end {
        End::Leaving => {}
        End::Opening | End::Left if finished => {}
        End::Opening => {
            return Err(MoveError::Refused(format!(
                "{shown}: {other} may be open in its place already, with orders that were taken \
                 there; run `tradecounter move --to` there again, which finishes the move. Only \
                 where {other} is given up for good: `tradecounter move --undo --finished`; if it is \
                 open, both live on, apart from each other",
                other = mark.other
            )));
        }
        End::Left => {
            return Err(MoveError::Refused(format!(
                "{shown}: its move to {} is finished, and orders may have been taken there since; \
                 `tradecounter move --undo --finished` lets both live on, apart from each other",
                mark.other
            )));
        }
        End::Arriving | End::Arrived => {
            return Err(MoveError::Refused(format!(
                "{shown}: is the target of a move, not its source; undo it there"
            )));
        }
    }
    side.hold(&mark)?;
    side.open_up(None)?;
    Ok(Undone { other: mark.other, finished: mark.end != End::Leaving })
}
