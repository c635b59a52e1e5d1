//! A provider is dead while orders wait for it.

use sim::{Dead, Planted, Queued, go_through};

/// Orders that wait, and how many of them the provider may get in a second. `cargo xtask sim --queued`
/// lets as many wait as one likes, and for ten minutes.
const QUEUED: usize = 600;
const PER_SECOND: i64 = 10;

/// How long it is dead.
const DEAD_SECONDS: u64 = 240;

#[test]
fn a_dead_provider_costs_few_requests_and_harms_no_other() {
    let queued = Queued::new(QUEUED, PER_SECOND, DEAD_SECONDS).unwrap();
    let beside = go_through(&queued, Dead::Not, None, 1).unwrap().beside;
    assert!(beside > 0);
    for dead in Dead::ALL {
        let counted = go_through(&queued, dead, None, 1).unwrap();
        println!("{}: {counted:?}", dead.name());
        assert_eq!(counted.faults(&queued, beside), Vec::<String>::new(), "{dead:?}");
    }
    for (dead, planted) in [
        (Dead::Refuses, Planted::Redials),
        (Dead::Hangs, Planted::Waits),
        (Dead::Not, Planted::Hurries),
    ] {
        let counted = go_through(&queued, dead, Some(planted), 1).unwrap();
        let faults = counted.faults(&queued, beside);
        println!("{planted:?}: {faults:?}");
        assert!(!faults.is_empty(), "{planted:?} is not noticed: {counted:?}");
    }
}
