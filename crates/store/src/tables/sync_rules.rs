//! The operator's rules for what becomes of a provider's list, and the last look at it.

use super::{micros, named, opt_string, opt_time, time};
use crate::{DbError, Row, Tx, TxExt, Val};
use domain::providers::offers::{Found, Markup, RateRule, SyncRules, Taking};
use domain::{ProviderId, Timestamp};

macro_rules! rule_columns {
    () => {
        "provider_id, minutes, small_percent, spike_percent, rates, points, fixed, least, step, \
         limits, gone, back, gone_after, lost_percent, broken_percent"
    };
}

macro_rules! look_columns {
    () => {
        "provider_id, found, told, in_a_row, looked_us, taken_us, offers, broken"
    };
}

crate::statements! {
    RULES = concat!("select ", rule_columns!(), " from sync_rules order by provider_id");
    RULES_OF = concat!("select ", rule_columns!(), " from sync_rules where provider_id = ?1");
    PUT_RULES = concat!("insert into sync_rules (", rule_columns!(), ") values (?1, ?2, ?3, ?4, ?5, \
        ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) on conflict (provider_id) do update set \
        minutes = excluded.minutes, small_percent = excluded.small_percent, \
        spike_percent = excluded.spike_percent, rates = excluded.rates, points = excluded.points, \
        fixed = excluded.fixed, least = excluded.least, step = excluded.step, \
        limits = excluded.limits, gone = excluded.gone, back = excluded.back, \
        gone_after = excluded.gone_after, lost_percent = excluded.lost_percent, \
        broken_percent = excluded.broken_percent");
    LOOKS = concat!("select ", look_columns!(), " from list_look order by provider_id");
    LOOK = concat!("select ", look_columns!(), " from list_look where provider_id = ?1");
    PUT_LOOK = concat!("insert into list_look (", look_columns!(), ") values (?1, ?2, ?3, ?4, ?5, \
        ?6, ?7, ?8) on conflict (provider_id) do update set found = excluded.found, \
        told = excluded.told, in_a_row = excluded.in_a_row, looked_us = excluded.looked_us, \
        taken_us = excluded.taken_us, offers = excluded.offers, broken = excluded.broken");
}

/// The rules for a provider's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whose.
    pub provider: ProviderId,
    /// How often the list is looked at, in minutes; 0 for only when staff ask.
    pub minutes: i64,
    /// What becomes of differences.
    pub rules: SyncRules,
}

/// The last look at a provider's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whose.
    pub provider: ProviderId,
    /// What was found.
    pub found: Found,
    /// In words, unless it was taken.
    pub told: Option<String>,
    /// How many looks in a row found the same.
    pub in_a_row: i64,
    /// When.
    pub looked: Timestamp,
    /// When a list was last taken over.
    pub taken: Option<Timestamp>,
    /// How many offers that one had.
    pub offers: i64,
    /// How many of its entries could not be read.
    pub broken: i64,
}

fn decode_rules(row: &dyn Row) -> Result<Rules, DbError> {
    Ok(Rules {
        provider: ProviderId(row.int(0)?),
        minutes: row.int(1)?,
        rules: SyncRules {
            small_percent: row.int(2)?,
            spike_percent: row.int(3)?,
            rates: named(row, 4, RateRule::from_name)?,
            markup: Markup {
                points: row.int(5)?,
                fixed: micros(row, 6)?,
                least: micros(row, 7)?,
                step: micros(row, 8)?,
            },
            limits: named(row, 9, Taking::from_name)?,
            gone: named(row, 10, Taking::from_name)?,
            back: named(row, 11, Taking::from_name)?,
            gone_after: row.int(12)?,
            lost_percent: row.int(13)?,
            broken_percent: row.int(14)?,
        },
    })
}

fn decode_look(row: &dyn Row) -> Result<Look, DbError> {
    Ok(Look {
        provider: ProviderId(row.int(0)?),
        found: named(row, 1, Found::from_name)?,
        told: opt_string(row, 2)?,
        in_a_row: row.int(3)?,
        looked: time(row, 4)?,
        taken: opt_time(row, 5)?,
        offers: row.int(6)?,
        broken: row.int(7)?,
    })
}

/// The rules that are written, by provider.
///
/// # Errors
/// [`DbError`].
pub fn rules(tx: &mut dyn Tx) -> Result<Vec<Rules>, DbError> {
    tx.rows(&RULES, &[], decode_rules)
}

/// The rules of a provider, if they are written.
///
/// # Errors
/// [`DbError`].
pub fn rules_of(tx: &mut dyn Tx, provider: ProviderId) -> Result<Option<Rules>, DbError> {
    tx.row(&RULES_OF, &[provider.0.into()], decode_rules)
}

/// Writes the rules of a provider.
///
/// # Errors
/// [`DbError`].
pub fn put_rules(tx: &mut dyn Tx, of: &Rules) -> Result<(), DbError> {
    let Rules { provider, minutes, rules } = of;
    let params: [Val<'_>; 15] = [
        provider.0.into(),
        (*minutes).into(),
        rules.small_percent.into(),
        rules.spike_percent.into(),
        rules.rates.name().into(),
        rules.markup.points.into(),
        rules.markup.fixed.raw().into(),
        rules.markup.least.raw().into(),
        rules.markup.step.raw().into(),
        rules.limits.name().into(),
        rules.gone.name().into(),
        rules.back.name().into(),
        rules.gone_after.into(),
        rules.lost_percent.into(),
        rules.broken_percent.into(),
    ];
    tx.exec_exactly(&PUT_RULES, 15, &params, 1)
}

/// The last looks at lists, by provider.
///
/// # Errors
/// [`DbError`].
pub fn looks(tx: &mut dyn Tx) -> Result<Vec<Look>, DbError> {
    tx.rows(&LOOKS, &[], decode_look)
}

/// The last look at a provider's list.
///
/// # Errors
/// [`DbError`].
pub fn look(tx: &mut dyn Tx, provider: ProviderId) -> Result<Option<Look>, DbError> {
    tx.row(&LOOK, &[provider.0.into()], decode_look)
}

/// Writes the last look at a provider's list.
///
/// # Errors
/// [`DbError`].
pub fn put_look(tx: &mut dyn Tx, look: &Look) -> Result<(), DbError> {
    let params: [Val<'_>; 8] = [
        look.provider.0.into(),
        look.found.name().into(),
        look.told.as_deref().into(),
        look.in_a_row.into(),
        look.looked.0.into(),
        look.taken.map(|taken| taken.0).into(),
        look.offers.into(),
        look.broken.into(),
    ];
    tx.exec_exactly(&PUT_LOOK, 8, &params, 1)
}
