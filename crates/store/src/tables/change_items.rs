//! The items of change sets: what differed, and what was done about it.

use super::{named, opt_string, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::providers::offers::{FindingKind, ItemState};
use domain::{ChangeItemId, ChangeSetId, ProviderId, RouteId, ServiceId, Timestamp};

macro_rules! columns {
    () => {
        "id, set_id, provider_id, route_id, service_id, upstream_service, finding, before_text, \
         after_text, state, why, edits, made, standing, found_us, changed_us, actor"
    };
}

crate::statements! {
    INSERT_ITEM = concat!("insert into change_item (", columns!(), ") values (?1, ?2, ?3, ?4, ?5, \
        ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)");
    UPDATE_ITEM = "update change_item set set_id = ?2, before_text = ?3, after_text = ?4, \
        state = ?5, why = ?6, edits = ?7, made = ?8, standing = ?9, changed_us = ?10, actor = ?11 \
        where id = ?1";
    ITEM = concat!("select ", columns!(), " from change_item where id = ?1");
    OF_SET = concat!("select ", columns!(), " from change_item where set_id = ?1 and id > ?2 \
        order by id limit ?3");
    OF_SET_DOWN = concat!("select ", columns!(), " from change_item where set_id = ?1 and id < ?2 \
        order by id desc limit ?3");
    STANDING = concat!("select ", columns!(), " from change_item \
        where provider_id = ?1 and standing = 1 order by id");
    STANDING_OF_ROUTE = concat!("select ", columns!(), " from change_item \
        where route_id = ?1 and standing = 1 order by id");
    OPEN_COUNTS = "select provider_id, cast(count(*) as bigint) from change_item \
        where standing = 1 and (state = 'proposed' or state = 'quarantined') \
        group by provider_id order by provider_id";
}

/// An item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeItem {
    /// Its id.
    pub id: ChangeItemId,
    /// The set that it belongs to: where it was found, or taken over by the rules.
    pub set: ChangeSetId,
    /// Whose list.
    pub provider: ProviderId,
    /// The route that it is about.
    pub route: RouteId,
    /// The service of the route.
    pub service: ServiceId,
    /// What the provider calls it.
    pub upstream_service: String,
    /// What differs.
    pub finding: FindingKind,
    /// What it was, in words.
    pub before: String,
    /// What it is by the list, in words.
    pub after: String,
    /// Where it stands.
    pub state: ItemState,
    /// Why a person has to look.
    pub why: Option<String>,
    /// What taking it over comes to, as the use cases write edits.
    pub edits: String,
    /// The edits that are in force because of it, in the order they were made.
    pub made: String,
    /// Whether it is open, or was decided against and is the same ever since.
    pub standing: bool,
    /// When it was found.
    pub found: Timestamp,
    /// When it last changed.
    pub changed: Timestamp,
    /// Who brought it where it stands.
    pub actor: Option<String>,
}

fn decode(row: &dyn Row) -> Result<ChangeItem, DbError> {
    Ok(ChangeItem {
        id: ChangeItemId(row.int(0)?),
        set: ChangeSetId(row.int(1)?),
        provider: ProviderId(row.int(2)?),
        route: RouteId(row.int(3)?),
        service: ServiceId(row.int(4)?),
        upstream_service: row.text(5)?.to_owned(),
        finding: named(row, 6, FindingKind::from_name)?,
        before: row.text(7)?.to_owned(),
        after: row.text(8)?.to_owned(),
        state: named(row, 9, ItemState::from_name)?,
        why: opt_string(row, 10)?,
        edits: row.text(11)?.to_owned(),
        made: row.text(12)?.to_owned(),
        standing: row.opt_int(13)?.is_some(),
        found: time(row, 14)?,
        changed: time(row, 15)?,
        actor: opt_string(row, 16)?,
    })
}

/// Writes new items.
///
/// # Errors
/// [`DbError`].
pub fn insert(tx: &mut dyn Tx, items: &[ChangeItem]) -> Result<(), DbError> {
    let mut params: Vec<Val<'_>> = Vec::with_capacity(items.len().saturating_mul(17));
    for item in items {
        params.extend([
            Val::Int(item.id.0),
            Val::Int(item.set.0),
            Val::Int(item.provider.0),
            Val::Int(item.route.0),
            Val::Int(item.service.0),
            Val::Text(&item.upstream_service),
            Val::Text(item.finding.name()),
            Val::Text(&item.before),
            Val::Text(&item.after),
            Val::Text(item.state.name()),
            item.why.as_deref().into(),
            Val::Text(&item.edits),
            Val::Text(&item.made),
            item.standing.then_some(1).into(),
            Val::Int(item.found.0),
            Val::Int(item.changed.0),
            item.actor.as_deref().into(),
        ]);
    }
    tx.exec_exactly(&INSERT_ITEM, 17, &params, items.len())
}

/// Writes changed items. Those that stop standing go before those that stand.
///
/// # Errors
/// [`DbError`].
pub fn update(tx: &mut dyn Tx, items: &[ChangeItem]) -> Result<(), DbError> {
    let (standing, past): (Vec<_>, Vec<_>) = items.iter().partition(|item| item.standing);
    let mut params: Vec<Val<'_>> = Vec::with_capacity(items.len().saturating_mul(11));
    for item in past.into_iter().chain(standing) {
        params.extend([
            Val::Int(item.id.0),
            Val::Int(item.set.0),
            Val::Text(&item.before),
            Val::Text(&item.after),
            Val::Text(item.state.name()),
            item.why.as_deref().into(),
            Val::Text(&item.edits),
            Val::Text(&item.made),
            item.standing.then_some(1).into(),
            Val::Int(item.changed.0),
            item.actor.as_deref().into(),
        ]);
    }
    tx.exec_exactly(&UPDATE_ITEM, 11, &params, items.len())
}

/// Those of `ids` that are there, in their order.
///
/// # Errors
/// [`DbError`].
pub fn by_ids(tx: &mut dyn Tx, ids: &[ChangeItemId]) -> Result<Vec<ChangeItem>, DbError> {
    let params: Vec<Val<'_>> = ids.iter().map(|id| id.0.into()).collect();
    tx.rows_many(&ITEM, 1, &params, decode)
}

/// Up to `limit` items of a set above `after`, oldest first.
///
/// # Errors
/// [`DbError`].
pub fn of_set(
    tx: &mut dyn Tx,
    set: ChangeSetId,
    after: ChangeItemId,
    limit: i64,
) -> Result<Vec<ChangeItem>, DbError> {
    tx.rows(&OF_SET, &[set.0.into(), after.0.into(), limit.into()], decode)
}

/// Up to `limit` items of a set below `before`, newest first.
///
/// # Errors
/// [`DbError`].
pub fn of_set_down(
    tx: &mut dyn Tx,
    set: ChangeSetId,
    before: ChangeItemId,
    limit: i64,
) -> Result<Vec<ChangeItem>, DbError> {
    tx.rows(&OF_SET_DOWN, &[set.0.into(), before.0.into(), limit.into()], decode)
}

/// The items of a provider that are standing, oldest first: for each of its routes a few at most.
///
/// # Errors
/// [`DbError`].
pub fn standing(tx: &mut dyn Tx, provider: ProviderId) -> Result<Vec<ChangeItem>, DbError> {
    tx.rows(&STANDING, &[provider.0.into()], decode)
}

/// The items of routes that are standing, by route.
///
/// # Errors
/// [`DbError`].
pub fn standing_of(tx: &mut dyn Tx, routes: &[RouteId]) -> Result<Vec<ChangeItem>, DbError> {
    let params: Vec<Val<'_>> = routes.iter().map(|route| route.0.into()).collect();
    tx.rows_many(&STANDING_OF_ROUTE, 1, &params, decode)
}

/// How many items of each provider wait for a person; providers without any are left out.
///
/// # Errors
/// [`DbError`].
pub fn open_counts(tx: &mut dyn Tx) -> Result<Vec<(ProviderId, i64)>, DbError> {
    tx.rows(&OPEN_COUNTS, &[], |row| Ok((ProviderId(row.int(0)?), row.int(1)?)))
}
