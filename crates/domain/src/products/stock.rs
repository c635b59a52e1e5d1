//! Stock: single deliverable lines.

use crate::limits::STOCK_LINE_BYTES_MAX;
use crate::names::named;

/// Where an item of stock stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ItemState {
    /// Being imported; not for sale until the whole import is in.
    Staged,
    /// For sale.
    Available,
    /// All its uses are sold.
    Sold,
    /// Past its date.
    Expired,
    /// Known to be unusable.
    Bad,
}

named!(ItemState {
    Staged => "staged",
    Available => "available",
    Sold => "sold",
    Expired => "expired",
    Bad => "bad",
});

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BatchState {
    /// Lines come in; nothing is for sale, and a broken line discards all of it.
    Staging,
    /// Everything is in; items are being put on sale.
    Activating,
    /// Everything is on sale.
    Live,
    /// Nothing was kept.
    Discarded,
}

named!(BatchState {
    Staging => "staging",
    Activating => "activating",
    Live => "live",
    Discarded => "discarded",
});

/// Why a line cannot be an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StockLineError {
    /// Nothing is in it.
    #[error("is empty")]
    Empty,
    /// Too long.
    #[error("is longer than {STOCK_LINE_BYTES_MAX} bytes")]
    TooLong,
    /// Holds something that is no text.
    #[error("holds control characters")]
    Control,
}

/// Checks a line before it becomes an item. A tab is text: many sellers part columns with it.
///
/// # Errors
/// [`StockLineError`].
pub fn check_line(line: &str) -> Result<(), StockLineError> {
    if line.trim().is_empty() {
        return Err(StockLineError::Empty);
    }
    if line.len() > STOCK_LINE_BYTES_MAX {
        return Err(StockLineError::TooLong);
    }
    if line.chars().any(|c| c.is_control() && c != '\t') {
        return Err(StockLineError::Control);
    }
    Ok(())
}
