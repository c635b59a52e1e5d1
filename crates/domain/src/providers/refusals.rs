//! What the words mean with which an upstream panel answers `add` when it does not take an order.
//!
//! Only texts of a list are refusals. Any other text is no evidence: a panel may say that something
//! went wrong after it has taken the order. A text counts as a whole, in any case, with any number
//! where the list has one, because "Insufficient balance" is a refusal and a sentence that holds
//! these words need not be one.

use crate::limits::{REFUSAL_BYTES_MAX, REFUSAL_LETTERS_MIN};
use crate::names::named;

/// Why an order was surely not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// Our balance there does not reach.
    NotEnoughFunds,
    /// The key, or the account that it belongs to, is not let in.
    KeyInvalid,
    /// The request as such was not understood: the address is not that of the API.
    NotUnderstood,
    /// There is no such service any more.
    ServiceGone,
    /// The service takes no orders for now.
    ServiceResting,
    /// The panel takes no orders for now.
    Unavailable,
    /// We ask too fast.
    RateLimit,
    /// The quantity is out of the service's limits.
    Quantity,
    /// The link is not accepted.
    Link,
    /// Another parameter is missing or not accepted.
    Parameters,
    /// An order on the same link is open there.
    ActiveLink,
    /// One of the provider's own texts that staff have listed.
    Listed,
}

named!(Refusal {
    NotEnoughFunds => "not_enough_funds",
    KeyInvalid => "key_invalid",
    NotUnderstood => "not_understood",
    ServiceGone => "service_gone",
    ServiceResting => "service_resting",
    Unavailable => "unavailable",
    RateLimit => "rate_limit",
    Quantity => "quantity",
    Link => "link",
    Parameters => "parameters",
    ActiveLink => "active_link",
    Listed => "listed",
});

/// For how long something is not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It goes on.
    No,
    /// For a while; then it is tried again.
    ForAWhile,
    /// Until a person has looked.
    UntilPerson,
}

/// What becomes of an order that no other route takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// It waits, and is tried again.
    Wait,
    /// It is cancelled: no time will make it acceptable.
    Cancel,
}

/// What is done about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Whether another route is tried.
    pub another_route: bool,
    /// What becomes of the order when there is none.
    pub otherwise: Otherwise,
    /// Whether the provider goes on getting orders.
    pub provider: Stop,
    /// Whether the route does.
    pub route: Stop,
}

impl Refusal {
    /// What is done about it.
    pub const fn remedy(self) -> Remedy {
        let elsewhere = Remedy {
            another_route: true,
            otherwise: Otherwise::Wait,
            provider: Stop::No,
            route: Stop::No,
        };
        match self {
            Self::NotEnoughFunds | Self::KeyInvalid | Self::NotUnderstood => {
                Remedy { provider: Stop::UntilPerson, ..elsewhere }
            }
            Self::Unavailable => Remedy { provider: Stop::ForAWhile, ..elsewhere },
            Self::ServiceGone => Remedy { route: Stop::UntilPerson, ..elsewhere },
            Self::ServiceResting => Remedy { route: Stop::ForAWhile, ..elsewhere },
            Self::Quantity | Self::Link | Self::Parameters => {
                Remedy { otherwise: Otherwise::Cancel, ..elsewhere }
            }
            // A short wait is better than a dearer route.
            Self::RateLimit => {
                Remedy { another_route: false, provider: Stop::ForAWhile, ..elsewhere }
            }
            // Elsewhere it would be delivered on top of the one that is open, and nobody could
            // count either.
            Self::ActiveLink => Remedy { another_route: false, ..elsewhere },
            // What it is about is not known, so nothing is decided that cannot be taken back.
            Self::Listed => elsewhere,
        }
    }
}

/// The refusal that `text` is; nothing when the text is no evidence, and the order may have been
/// taken. `own` are the provider's own texts, `#` standing for any number.
pub fn refusal(text: &str, own: &[String]) -> Option<Refusal> {
    if text.len() > REFUSAL_BYTES_MAX {
        return None;
    }
    let said = plain(text);
    let listed = TEXTS.iter().find(|(pattern, _)| is(pattern, &said)).map(|(_, refusal)| *refusal);
    let mut own = own.iter().filter(|pattern| says_something(pattern));
    let own = || own.any(|pattern| is(&plain(pattern), &said)).then_some(Refusal::Listed);
    listed.or_else(own)
}

/// Whether a provider's own text can be told from what says nothing, as an id or "ok": what matches such
/// an answer would take an order for refused that is there.
pub(super) fn says_something(pattern: &str) -> bool {
    pattern.chars().filter(|c| c.is_alphabetic()).count() >= REFUSAL_LETTERS_MIN
}

/// Lower case, one blank between words, no mark at the end.
pub(super) fn plain(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ").trim_end_matches(['.', '!', ' ']).to_owned()
}

/// Whether `said` is `pattern`, where each `#` is a number. An empty pattern is nothing.
fn is(pattern: &str, said: &str) -> bool {
    let mut rest = said;
    let mut parts = pattern.split('#');
    let first = parts.next().unwrap_or_default();
    let Some(after) = rest.strip_prefix(first) else { return false };
    rest = after;
    for part in parts {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let Some(after) = after.strip_prefix(part).filter(|_| !number.is_empty()) else {
            return false;
        };
        rest = after;
    }
    rest.is_empty() && !pattern.is_empty()
}

/// The texts in use, as [`plain`] writes them.
///
/// Of temporary refusals only those are here that a panel gives before it looks at the order: its
/// limit of requests, and the switch that closes it. "Timeout", "try again later", "maintenance" and
/// the like also come from what stands in front of a panel, while the panel takes the order.
const TEXTS: &[(&str, Refusal)] = {
    use Refusal as R;
    &[
        ("not enough funds on balance", R::NotEnoughFunds),
        ("not enough funds", R::NotEnoughFunds),
        ("insufficient balance", R::NotEnoughFunds),
        ("insufficient funds", R::NotEnoughFunds),
        ("invalid api key", R::KeyInvalid),
        ("missing api key", R::KeyInvalid),
        ("missing key", R::KeyInvalid),
        ("unauthorized", R::KeyInvalid),
        ("api is disable for this user or user not found! contact the support", R::KeyInvalid),
        ("api access disabled", R::KeyInvalid),
        ("your account has been suspended", R::KeyInvalid),
        ("account suspended", R::KeyInvalid),
        ("incorrect request", R::NotUnderstood),
        ("incorrect action", R::NotUnderstood),
        ("this action is invalid", R::NotUnderstood),
        ("invalid action", R::NotUnderstood),
        ("incorrect service id", R::ServiceGone),
        ("incorrect service", R::ServiceGone),
        ("service id does not exists", R::ServiceGone),
        ("service id does not exist", R::ServiceGone),
        ("service not found", R::ServiceGone),
        ("invalid service", R::ServiceGone),
        ("invalid service id", R::ServiceGone),
        // It says "temporarily", but of the service, which is looked up before anything is taken.
        ("service temporarily disabled", R::ServiceResting),
        ("service is not available", R::ServiceResting),
        ("this panel is temporarily unavailable", R::Unavailable),
        // A limit of requests stands before the request is looked at.
        ("rate limit exceeded", R::RateLimit),
        ("rate limit exceeded. max # requests per minute", R::RateLimit),
        ("too many requests", R::RateLimit),
        ("quantity less than minimal #", R::Quantity),
        ("quantity less than minimal", R::Quantity),
        ("quantity less than minimum", R::Quantity),
        ("quantity must to be greater than or equal to minimum amount #", R::Quantity),
        ("minimum quantity is #", R::Quantity),
        ("quantity more than maximum #", R::Quantity),
        ("quantity more than maximum", R::Quantity),
        ("quantity must to be less than or equal to maximum amount #", R::Quantity),
        ("maximum quantity is #", R::Quantity),
        ("quantity must be between # and #", R::Quantity),
        ("incorrect quantity", R::Quantity),
        ("bad link", R::Link),
        ("link is required", R::Link),
        ("invalid link", R::Link),
        ("incorrect link", R::Link),
        ("incorrect comments", R::Parameters),
        ("incorrect runs", R::Parameters),
        ("incorrect interval", R::Parameters),
        ("incorrect keywords", R::Parameters),
        ("incorrect username", R::Parameters),
        ("incorrect usernames", R::Parameters),
        ("incorrect hashtag", R::Parameters),
        ("incorrect hashtags", R::Parameters),
        ("incorrect media", R::Parameters),
        ("incorrect groups", R::Parameters),
        ("incorrect answer number", R::Parameters),
        ("incorrect country", R::Parameters),
        ("incorrect device", R::Parameters),
        ("incorrect type of traffic", R::Parameters),
        ("incorrect posts", R::Parameters),
        ("incorrect min", R::Parameters),
        ("incorrect max", R::Parameters),
        ("incorrect delay", R::Parameters),
        ("incorrect expiry", R::Parameters),
        ("comments field is required", R::Parameters),
        ("runs is required", R::Parameters),
        ("interval time is required", R::Parameters),
        ("this services does not support dripfeed feature", R::Parameters),
        ("invalid interval in minutes", R::Parameters),
        ("there are missing required parameters. please check your api manual", R::Parameters),
        (
            "you have active order with this link. please wait until order being completed",
            R::ActiveLink,
        ),
        ("you have active order with this link", R::ActiveLink),
        ("an identical order was just placed", R::ActiveLink),
    ]
};

#[cfg(test)]
#[path = "refusals_tests.rs"]
mod tests;
