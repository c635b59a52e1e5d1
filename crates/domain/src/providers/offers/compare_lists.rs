//! Services that are missing, back or new, and lists that cannot be believed.

use super::*;
use std::collections::BTreeMap;

#[test]
fn gone_is_what_was_missing_in_lists_in_a_row() {
    let routes = |missing| [Known { missing, ..known(1) }, known(2)];
    let services = [service(1), service(2)];
    let after = |missing| compare(&routes(missing), &services, vec![offer(2)], &rules()).unwrap();
    assert_eq!(after(0).items, []);
    assert_eq!(after(1).missing, [(RouteId(1), 2), (RouteId(2), 0)]);
    let gone = after(2);
    assert_eq!(gone.items[0].finding, Finding::Gone { lists: 3 });
    let stop = |edit| Done { route: RouteId(1), service: ServiceId(1), edit };
    assert_eq!(gone.done(), [stop(Edit::RouteOn(OFF)), stop(Edit::OnSale(OFF))]);
    // It was there in between.
    let back = compare(&routes(2), &services, vec![offer(1), offer(2)], &rules()).unwrap();
    assert_eq!((back.items, back.missing), (vec![], vec![(RouteId(1), 0), (RouteId(2), 0)]));
    // A list that could not be read whole does not count.
    let ours = Ours {
        exchange: EXCHANGE,
        routes: &routes(2),
        services: &services,
        seen: &BTreeSet::new(),
    };
    let half = List { offers: (2..300).map(offer).collect(), broken: 1 };
    let set = propose(&ours, &half, &rules()).unwrap();
    assert_eq!(set.missing[0], (RouteId(1), 2));
    assert!(set.items.iter().all(|item| matches!(item.finding, Finding::New { .. })));
}

#[test]
fn what_was_gone_and_is_back_waits_for_a_person_or_not() {
    let mut gone = Known { missing: 5, gone: true, off_sale_with_it: true, ..known(1) };
    gone.route.on = false;
    let off_sale = Service { on_sale: false, ..service(1) };
    let set = |rules: &SyncRules, offers, gone: &Known| {
        compare(std::slice::from_ref(gone), std::slice::from_ref(&off_sale), offers, rules).unwrap()
    };
    let asked = set(&rules(), vec![offer(1)], &gone);
    assert_eq!((&asked.items[0].finding, asked.done()), (&Finding::Back, vec![]));
    let apply = SyncRules { back: Taking::Apply, ..rules() };
    let edits = |set: ChangeSet| set.done().into_iter().map(|done| done.edit).collect::<Vec<_>>();
    assert_eq!(edits(set(&apply, vec![offer(1)], &gone)), [Edit::RouteOn(ON), Edit::OnSale(ON)]);
    // Staff took it off sale: that stays.
    let by_staff = Known { off_sale_with_it: false, ..gone.clone() };
    assert_eq!(edits(set(&apply, vec![offer(1)], &by_staff)), [Edit::RouteOn(ON)]);
    // Back, at a price that nobody believes: on, and at once off again.
    let dear = edits(set(&apply, vec![dearer(9_000_000)], &gone));
    assert_eq!(dear.last(), Some(&Edit::OnSale(OFF)));
    // And still gone: nothing new.
    assert_eq!(set(&rules(), vec![offer(7)], &gone).items.len(), 1, "only the new one");
}

#[test]
fn a_list_that_may_be_broken_changes_nothing_at_all() {
    let routes: Vec<Known> = (1..=20).map(|id| Known { missing: 2, ..known(id) }).collect();
    let services: Vec<Service> = (1..=20).map(service).collect();
    let seen = BTreeSet::new();
    let ours = Ours { exchange: EXCHANGE, routes: &routes, services: &services, seen: &seen };
    let list = |ids: std::ops::Range<i64>, broken| {
        let offers = ids.map(|id| Offer { rate: Micros::new(1_050_000), ..offer(id) });
        propose(&ours, &List { offers: offers.collect(), broken }, &rules())
            .map(|set| set.items.len())
    };
    assert_eq!(list(0..0, 0), Err(ListRefused::Empty));
    assert_eq!(list(0..0, 7), Err(ListRefused::Broken { broken: 7, entries: 7 }));
    assert_eq!(list(1..21, 1), Err(ListRefused::Broken { broken: 1, entries: 21 }));
    assert_eq!(list(6..21, 0), Err(ListRefused::Lost { lost: 5, known: 20 }));
    assert_eq!(list(5..21, 0), Ok(20), "four of twenty are gone, sixteen have moved");
    assert_eq!(list(1..121, 1), Ok(120));
    // Twice, with different costs: neither is believed.
    let mut offers: Vec<Offer> = (1..=20).map(offer).collect();
    offers.push(dearer(1_020_000));
    let twice = propose(&ours, &List { offers: offers.clone(), broken: 0 }, &rules());
    assert!(matches!(twice, Err(ListRefused::Broken { broken: 2, .. })), "{twice:?}");
    offers.pop();
    offers.push(offer(1));
    let same = propose(&ours, &List { offers, broken: 0 }, &rules());
    assert_eq!(same.map(|set| set.items), Ok(vec![]), "the same twice is no contradiction");
}

#[test]
fn what_is_new_is_proposed_once_with_a_rate() {
    let seen = BTreeSet::from([String::from("8")]);
    let ours = Ours { exchange: Micros::new(2_000_000), routes: &[], services: &[], seen: &seen };
    let odd = Offer { kind: String::from("Likes spread"), ..offer(9) };
    let wrong = Offer { min: 10, max: 5, ..offer(10) };
    let list = List { offers: vec![offer(7), offer(8), odd, wrong], broken: 0 };
    let set = propose(&ours, &list, &rules()).unwrap();
    let found: BTreeMap<&str, Verdict> =
        set.items.iter().map(|item| (item.upstream_service.as_str(), item.verdict)).collect();
    assert_eq!(
        found,
        BTreeMap::from([
            ("7", Verdict::Propose),
            ("9", Verdict::Quarantine(Why::KindUnknown)),
            ("10", Verdict::Quarantine(Why::Impossible)),
        ])
    );
    let seven = set.items.iter().find(|item| item.upstream_service == "7").unwrap();
    let Finding::New { rate, kind, .. } = &seven.finding else { panic!("{seven:?}") };
    assert_eq!((*rate, *kind), (Some(Micros::new(3_000_000)), Some(ServiceKind::Default)));
    assert_eq!((set.done(), set.missing), (vec![], vec![]));
}
