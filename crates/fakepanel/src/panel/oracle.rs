//! What tests ask the panel.

use std::collections::BTreeMap;

use crate::amount::Amount;
use crate::journal::Journal;
use crate::panel::{Order, Panel, Purse};
use crate::settings::Settings;

impl Panel {
    /// Everything that was asked and done.
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// What it is like.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The latest moment that it was told, in microseconds.
    pub const fn now_us(&self) -> u64 {
        self.now_us
    }

    /// Every order that was ever accepted, in that order.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// The latest order of an id.
    pub fn order(&self, id: u64) -> Option<&Order> {
        self.orders.get(self.order_of_id(id)?)
    }

    /// Orders for just this link.
    pub fn orders_of_link(&self, link: &str) -> Vec<&Order> {
        self.orders.iter().filter(|order| order.link.as_ref() == link).collect()
    }

    /// Orders that were placed with this request id, whether or not request ids are taken.
    pub fn orders_of_request_id(&self, id: &str) -> Vec<&Order> {
        self.orders.iter().filter(|order| order.request_id.as_deref() == Some(id)).collect()
    }

    /// All orders whose link has a tag: what follows `marker` in it, up to the first character that is
    /// not a letter, a digit, `-` or `_`. By tag.
    pub fn orders_by_tag(&self, marker: &str) -> BTreeMap<&str, Vec<&Order>> {
        let mut found: BTreeMap<&str, Vec<&Order>> = BTreeMap::new();
        for order in &self.orders {
            if let Some(tag) = tag(&order.link, marker) {
                found.entry(tag).or_default().push(order);
            }
        }
        found
    }

    /// Tags that more than one order has, with these orders.
    pub fn duplicates(&self, marker: &str) -> BTreeMap<&str, Vec<&Order>> {
        let mut found = self.orders_by_tag(marker);
        found.retain(|_, orders| orders.len() > 1);
        found
    }

    /// An account's money and all that moved it, by the account's name.
    pub fn purse(&self, name: &str) -> Option<&Purse> {
        self.account(name).map(|(_, purse)| purse)
    }

    /// What an account has, by its name.
    pub fn balance(&self, name: &str) -> Option<Amount> {
        self.purse(name).map(|purse| purse.balance)
    }

    /// How many requests wait to be processed.
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(super) fn account(&self, name: &str) -> Option<(usize, &Purse)> {
        let at = self.settings.accounts.iter().position(|account| account.name == name)?;
        self.purses.get(at).map(|purse| (at, purse))
    }
}

fn tag<'a>(link: &'a str, marker: &str) -> Option<&'a str> {
    let (_, rest) = link.split_once(marker)?;
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
    rest.get(..end.unwrap_or(rest.len())).filter(|tag| !tag.is_empty())
}
