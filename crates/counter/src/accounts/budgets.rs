//! What keys may still do and spend, as the unit that charges sees it.

use super::Access;
use domain::access::{Scope, utc_day, within_cap};
use domain::{KeyId, Micros, Timestamp};
use std::collections::{BTreeMap, HashMap, HashSet};
use store::tables::keys::{self, Spend};
use store::{DbError, Tx};

/// What is known of keys, and the epoch of access in the unit that asks.
#[derive(Clone, Copy)]
pub(crate) struct Standing<'a> {
    pub(crate) known: &'a Access,
    pub(crate) epoch: i64,
}

/// The budgets of the keys of a unit. Read them under the lock of the accounts that the keys
/// belong to: it is what keeps two units from spending the same money.
#[derive(Debug, Default)]
pub(crate) struct KeyBudgets {
    day: i64,
    /// Keys that may order.
    admitted: HashSet<KeyId>,
    /// Only keys that have a cap.
    capped: HashMap<KeyId, Spend>,
    /// What was spent, by the key it is counted under: keys that took each other's place share it.
    spent: HashMap<KeyId, Micros>,
    changed: BTreeMap<KeyId, Micros>,
}

impl KeyBudgets {
    /// Reads the budgets of `keys`, on the day of `now`. Those that do not have `scope` any more
    /// admit nothing.
    pub(crate) fn read(
        tx: &mut dyn Tx,
        access: Standing<'_>,
        mut keys: Vec<KeyId>,
        scope: Scope,
        now: Timestamp,
    ) -> Result<Self, DbError> {
        keys.sort_unstable();
        keys.dedup();
        let mut budgets = Self { day: utc_day(now), ..Self::default() };
        let mut capped = Vec::new();
        for (key, principal) in access.known.standing(tx, access.epoch, &keys)? {
            let rules = &principal.rules;
            if rules.scopes.contains(scope) && rules.expires.is_none_or(|end| now < end) {
                budgets.admitted.insert(key);
            }
            if rules.daily_cap.is_some() {
                capped.push(key);
            }
        }
        for spend in keys::spends(tx, &capped, budgets.day)? {
            budgets.spent.insert(spend.root, spend.spent);
            budgets.capped.insert(spend.key, spend);
        }
        Ok(budgets)
    }

    /// What its root will have spent when `charge` is spent with `key`: nothing when that is more
    /// than it may, and `Some(None)` when the key may spend what it likes.
    fn after(&self, key: Option<KeyId>, charge: Micros) -> Option<Option<(KeyId, Micros)>> {
        let Some(spend) = key.and_then(|key| self.capped.get(&key)) else { return Some(None) };
        let spent = self.spent.get(&spend.root).copied().unwrap_or(Micros::ZERO);
        within_cap(spend.cap, spent, charge).map(|sum| Some((spend.root, sum)))
    }

    /// Whether `key` may still order; nobody's key may.
    pub(crate) fn admits(&self, key: Option<KeyId>) -> bool {
        key.is_none_or(|key| self.admitted.contains(&key))
    }

    /// Whether `charge` may be spent with `key`.
    pub(crate) fn allows(&self, key: Option<KeyId>, charge: Micros) -> bool {
        self.after(key, charge).is_some()
    }

    /// Counts `charge` as spent with `key`.
    pub(crate) fn spend(&mut self, key: Option<KeyId>, charge: Micros) {
        if let Some(Some((root, sum))) = self.after(key, charge) {
            self.spent.insert(root, sum);
            self.changed.insert(root, sum);
        }
    }

    /// Writes what was spent.
    pub(crate) fn write(self, tx: &mut dyn Tx) -> Result<(), DbError> {
        let changed: Vec<(KeyId, Micros)> = self.changed.into_iter().collect();
        if changed.is_empty() { Ok(()) } else { keys::put_spends(tx, self.day, &changed) }
    }
}
