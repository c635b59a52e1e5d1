//! What an edit changes. Rules grow stricter, rows do not: what an edit leaves as it was stored is not
//! looked at again, so that a row of any age can be paused or switched off.

/// Whether a field is to be looked at: of something new each is, of what was stored those that an edit
/// changes.
pub(crate) fn is_new<T, V: PartialEq>(
    before: Option<&T>,
    now: &T,
    field: impl Fn(&T) -> V,
) -> bool {
    before.is_none_or(|before| field(before) != field(now))
}
