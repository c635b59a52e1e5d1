use super::*;
use crate::{ProviderId, RouteId};

const ONE: Micros = Micros::new(1_000_000);

fn route(id: i64, cost: i64, priority: i64, weight: i64) -> Route {
    Route {
        id: RouteId(id),
        service: ServiceId(1),
        provider: ProviderId(id),
        upstream_service: id.to_string(),
        cost: Micros::new(cost),
        min: 10,
        max: 1_000,
        priority,
        weight,
        daily_cap: None,
        on: true,
        off_for: None,
    }
}

fn candidate(route: &Route) -> Candidate<'_> {
    Candidate { route, exchange: ONE, able: true, excluded: false, used_today: 0 }
}

/// 100 units that were charged 0.05.
const ORDER: ToPlace = ToPlace {
    service: ServiceId(1),
    pricing: Pricing::PerThousand,
    quantity: 100,
    limits: (100, 100),
    charge: Micros::new(50_000),
};

fn chosen(order: &ToPlace, candidates: &[Candidate<'_>], draw: u64) -> Result<i64, NoRoute> {
    choose(order, candidates, draw).map(|choice| choice.route.id.0)
}

#[test]
fn the_lowest_priority_goes_first_and_the_next_takes_over() {
    let (first, second) = (route(1, 400_000, 1, 1), route(2, 100_000, 2, 1));
    let both = [candidate(&second), candidate(&first)];
    assert_eq!(chosen(&ORDER, &both, 7), Ok(1), "priority, not cost");
    let paused = [candidate(&second), Candidate { able: false, ..candidate(&first) }];
    assert_eq!(chosen(&ORDER, &paused, 7), Ok(2));
    let tried = [candidate(&second), Candidate { excluded: true, ..candidate(&first) }];
    assert_eq!(chosen(&ORDER, &tried, 7), Ok(2));
}

#[test]
fn equals_share_by_weight() {
    let routes = [route(1, 1, 1, 3), route(2, 1, 1, 1), route(3, 1, 1, 0), route(4, 1, 2, 9)];
    let all: Vec<_> = routes.iter().map(candidate).collect();
    let taken: Vec<_> = (0..8).filter_map(|draw| chosen(&ORDER, &all, draw).ok()).collect();
    assert_eq!(taken, [1, 1, 1, 2, 1, 1, 1, 2]);
    // Without a weight it is taken only when it is alone.
    let last: Vec<_> = routes.iter().skip(2).map(candidate).collect();
    assert_eq!(chosen(&ORDER, &last, u64::MAX), Ok(3));
    let odd = [Candidate { used_today: 0, ..candidate(&routes[2]) }];
    assert_eq!(chosen(&ORDER, &odd, 5), Ok(3));
}

#[test]
fn costs_are_compared_in_our_currency() {
    let fair = route(1, 500_000, 1, 1);
    let at = |exchange| Candidate { exchange: Micros::new(exchange), ..candidate(&fair) };
    let choice = choose(&ORDER, &[at(1_000_000)], 0).map(|c| (c.cost, c.cost_in_ours));
    assert_eq!(choice, Ok((Micros::new(50_000), Micros::new(50_000))), "at cost is allowed");
    let dear = NoRoute::TooDear { least: Micros::new(50_001), charge: Micros::new(50_000) };
    assert_eq!(chosen(&ORDER, &[at(1_000_001)], 0), Err(dear), "a micro above is not");
    assert_eq!(choose(&ORDER, &[at(500_000)], 0).map(|c| c.cost_in_ours), Ok(Micros::new(25_000)));
    // An exchange or a cost that cannot be counted is no bargain.
    assert!(matches!(chosen(&ORDER, &[at(-1)], 0), Err(NoRoute::TooDear { .. })));
    let absurd = route(2, i64::MAX, 1, 1);
    assert!(matches!(chosen(&ORDER, &[candidate(&absurd)], 0), Err(NoRoute::TooDear { .. })));
}

#[test]
fn a_package_has_a_flat_cost_and_no_limits() {
    let package = Route { min: 1_000, max: 1_000, ..route(1, 40_000, 1, 1) };
    let order = ToPlace { pricing: Pricing::Flat, quantity: 1, ..ORDER };
    let choice = choose(&order, &[candidate(&package)], 0).map(|choice| choice.cost);
    assert_eq!(choice, Ok(Micros::new(40_000)));
}

#[test]
fn what_the_provider_divides_fits_by_its_parts() {
    let narrow = Route { min: 10, max: 50, ..route(1, 400_000, 1, 1) };
    let posts = ToPlace { limits: (10, 50), ..ORDER };
    let choice = choose(&posts, &[candidate(&narrow)], 0).map(|choice| choice.cost);
    assert_eq!(choice, Ok(Micros::new(40_000)), "it costs as much as all of it");
    for limits in [(9, 50), (10, 51)] {
        assert!(choose(&ToPlace { limits, ..ORDER }, &[candidate(&narrow)], 0).is_err());
    }
}

#[test]
fn the_reason_is_the_one_that_put_out_the_last() {
    let (near, far) = (route(1, 100_000, 1, 1), Route { min: 500, ..route(2, 1, 1, 1) });
    let mut capped = route(3, 100_000, 1, 1);
    capped.daily_cap = Some(1_000);
    let small = Route { daily_cap: Some(99), ..near.clone() };
    let other = Route { service: ServiceId(2), ..near.clone() };
    let off = Route { on: false, ..near.clone() };
    let dear = Route { cost: Micros::new(900_000), ..near.clone() };
    let used = |used_today| Candidate { used_today, ..candidate(&capped) };
    let unable = |route| Candidate { able: false, ..candidate(route) };
    let tried = |route| Candidate { excluded: true, ..candidate(route) };
    let too_dear = NoRoute::TooDear { least: Micros::new(90_000), charge: Micros::new(50_000) };
    let rows: [(&str, Vec<Candidate<'_>>, Result<i64, NoRoute>); 12] = [
        ("nothing", vec![], Err(NoRoute::NotMapped)),
        ("another service's", vec![candidate(&other)], Err(NoRoute::NotMapped)),
        ("off", vec![candidate(&off)], Err(NoRoute::AllOff)),
        ("too few", vec![candidate(&far)], Err(NoRoute::Quantity { min: 500, max: 1_000 })),
        // No day has room for it.
        ("capped", vec![candidate(&small)], Err(NoRoute::Quantity { min: 10, max: 99 })),
        ("dear", vec![candidate(&dear)], Err(too_dear)),
        ("tried", vec![tried(&near), candidate(&off)], Err(NoRoute::AllTried)),
        ("paused", vec![unable(&near), candidate(&off)], Err(NoRoute::Unable)),
        // The dear one will not become cheap by itself, the paused one may come back.
        ("dear and paused", vec![candidate(&dear), unable(&near)], Err(NoRoute::Unable)),
        ("room for 99", vec![used(901)], Err(NoRoute::Full)),
        ("room for 100", vec![used(900)], Ok(3)),
        ("full, another free", vec![used(1_000), candidate(&near)], Ok(1)),
    ];
    for (name, candidates, expected) in rows {
        assert_eq!(chosen(&ORDER, &candidates, 1), expected, "{name}");
        if let Err(reason) = expected {
            let waits = matches!(reason, NoRoute::Unable | NoRoute::Full);
            assert_eq!(reason.passes(), waits, "{name}");
        }
    }
}

#[test]
fn the_reasons_read_as_staff_need_them() {
    let dear = NoRoute::TooDear { least: Micros::new(90_000), charge: Micros::new(50_000) };
    assert_eq!(dear.to_string(), "the cheapest route costs 0.09, and the order was charged 0.05");
    let limits = NoRoute::Quantity { min: 500, max: 1_000 };
    assert_eq!(limits.to_string(), "quantity: the routes of the service take 500 to 1000");
}
