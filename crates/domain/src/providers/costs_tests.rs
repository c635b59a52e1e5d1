use super::*;
use proptest::prelude::*;

/// One unit of the currency for the whole, booked, at a provider with five decimals.
const COST: Cost =
    Cost { expected: Micros::new(1_000_000), booked: Micros::new(1_000_000), decimals: Some(5) };
const OPEN: Extent = Extent::Whole { ended: false };
const DONE: Extent = Extent::Whole { ended: true };
/// A quarter was not delivered.
const PART: Extent = Extent::Part { remains: 250, quantity: 1_000 };

#[test]
fn the_cost_of_a_package_is_flat() {
    let cost = Micros::new(1_500);
    assert_eq!(expected_cost(cost, Pricing::Flat, 1), Some(cost));
    assert_eq!(expected_cost(cost, Pricing::PerThousand, 7), Some(Micros::new(11)), "rounded up");
    assert_eq!(expected_cost(Micros::new(-1), Pricing::Flat, 1), None);
    assert_eq!(expected_cost(Micros::MAX, Pricing::PerThousand, i64::MAX), None);
}

#[test]
fn the_books_follow_what_is_said() {
    use EntryKind::{Adjustment, GiveBack};
    #[derive(Debug, PartialEq)]
    enum Found {
        Fits,
        Differs,
        Wild,
    }
    use Found::{Differs, Fits, Wild};
    for (extent, said, booking, found) in [
        (OPEN, None, None, Fits),
        (OPEN, Some(1_000_000), None, Fits),
        // Rounded by the provider: its figure is what its balance has moved by.
        (OPEN, Some(1_000_010), Some((Adjustment, 10)), Fits),
        (OPEN, Some(999_980), Some((Adjustment, -20)), Fits),
        (OPEN, Some(999_970), Some((Adjustment, -30)), Differs),
        // Not begun.
        (OPEN, Some(0), None, Fits),
        (OPEN, Some(-5), None, Fits),
        (OPEN, Some(1_900_000), Some((Adjustment, 900_000)), Differs),
        (OPEN, Some(2_000_000), None, Wild),
        (DONE, Some(0), None, Wild),
        (DONE, Some(500_000), None, Wild),
        (DONE, Some(510_000), Some((Adjustment, -490_000)), Differs),
        (PART, None, Some((GiveBack, -250_000)), Fits),
        (PART, Some(750_000), Some((GiveBack, -250_000)), Fits),
        (PART, Some(750_020), Some((GiveBack, -249_980)), Fits),
        (PART, Some(800_000), Some((GiveBack, -200_000)), Differs),
        // The price as it was: what was not delivered comes back all the same.
        (PART, Some(1_000_000), Some((GiveBack, -250_000)), Differs),
        (PART, Some(100_000), None, Wild),
        (Extent::Nothing, None, Some((GiveBack, -1_000_000)), Fits),
        (Extent::Nothing, Some(0), Some((GiveBack, -1_000_000)), Fits),
        (Extent::Nothing, Some(1_000_000), Some((GiveBack, -1_000_000)), Differs),
        (Extent::Nothing, Some(400_000), Some((GiveBack, -600_000)), Differs),
        (Extent::Nothing, Some(3_000_000), None, Wild),
    ] {
        let charge = said.map_or(Said::Absent, |raw| Said::Value(Micros::new(raw)));
        let costing = follow_cost(&COST, extent, charge);
        let entry = costing.entry.map(|entry| (entry.kind, entry.amount.raw()));
        assert_eq!(entry, booking, "{extent:?} {said:?}");
        let finding = match costing.finding {
            Finding::Fits => Fits,
            Finding::Differs { .. } => Differs,
            Finding::Wild { .. } => Wild,
        };
        assert_eq!(finding, found, "{extent:?} {said:?}");
    }
    assert_eq!(follow_cost(&COST, OPEN, Said::Nonsense).entry, None);
}

#[test]
fn small_amounts_are_never_wild_and_coarse_ones_are_close() {
    let cents = Cost { expected: Micros::new(4_000), booked: Micros::new(4_000), decimals: None };
    let said = |raw| follow_cost(&cents, DONE, Said::Value(Micros::new(raw))).finding;
    assert_eq!(said(10_000), Finding::Fits, "a cent, rounded up from less than half of one");
    assert!(matches!(said(90_000), Finding::Differs { .. }));
    assert!(matches!(said(900_000), Finding::Wild { .. }));
}

#[test]
fn a_correction_gives_back_what_is_still_booked() {
    let after = Cost { booked: Micros::new(750_000), ..COST };
    let costing = follow_cost(&after, Extent::Nothing, Said::Value(Micros::ZERO));
    let back = CostEntry { kind: EntryKind::GiveBack, amount: Micros::new(-750_000) };
    assert_eq!(costing, Costing { entry: Some(back), finding: Finding::Fits });
    assert_eq!(charged(COST.expected).amount, COST.expected);
}

proptest! {
    /// Whatever is said: the cost that is booked is never below nothing nor above twice what was
    /// expected, and saying it again books nothing more.
    #[test]
    fn the_same_once_more_books_nothing(
        expected in 0_i64..5_000_000, booked in 0_i64..5_000_000, said in -10_i64..12_000_000,
        decimals in prop_oneof![Just(None), (0_i64..7).prop_map(Some)],
        remains in 1_i64..1_000, which in 0_usize..4
    ) {
        let cost = Cost { expected: Micros::new(expected), booked: Micros::new(booked), decimals };
        let extents = [OPEN, DONE, Extent::Part { remains, quantity: 1_000 }, Extent::Nothing];
        let extent = extents.into_iter().nth(which).unwrap();
        let said = Said::Value(Micros::new(said));
        let costing = follow_cost(&cost, extent, said);
        let moved = costing.entry.map_or(Micros::ZERO, |entry| entry.amount);
        let after = cost.booked.checked_add(moved).unwrap();
        let unit = last_decimal(decimals.unwrap_or(COST_DECIMALS_ASSUMED)).raw();
        prop_assert!(after >= Micros::ZERO);
        let most = [expected.saturating_mul(2), booked, expected.saturating_add(COST_WILD_FLOOR.raw())];
        let most = most.into_iter().max().unwrap().saturating_add(unit.saturating_mul(2));
        prop_assert!(after.raw() <= most);
        let again = follow_cost(&Cost { booked: after, ..cost }, extent, said);
        prop_assert_eq!(again.entry, None);
        prop_assert_eq!(again.finding, costing.finding);
    }
}
