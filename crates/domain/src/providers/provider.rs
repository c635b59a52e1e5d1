//! An account at an upstream panel.

use crate::names::named;
use crate::{Micros, ProviderId, Timestamp};

/// What is done with a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProviderState {
    /// Orders are placed there and followed.
    Active,
    /// Orders that are there are followed; no new ones are placed.
    Paused,
    /// Nothing is asked of it.
    Off,
}

named!(ProviderState { Active => "active", Paused => "paused", Off => "off" });

/// An account of ours at an upstream panel. Its amounts are in its own currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Its id.
    pub id: ProviderId,
    /// What staff call it.
    pub name: String,
    /// Where its API is, exactly as it is asked.
    pub url: String,
    /// What is done with it.
    pub state: ProviderState,
    /// ISO code of the currency that it charges in.
    pub currency: String,
    /// What one unit of its currency is worth in ours.
    pub exchange: Micros,
    /// Most orders that are being placed there at once, so most that a crash of ours leaves
    /// unknown.
    pub adds_at_once: i64,
    /// Most orders that are placed there in a second.
    pub adds_per_second: i64,
    /// Most requests of other kinds in a second.
    pub asks_per_second: i64,
    /// Whether it takes our `request_id` and answers the same id for it again, as this counter does.
    pub takes_request_id: bool,
    /// Decimals that its `balance` and `charge` carry; nothing when its balance is no evidence,
    /// because others spend from the account too.
    pub balance_decimals: Option<i64>,
    /// Texts of its own, in lower case, that surely mean that an order was not taken.
    pub refusals: Vec<String>,
    /// Reads of the balance in a row that our books must explain before it decides anything about lost
    /// answers; 0 where somebody vouches that nobody else spends from the account.
    pub trust_reads: i64,
    /// What our balance there should be: the sum of what is booked.
    pub booked: Micros,
    /// What the provider said last that it is, and when.
    pub reported: Option<(Micros, Timestamp)>,
    /// How often in a row our books explained what it said.
    pub quiet_reads: i64,
    /// Since when nothing is sent to it but questions, because an older copy of the database was put
    /// in its place and nobody has looked there since.
    pub restored: Option<Timestamp>,
    /// Why the worker has paused it; nothing where staff have, and where it is not paused.
    pub paused_for: Option<String>,
    /// When it was added.
    pub created: Timestamp,
}
