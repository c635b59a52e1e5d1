//! Lists as they can be kept: no text of a provider's is too long or steers a terminal.

use domain::limits::{NAME_BYTES_MAX, REASON_BYTES_MAX, UPSTREAM_ID_BYTES_MAX};
use domain::providers::offers::{List, Offer};

/// A list with texts that can be kept, and each service once. What is called so that no route can lead
/// there counts as unreadable.
pub(super) fn cleaned(list: &List) -> List {
    let usable = |offer: &&Offer| {
        let name = offer.service.as_str();
        (1..=UPSTREAM_ID_BYTES_MAX).contains(&name.len()) && !name.chars().any(char::is_control)
    };
    let kept = list.offers.iter().filter(usable).map(|offer| Offer {
        name: name(&offer.name),
        category: name(&offer.category),
        kind: name(&offer.kind),
        ..offer.clone()
    });
    let offers: Vec<Offer> = kept.collect();
    let dropped = list.offers.len().saturating_sub(offers.len());
    let broken = list.broken.saturating_add(dropped);
    List { offers, broken }.without_contradictions()
}

/// What a provider or a transport says, as it is kept.
pub(super) fn shortened(text: &str) -> String {
    plain(text, REASON_BYTES_MAX)
}

/// A name on one line, no longer than names are.
pub(super) fn name(text: &str) -> String {
    plain(text, NAME_BYTES_MAX).trim().to_owned()
}

fn plain(text: &str, most: usize) -> String {
    let mut plain: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect();
    while plain.len() > most {
        plain.pop();
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Micros;

    #[test]
    fn texts_are_plain_and_short_and_odd_names_are_unreadable() {
        let offer = |service: &str, name: &str| Offer {
            service: service.to_owned(),
            name: name.to_owned(),
            category: String::from("a\u{1b}[31mb"),
            kind: String::from("Default"),
            rate: Micros::new(1),
            min: 1,
            max: 2,
            refill: false,
            cancel: false,
            dripfeed: false,
        };
        let long = "ä".repeat(NAME_BYTES_MAX);
        let (odd, endless) = ("9\u{0}", "8".repeat(UPSTREAM_ID_BYTES_MAX + 1));
        let offers =
            vec![offer("2", " x\u{0}y "), offer("1", &long), offer(odd, ""), offer(&endless, "")];
        let clean = cleaned(&List { offers, broken: 1 });
        assert_eq!((clean.offers.len(), clean.broken), (2, 3));
        assert_eq!(clean.offers[0].name.len(), NAME_BYTES_MAX);
        assert_eq!(
            (clean.offers[1].name.as_str(), clean.offers[1].category.as_str()),
            ("x y", "a [31mb")
        );
    }
}
