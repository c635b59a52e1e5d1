//! Every way through the state machine: an end is always in reach, and the money is always whole.

use super::*;
use proptest::prelude::*;

/// From wherever an order can come to, there is a way to an end.
#[test]
fn no_order_is_stuck() {
    let events = [
        Event::Claimed,
        Event::TakenByHand,
        Event::Pulled,
        Event::GivenBack,
        Event::NotSent,
        Event::Accepted,
        Event::Rejected { another_way: true },
        Event::Rejected { another_way: false },
        Event::AnswerLost,
        Event::ShownNotAccepted(NotAccepted::BalanceUnmoved),
        Event::ShownAccepted,
        Event::TryFound,
        Event::WrittenOff,
        Event::Progress { start_count: None, remains: None },
        DONE,
        Event::Partial { remains: 1 },
        Event::Canceled,
        Event::CancelAsked,
        Event::Doubted(Doubt::StatusUnknown),
        Event::PartStarted { charge: Micros::new(100_000) },
        Event::PartsStopped,
        Event::PartsEnded { state: State::Completed, remains: 0 },
    ];
    for shape in OrderShape::ALL {
        // What tells places apart: the state, and whether a cancel was asked.
        let place = |order: &Order| (order.state, order.cancel_requested);
        let mut reached = vec![Order { shape: *shape, ..order(State::Pending) }];
        let mut steps = Vec::new();
        let mut next = 0;
        while let Some(from) = reached.get(next).cloned() {
            for event in &events {
                let Ok(change) = apply(&from, event, NOW) else { continue };
                steps.push((place(&from), place(&change.order)));
                if !reached.iter().any(|seen| place(seen) == place(&change.order)) {
                    reached.push(change.order);
                }
            }
            next += 1;
        }
        assert!(reached.len() >= 5, "{shape:?}: {} places", reached.len());
        // Backwards from the ends, as far as it goes.
        let mut ends: Vec<_> =
            reached.iter().filter(|o| o.state.is_terminal()).map(place).collect();
        let mut known = 0;
        while known < ends.len() {
            known = ends.len();
            for (from, to) in &steps {
                if ends.contains(to) && !ends.contains(from) {
                    ends.push(*from);
                }
            }
        }
        for order in &reached {
            assert!(ends.contains(&place(order)), "{shape:?}: stuck in {:?}", place(order));
        }
        // Whoever holds the flag is somewhere that can be moved on from without the customer.
        assert!(!reached.iter().any(|o| place(o) == (State::Pending, true)), "{shape:?}");
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    let count = prop_oneof![Just(None), (-5_i64..400).prop_map(Some)];
    prop_oneof![
        Just(Event::Claimed),
        Just(Event::TakenByHand),
        Just(Event::Pulled),
        Just(Event::GivenBack),
        Just(Event::NotSent),
        Just(Event::Accepted),
        any::<bool>().prop_map(|another_way| Event::Rejected { another_way }),
        Just(Event::AnswerLost),
        Just(Event::ShownNotAccepted(NotAccepted::RequestIdNew)),
        Just(Event::ShownAccepted),
        Just(Event::TryFound),
        Just(Event::WrittenOff),
        (count.clone(), count.clone())
            .prop_map(|(start_count, remains)| Event::Progress { start_count, remains }),
        count.prop_map(|remains| Event::Completed { start_count: None, remains }),
        (-5_i64..400).prop_map(|remains| Event::Partial { remains }),
        Just(Event::Canceled),
        Just(Event::CancelAsked),
        Just(Event::Doubted(Doubt::StatusUnknown)),
        (0_i64..60_000).prop_map(|raw| Event::PartStarted { charge: Micros::new(raw) }),
        Just(Event::PartsStopped),
        (0_i64..=300).prop_map(|remains| Event::PartsEnded { state: State::Partial, remains }),
    ]
}

proptest! {
    /// Whatever happens in whatever order: the money of the order is whole after every step, and
    /// its postings are exactly what its shares changed by.
    #[test]
    fn money_is_whole_after_every_step(
        parent in any::<bool>(), events in proptest::collection::vec(any_event(), 1..40)
    ) {
        let shape = if parent { OrderShape::DripFeed } else { OrderShape::Single };
        let mut now = Order { shape, ..order(State::Pending) };
        for event in events {
            let Ok(change) = apply(&now, &event, NOW) else { continue };
            let next = change.order;
            prop_assert_eq!(crate::invariants::order_money(&next), Ok(()));
            let allowed = now.state == next.state && !now.state.is_terminal();
            prop_assert!(allowed || crate::invariants::may_follow(now.state, next.state));
            let moved = |kind| {
                change.postings.iter().filter(|p| p.kind == kind).map(|p| p.amount.raw()).sum::<i64>()
            };
            let refunded = moved(TransferKind::Refund);
            prop_assert_eq!(next.captured.raw() - now.captured.raw(),
                moved(TransferKind::Capture) - refunded);
            prop_assert_eq!(next.released.raw() - now.released.raw(),
                moved(TransferKind::Release) + refunded);
            prop_assert!(next.fence >= now.fence);
            now = next;
        }
    }
}
