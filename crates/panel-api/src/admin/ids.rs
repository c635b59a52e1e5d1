//! Pages of lists.

use super::Wrong;
use super::fields::Fields;
use crate::limits;

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many are left out in front.
    pub offset: usize,
    /// How many at most.
    pub limit: usize,
}

/// How many are wanted, `most` at most; `usual` when it is not said.
pub(super) fn limit(fields: &Fields, usual: usize, most: usize) -> Result<usize, Wrong> {
    let must = Wrong::new("limit", "must be a whole number above zero");
    match fields.number(&["limit"])? {
        None => Ok(usual),
        // As many as there may be is what whoever asks for more wants.
        Some(asked) if asked > 0 => Ok(usize::try_from(asked).unwrap_or(most).min(most)),
        Some(_) => Err(must),
    }
}

/// The page that is asked for.
pub(super) fn page(fields: &Fields) -> Result<Page, Wrong> {
    let must = Wrong::new("offset", "must be a whole number, zero or above");
    let offset = fields.number(&["offset"])?.unwrap_or(0);
    let offset = usize::try_from(offset).map_err(|_| must)?;
    Ok(Page { offset, limit: limit(fields, limits::ADMIN_LISTED_USUALLY, limits::ADMIN_LISTED)? })
}
