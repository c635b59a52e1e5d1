//! What the fixture's counter sells.
//!
//! Services 1 to 20 are one of each kind, in the order of [`ServiceKind::ALL`].

use counter::Counter;
use counter::catalogue::{CategoryChange, ServiceChange};
use domain::catalogue::{LinkRule, RefillRule, ServiceKind};
use domain::{CategoryId, Micros, ServiceId, Timestamp};

use ServiceKind as K;

/// Kind, rate, least, most.
const KINDS: [(ServiceKind, &str, i64, i64); 20] = [
    (K::Default, "0.9", 10, 10_000),
    (K::Package, "12.5", 1, 1),
    (K::Seo, "2.5", 10, 5_000),
    (K::CustomComments, "40", 1, 500),
    (K::CustomCommentsPackage, "7.77", 1, 1),
    (K::Mentions, "1.25", 10, 1_000),
    (K::MentionsWithHashtags, "1.5", 10, 1_000),
    (K::MentionsCustomList, "3", 1, 100),
    (K::MentionsHashtag, "0.333333", 10, 1_000),
    (K::MentionsUserFollowers, "0.7", 10, 1_000),
    (K::MentionsMediaLikers, "0.8", 10, 1_000),
    (K::CommentLikes, "5.005", 10, 1_000),
    (K::CommentReplies, "33.3", 1, 100),
    (K::Poll, "0.0001", 10, 1_000),
    (K::InvitesFromGroups, "6", 10, 1_000),
    (K::Subscriptions, "2", 10, 1_000),
    (K::WebTraffic, "0.15", 100, 100_000),
    (K::List, "1.1", 10, 1_000),
    (K::Suggest, "1.2", 10, 1_000),
    (K::Search, "1.3", 10, 1_000),
];

/// A default service that is not on sale.
pub(crate) const OFF_SALE: i64 = 21;
/// A default service that takes one open order on a link.
pub(crate) const ONE_PER_LINK: i64 = 22;
/// A default service with neither refill nor cancel nor drip-feed.
pub(crate) const BARE: i64 = 23;
/// A default service with refills for two days and without a cooldown.
pub(crate) const REFILL_AT_ONCE: i64 = 24;
/// A drip-feed service so cheap that every run is rounded.
pub(crate) const CHEAP: i64 = 25;

pub(crate) async fn catalogue(counter: &Counter, now: Timestamp) {
    let words = category(counter, "Words & more", now).await;
    let visits = category(counter, "Visits", now).await;
    let refill = Some(RefillRule { days: 30, cooldown_hours: 24 });
    for (kind, rate, min, max) in KINDS {
        let runs = matches!(kind, K::Default | K::WebTraffic);
        let change = ServiceChange {
            // The visits come last in the catalogue, whatever their number.
            category: Some(if kind == K::WebTraffic { visits } else { words }),
            name: Some(format!("Press work: {}", kind.name())),
            drip_feed: Some(runs),
            refill: Some(refill),
            cancel: Some(true),
            description: (kind == K::Seo).then(|| String::from("Two lines,\n\"quoted\"")),
            ..priced(kind, rate, min, max)
        };
        add(counter, change, now).await;
    }
    let plain = || ServiceChange { category: Some(words), ..priced(K::Default, "1", 10, 1_000) };
    let full = || ServiceChange { refill: Some(refill), cancel: Some(true), ..plain() };
    let off = ServiceChange { on_sale: Some(false), name: name("Off sale"), ..plain() };
    assert_eq!(add(counter, off, now).await, OFF_SALE);
    let one =
        ServiceChange { link_rule: Some(LinkRule::OneOpen), name: name("One per link"), ..full() };
    assert_eq!(add(counter, one, now).await, ONE_PER_LINK);
    let bare = ServiceChange { name: name("Bare"), ..plain() };
    assert_eq!(add(counter, bare, now).await, BARE);
    let rule = RefillRule { days: 2, cooldown_hours: 0 };
    let at_once =
        ServiceChange { refill: Some(Some(rule)), name: name("Refill at once"), ..full() };
    assert_eq!(add(counter, at_once, now).await, REFILL_AT_ONCE);
    let rate = Micros::parse("0.000101").ok();
    let cheap = ServiceChange { rate, drip_feed: Some(true), name: name("Cheap"), ..full() };
    assert_eq!(add(counter, cheap, now).await, CHEAP);
}

fn name(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn priced(kind: ServiceKind, rate: &str, min: i64, max: i64) -> ServiceChange {
    ServiceChange {
        kind: Some(kind),
        rate: Some(Micros::parse(rate).unwrap()),
        min: Some(min),
        max: Some(max),
        ..ServiceChange::default()
    }
}

async fn category(counter: &Counter, name: &str, now: Timestamp) -> CategoryId {
    let change = CategoryChange { name: Some(name.to_owned()), ..CategoryChange::default() };
    counter.add_category(change, now).await.unwrap()
}

async fn add(counter: &Counter, change: ServiceChange, now: Timestamp) -> i64 {
    let ServiceId(id) = counter.add_service(change, now).await.unwrap();
    id
}
