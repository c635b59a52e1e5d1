use super::super::change::{Done, Finding, Item, Verdict, Why};
use super::super::edit::{Edit, Limits, Moved};
use super::super::markup::Markup;
use super::super::rules::{RateRule, Taking};
use super::*;
use crate::catalogue::{LinkRule, PartsBy, ServiceKind, WhenUnknown};
use crate::{CategoryId, ProviderId, RouteId, ServiceId};

#[path = "compare_lists.rs"]
mod lists;
#[path = "compare_properties.rs"]
mod properties;

const EXCHANGE: Micros = Micros::new(1_000_000);

/// Costs 1, sells at 1.5, 100 to 10,000.
fn service(id: i64) -> Service {
    Service {
        id: ServiceId(id),
        category: CategoryId(1),
        name: String::from("Transcription"),
        description: String::new(),
        kind: ServiceKind::Default,
        rate: Micros::new(1_500_000),
        min: 100,
        max: 10_000,
        drip_feed: false,
        refill: None,
        cancel: false,
        link_rule: LinkRule::Any,
        parts: PartsBy::Ours,
        when_unknown: WhenUnknown::Hold,
        fulfilment: crate::catalogue::Fulfilment::Staff,
        position: 1,
        on_sale: true,
    }
}

fn known(id: i64) -> Known {
    Known {
        route: Route {
            id: RouteId(id),
            service: ServiceId(id),
            provider: ProviderId(1),
            upstream_service: id.to_string(),
            cost: Micros::new(1_000_000),
            min: 100,
            max: 10_000,
            priority: 1,
            weight: 1,
            daily_cap: None,
            on: true,
            off_for: None,
        },
        missing: 0,
        gone: false,
        off_sale_with_it: false,
        kind: Some(String::from("Default")),
        elsewhere: None,
    }
}

fn offer(id: i64) -> Offer {
    Offer {
        service: id.to_string(),
        name: String::from("Transcription"),
        category: String::from("Text"),
        kind: String::from("Default"),
        rate: Micros::new(1_000_000),
        min: 100,
        max: 10_000,
        refill: false,
        cancel: false,
        dripfeed: false,
    }
}

fn dearer(rate: i64) -> Offer {
    Offer { rate: Micros::new(rate), ..offer(1) }
}

fn rules() -> SyncRules {
    let markup =
        Markup { points: 5_000, fixed: Micros::ZERO, least: Micros::ZERO, step: Micros::ZERO };
    SyncRules { markup, ..SyncRules::default() }
}

/// What becomes of one service when this is listed, and what is done at once.
fn differs(known: Known, offer: Offer, rules: &SyncRules) -> (Vec<Item>, Vec<Edit>) {
    let set = compare(&[known], &[service(1)], vec![offer], rules).unwrap();
    let done = set.done().into_iter().map(|done| done.edit).collect();
    (set.items, done)
}

fn compare(
    routes: &[Known],
    services: &[Service],
    offers: Vec<Offer>,
    rules: &SyncRules,
) -> Result<ChangeSet, ListRefused> {
    let ours = Ours { exchange: EXCHANGE, routes, services, seen: &BTreeSet::new() };
    propose(&ours, &List { offers, broken: 0 }, rules)
}

const OFF: Moved<bool> = Moved { before: true, after: false };
const ON: Moved<bool> = Moved { before: false, after: true };

fn cost_to(after: i64) -> Edit {
    Edit::Cost(Moved { before: Micros::new(1_000_000), after: Micros::new(after) })
}

fn rate_to(after: i64) -> Edit {
    Edit::Rate(Moved { before: Micros::new(1_500_000), after: Micros::new(after) })
}

#[test]
fn nothing_differs() {
    assert_eq!(differs(known(1), offer(1), &rules()), (vec![], vec![]));
    let spelled = Offer { kind: String::from("default"), ..offer(1) };
    assert_eq!(differs(known(1), spelled, &rules()).0, []);
}

#[test]
fn small_moves_are_taken_over_and_spikes_are_not() {
    use Verdict::{Apply, Propose, Quarantine};
    let spike = Quarantine(Why::Spike { percent: 50 });
    let stop = vec![Edit::RouteOn(OFF), Edit::OnSale(OFF)];
    for (cost, verdict, done) in [
        (1_100_000, Apply, vec![cost_to(1_100_000)]),
        (900_000, Apply, vec![cost_to(900_000)]),
        (1_100_001, Propose, vec![]),
        (1_500_000, Propose, vec![]),
        (500_000, Propose, vec![]),
        (1_500_001, spike, stop.clone()),
        // Cheap beyond belief: what is sold costs what it did, or less.
        (499_999, spike, vec![]),
        (0, spike, vec![]),
        (-1, Quarantine(Why::Impossible), stop),
    ] {
        let (items, edits) = differs(known(1), dearer(cost), &rules());
        assert_eq!(items.len(), 1, "{cost}");
        assert_eq!((items[0].verdict, edits), (verdict, done), "{cost}");
        assert_eq!(items[0].edits.first(), Some(&cost_to(cost)), "what taking it over comes to");
    }
    let free = Known { route: Route { cost: Micros::ZERO, ..known(1).route }, ..known(1) };
    assert_eq!(differs(free, dearer(1), &rules()).0[0].verdict, spike);
}

#[test]
fn nothing_is_sold_under_cost() {
    // Sold at 1.5 what costs 1.45; it moves by a little and passes the rate.
    let near = || {
        let mut near = known(1);
        near.route.cost = Micros::new(1_450_000);
        near
    };
    let cost =
        |after| Edit::Cost(Moved { before: Micros::new(1_450_000), after: Micros::new(after) });
    let by = |rates| SyncRules { rates, ..rules() };
    let done = |known, rates, to| differs(known, dearer(to), &by(rates)).1;
    assert_eq!(done(near(), RateRule::Raise, 1_500_000), [cost(1_500_000)], "at cost is not under");
    let raised = [cost(1_510_000), rate_to(2_265_000)];
    assert_eq!(done(near(), RateRule::Raise, 1_510_000), raised);
    assert_eq!(done(near(), RateRule::Follow, 1_510_000), raised);
    let off = [cost(1_510_000), Edit::OnSale(OFF)];
    assert_eq!(done(near(), RateRule::TakeOff, 1_510_000), off);
    // More than a little: it waits, and so do orders.
    let (items, edits) = differs(near(), dearer(1_700_000), &by(RateRule::Raise));
    assert_eq!(items[0].verdict, Verdict::Quarantine(Why::UnderCost));
    assert_eq!(edits, [Edit::RouteOn(OFF), Edit::OnSale(OFF)]);
    // Another provider does it for less: this route is passed over, and nothing else changes.
    let shared = |elsewhere| Known { elsewhere: Some(Micros::new(elsewhere)), ..near() };
    assert_eq!(done(shared(1_400_000), RateRule::Raise, 1_510_000), [cost(1_510_000)]);
    let raised = [cost(1_510_000), rate_to(2_250_002)];
    assert_eq!(done(shared(1_500_001), RateRule::Raise, 1_510_000), raised, "by the cheaper one");
    // Half more, but too dear for what is sold: this route waits, the other one goes on.
    let (items, edits) = differs(shared(1_400_000), dearer(1_700_000), &by(RateRule::Raise));
    assert_eq!(items[0].verdict, Verdict::Quarantine(Why::UnderCost));
    assert_eq!(edits, [Edit::RouteOn(OFF)]);
    // A rate that would not fit takes the service off sale.
    let absurd = Markup { fixed: Micros::MAX, ..rules().markup };
    let rules = SyncRules { markup: absurd, ..by(RateRule::Raise) };
    assert_eq!(differs(near(), dearer(1_510_000), &rules).1, off);
}

#[test]
fn rates_that_follow_do_so_both_ways() {
    let follow = SyncRules { rates: RateRule::Follow, ..rules() };
    let done = |known, to| differs(known, dearer(to), &follow).1;
    assert_eq!(done(known(1), 900_000), [cost_to(900_000), rate_to(1_350_000)]);
    assert_eq!(done(known(1), 1_050_000), [cost_to(1_050_000), rate_to(1_575_000)]);
    let shared = Known { elsewhere: Some(Micros::new(1)), ..known(1) };
    assert_eq!(done(shared, 900_000), [cost_to(900_000)]);
    // Not taken over, not followed.
    assert_eq!(done(known(1), 1_200_000), []);
}

#[test]
fn costs_are_compared_in_our_currency() {
    let routes = [known(1)];
    let seen = BTreeSet::new();
    let services = [service(1)];
    let dear = Ours {
        exchange: Micros::new(1_400_000),
        routes: &routes,
        services: &services,
        seen: &seen,
    };
    let list = List { offers: vec![dearer(1_080_000)], broken: 0 };
    let set = propose(&dear, &list, &rules()).unwrap();
    // 1.08 × 1.4 = 1.512 is above 1.5, and half more is 2.268.
    assert_eq!(set.items[0].edits, [cost_to(1_080_000), rate_to(2_268_000)]);
}

#[test]
fn limits_are_narrowed_never_widened_for_customers() {
    let limits = |min, max| Offer { min, max, ..offer(1) };
    let route_to = |min, max| {
        let before = Limits { min: 100, max: 10_000 };
        Edit::RouteLimits(Moved { before, after: Limits { min, max } })
    };
    let sold = |min, max| {
        let before = Limits { min: 100, max: 10_000 };
        Edit::ServiceLimits(Moved { before, after: Limits { min, max } })
    };
    let done = |known, offer| differs(known, offer, &rules()).1;
    assert_eq!(done(known(1), limits(50, 20_000)), [route_to(50, 20_000)]);
    assert_eq!(done(known(1), limits(200, 20_000)), [route_to(200, 20_000), sold(200, 10_000)]);
    let shared = || Known { elsewhere: Some(Micros::new(1)), ..known(1) };
    assert_eq!(done(shared(), limits(200, 5_000)), [route_to(200, 5_000)], "others take them");
    assert_eq!(done(known(1), limits(0, i64::MAX)), [route_to(1, crate::limits::QUANTITY_MAX)]);
    let (items, edits) = differs(known(1), limits(20_000, 50_000), &rules());
    assert_eq!(items[0].verdict, Verdict::Quarantine(Why::NoQuantity));
    assert_eq!(edits, [Edit::RouteOn(OFF), Edit::OnSale(OFF)]);
    let (items, edits) = differs(known(1), limits(500, 10), &rules());
    assert_eq!((items[0].verdict, edits), (Verdict::Quarantine(Why::Impossible), vec![]));
    let asks = SyncRules { limits: Taking::Propose, ..rules() };
    assert_eq!(differs(known(1), limits(200, 20_000), &asks).1, []);
}

#[test]
fn another_kind_stops_orders_until_somebody_has_looked() {
    let of_kind = |kind: &str| Offer { kind: String::from(kind), ..offer(1) };
    let verdict = |known, kind| {
        let (items, edits) = differs(known, of_kind(kind), &rules());
        items.first().map(|item| (item.verdict, edits))
    };
    let stop = vec![Edit::RouteOn(OFF), Edit::OnSale(OFF)];
    let changed = Some((Verdict::Quarantine(Why::Kind), stop.clone()));
    assert_eq!(verdict(known(1), "Custom Comments"), changed);
    let unknown = Some((Verdict::Quarantine(Why::KindUnknown), stop));
    assert_eq!(verdict(known(1), "Likes spread"), unknown);
    assert_eq!(verdict(known(1), ""), None, "not said");
    // Without a list before, the service's own kind counts.
    let first = || Known { kind: None, ..known(1) };
    assert_eq!(verdict(first(), "DEFAULT"), None);
    assert_eq!(verdict(first(), "Poll"), changed);
    // Mapped so by the operator: only a change counts.
    let mapped = || Known { kind: Some(String::from("Web Traffic")), ..known(1) };
    assert_eq!(verdict(mapped(), "web_traffic"), None);
}
