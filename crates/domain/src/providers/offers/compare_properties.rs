//! Whatever is listed: what was sold at a profit is not sold at a loss afterwards, and undoing a
//! set leaves everything as it was.

use super::*;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Three services: the first two have a route each, the third has two.
const SERVICE_OF: [i64; 4] = [1, 2, 3, 3];

fn ours() -> impl Strategy<Value = (Vec<Known>, Vec<Service>)> {
    let route = (800_000_i64..1_500_000, any::<bool>(), any::<bool>(), 0_i64..4);
    prop::collection::vec(route, 4).prop_map(|routes| {
        let routes = (1..).zip(SERVICE_OF).zip(routes).map(|((id, service), route)| {
            let (cost, on, gone, missing) = route;
            let mut known = Known { missing, gone: gone && !on, ..known(id) };
            known.route.service = ServiceId(service);
            known.route.cost = Micros::new(cost);
            known.route.on = on;
            known
        });
        (routes.collect(), (1..=3).map(service).collect())
    })
}

fn list() -> impl Strategy<Value = List> {
    let rate = prop_oneof![3 => 700_000_i64..1_800_000, 1 => -5_i64..20_000_000];
    let limit = prop_oneof![3 => Just(100_i64), 1 => -5_i64..30_000];
    let kind = prop::sample::select(&["Default", "default", "Poll", "?", ""][..]);
    let offers =
        (1_i64..7, rate, limit.clone(), limit, kind).prop_map(|(id, rate, min, max, kind)| Offer {
            rate: Micros::new(rate),
            min,
            max: max.saturating_add(5_000),
            kind: String::from(kind),
            ..offer(id)
        });
    (prop::collection::btree_map(1_i64..7, offers, 2..6), 0_usize..2).prop_map(
        |(offers, broken)| {
            let offers =
                offers.into_iter().map(|(id, offer)| Offer { service: id.to_string(), ..offer });
            List { offers: offers.collect(), broken }
        },
    )
}

fn any_rules() -> impl Strategy<Value = SyncRules> {
    let rates = prop::sample::select(&[RateRule::Follow, RateRule::Raise, RateRule::TakeOff][..]);
    let taking = || prop::sample::select(&[Taking::Apply, Taking::Propose][..]);
    (rates, taking(), taking(), taking(), 0_i64..60).prop_map(
        |(rates, limits, gone, back, small)| SyncRules {
            rates,
            limits,
            gone,
            back,
            small_percent: small,
            spike_percent: 60,
            lost_percent: 100,
            broken_percent: 100,
            ..rules()
        },
    )
}

type World = (BTreeMap<RouteId, Route>, BTreeMap<ServiceId, Service>);

/// Makes the edits; those that do not fit are counted.
fn make(world: &mut World, edits: &[Done]) -> usize {
    let made = |done: &&Done| {
        let route = world.0.get_mut(&done.route).unwrap();
        !done.edit.make(route, world.1.get_mut(&done.service).unwrap())
    };
    edits.iter().filter(made).count()
}

/// Routes in use that cost more than they bring by the list, and not by our books: orders would go
/// there at a loss.
fn deceived(world: &World, offers: &[Offer]) -> Vec<RouteId> {
    let deceives = |route: &&Route| {
        let rate = world.1[&route.service].rate;
        let listed = offers.iter().find(|offer| offer.service == route.upstream_service);
        route.on && route.cost <= rate && listed.is_some_and(|offer| offer.rate > rate)
    };
    world.0.values().filter(deceives).map(|route| route.id).collect()
}

/// Services on sale of which every route in use costs more than they bring.
fn at_a_loss(world: &World, offers: &[Offer]) -> Vec<ServiceId> {
    let cost = |route: &Route| {
        let listed = offers.iter().find(|offer| offer.service == route.upstream_service);
        listed.map_or(route.cost, |offer| offer.rate)
    };
    let loses = |service: &&Service| {
        let mut used = world.0.values().filter(|r| r.on && r.service == service.id).peekable();
        let any = used.peek().is_some();
        service.on_sale && any && used.all(|route| cost(route) > service.rate)
    };
    world.1.values().filter(loses).map(|service| service.id).collect()
}

type Comparer = fn(&Ours<'_>, &List, &SyncRules) -> Result<ChangeSet, ListRefused>;

fn holds(comparer: Comparer, cases: u32) -> Result<(), String> {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let run = |((routes, services), list, rules): ((Vec<Known>, Vec<Service>), List, SyncRules)| {
        let seen = BTreeSet::new();
        let ours = Ours { exchange: EXCHANGE, routes: &routes, services: &services, seen: &seen };
        let Ok(set) = comparer(&ours, &list, &rules) else { return Ok(()) };
        let start: World = (
            routes.iter().map(|known| (known.route.id, known.route.clone())).collect(),
            services.iter().map(|service| (service.id, service.clone())).collect(),
        );
        let mut world = start.clone();
        prop_assert_eq!(at_a_loss(&world, &[]), []);
        prop_assert_eq!(make(&mut world, &set.done()), 0, "edits that do not fit: {:?}", set);
        let loses = at_a_loss(&world, &list.offers);
        prop_assert!(loses.is_empty(), "sold at a loss: {loses:?} {set:?} {world:?}");
        prop_assert_eq!(deceived(&world, &list.offers), [], "{:?}", set);
        for service in world.1.values() {
            prop_assert_eq!(crate::catalogue::check_service(None, service), Ok(()));
        }
        prop_assert_eq!(make(&mut world, &set.undo()), 0);
        prop_assert_eq!(world, start);
        Ok(())
    };
    TestRunner::new(config)
        .run(&(ours(), list(), any_rules()), run)
        .map_err(|failure| failure.to_string())
}

#[test]
fn no_list_sells_at_a_loss_and_every_set_can_be_undone() {
    holds(propose, 3_000).unwrap();
}

/// Takes every cost over and leaves the rate as it is.
fn only_costs(ours: &Ours<'_>, list: &List, rules: &SyncRules) -> Result<ChangeSet, ListRefused> {
    let mut set = propose(ours, list, rules)?;
    set.items.retain(|item| matches!(item.finding, Finding::CostMoved(_)));
    for item in &mut set.items {
        item.verdict = Verdict::Apply;
        item.edits.truncate(1);
    }
    Ok(set)
}

/// Sets spikes aside, and sells on meanwhile.
fn sells_on(ours: &Ours<'_>, list: &List, rules: &SyncRules) -> Result<ChangeSet, ListRefused> {
    let mut set = propose(ours, list, rules)?;
    set.items.iter_mut().for_each(|item| item.hold.clear());
    Ok(set)
}

/// Forgets an edit, so that another comes too early.
fn forgets(ours: &Ours<'_>, list: &List, rules: &SyncRules) -> Result<ChangeSet, ListRefused> {
    let mut set = propose(ours, list, rules)?;
    let first = set.items.iter_mut().find(|item| item.finding == Finding::Back);
    first.into_iter().for_each(|item| item.edits.clear());
    Ok(set)
}

#[test]
fn planted_bugs_are_found() {
    let bugs: [(&str, Comparer); 3] =
        [("only costs", only_costs), ("sells on", sells_on), ("forgets", forgets)];
    for (bug, comparer) in bugs {
        assert!(holds(comparer, 20_000).is_err(), "{bug} was not found");
    }
}
