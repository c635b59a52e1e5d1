//! The parameters that the dialect knows. All others are ignored.

use crate::Fault;
use crate::words::errors;

pub(crate) const INCORRECT_REQUEST: Fault = Fault(errors::INCORRECT_REQUEST);
pub(crate) const INCORRECT_ORDER_ID: Fault = Fault(errors::INCORRECT_ORDER_ID);
pub(crate) const INCORRECT_REFILL_ID: Fault = Fault(errors::INCORRECT_REFILL_ID);

/// A known parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Param {
    /// Its name on the wire, with case.
    pub(crate) name: &'static str,
    /// The answer when its value is too long or of the wrong kind.
    pub(crate) fault: Fault,
}

macro_rules! vocabulary {
    ($($constant:ident $name:literal $fault:expr;)*) => {
        $(pub(crate) const $constant: Param = Param { name: $name, fault: Fault($fault) };)*
        const ALL: &[Param] = &[$($constant),*];
    };
}

vocabulary! {
    KEY "key" errors::INVALID_KEY;
    ACTION "action" errors::INCORRECT_ACTION;
    SERVICE "service" errors::INCORRECT_SERVICE_ID;
    LINK "link" errors::BAD_LINK;
    QUANTITY "quantity" errors::INCORRECT_QUANTITY;
    RUNS "runs" "Incorrect runs";
    INTERVAL "interval" "Incorrect interval";
    MIN "min" "Incorrect min";
    MAX "max" "Incorrect max";
    POSTS "posts" "Incorrect posts";
    OLD_POSTS "old_posts" "Incorrect old_posts";
    DELAY "delay" "Incorrect delay";
    ANSWER_NUMBER "answer_number" "Incorrect answer_number";
    ANSWERS_NUMBER "answers_number" "Incorrect answer_number";
    DEVICE "device" "Incorrect device";
    TYPE_OF_TRAFFIC "type_of_traffic" "Incorrect type_of_traffic";
    COMMENTS "comments" "Incorrect comments";
    USERNAMES "usernames" "Incorrect usernames";
    HASHTAGS "hashtags" "Incorrect hashtags";
    KEYWORDS "keywords" "Incorrect keywords";
    GROUPS "groups" "Incorrect groups";
    LIST "list" "Incorrect list";
    SUGGEST "suggest" "Incorrect suggest";
    SEARCH "search" "Incorrect search";
    HASHTAG "hashtag" "Incorrect hashtag";
    USERNAME "username" "Incorrect username";
    MEDIA "media" "Incorrect media";
    COUNTRY "country" "Incorrect country";
    GOOGLE_KEYWORD "google_keyword" "Incorrect google_keyword";
    REFERRING_URL "referring_url" "Incorrect referring_url";
    EXPIRY "expiry" "Incorrect expiry";
    REQUEST_ID "request_id" errors::INCORRECT_REQUEST_ID;
    CUSTOM_ID "custom_id" errors::INCORRECT_REQUEST_ID;
    REF "ref" errors::INCORRECT_REQUEST_ID;
    ORDER "order" errors::INCORRECT_ORDER_ID;
    ORDERS "orders" errors::INCORRECT_ORDER_ID;
    REFILL "refill" errors::INCORRECT_REFILL_ID;
    REFILLS "refills" errors::INCORRECT_REFILL_ID;
    LIMIT "limit" "Incorrect limit";
    PRODUCT "product" errors::INCORRECT_PRODUCT_ID;
    REQUIRE "require" "Incorrect require";
}

/// A parameter as a client named it: itself, or one element of it.
#[derive(Debug)]
pub(crate) struct Target<'a> {
    pub(crate) param: Param,
    /// What stands between the brackets of `orders[]` and `orders[0]`.
    pub(crate) index: Option<&'a str>,
}

impl<'a> Target<'a> {
    /// Reads a name with or without brackets; `None` when the dialect does not know it.
    pub(crate) fn parse(name: &'a str) -> Option<Self> {
        let name = crate::text::trim(name);
        let (base, index) = match name.split_once('[') {
            Some((base, rest)) => (base, Some(rest.strip_suffix(']')?)),
            None => (name, None),
        };
        let param = *ALL.iter().find(|param| param.name == base)?;
        Some(Self { param, index })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_for_itself_and_no_two_are_alike() {
        for param in ALL {
            let found = Target::parse(param.name).map(|target| target.param.name);
            assert_eq!(found, Some(param.name));
            assert_eq!(ALL.iter().filter(|other| other.name == param.name).count(), 1);
        }
    }

    #[test]
    fn faults_name_their_parameter_or_are_texts_of_the_dialect() {
        for Param { name, fault } in ALL {
            let own = match *name {
                "key" => errors::INVALID_KEY.to_owned(),
                "link" => errors::BAD_LINK.to_owned(),
                "service" | "product" => format!("Incorrect {name} ID"),
                "order" | "orders" => errors::INCORRECT_ORDER_ID.to_owned(),
                "refill" | "refills" => errors::INCORRECT_REFILL_ID.to_owned(),
                "custom_id" | "ref" => errors::INCORRECT_REQUEST_ID.to_owned(),
                "answers_number" => errors::incorrect("answer_number"),
                other => errors::incorrect(other),
            };
            assert_eq!(fault.0, own, "{name}");
        }
    }

    #[test]
    fn brackets_name_an_element() {
        let index = |name| Target::parse(name).map(|target| target.index);
        assert_eq!(index("orders"), Some(None));
        assert_eq!(index(" orders[] "), Some(Some("")));
        assert_eq!(index("orders[12]"), Some(Some("12")));
        assert_eq!(index("orders[a][b]"), Some(Some("a][b")));
        assert_eq!(index("orders["), None);
        assert_eq!(index("Orders"), None);
        assert_eq!(index("order_s"), None);
        assert_eq!(index(""), None);
    }
}
