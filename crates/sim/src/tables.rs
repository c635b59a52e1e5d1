//! What lost answers and outages come to, as tables.

use sim::{Counted, Dead, Kind, Outcome, Planted, Queued, go_through, try_out};

/// Orders that the provider may get in a second.
const PER_SECOND: i64 = 100;

/// How long it is dead.
const DEAD_SECONDS: u64 = 600;

/// Tries every kind so often; whether what is asked of each holds.
pub(crate) fn trials(trials: u64, seed: u64) -> Outcome<bool> {
    let threads = std::thread::available_parallelism()?.get();
    println!(
        "{:32} {:>7} {:>8} {:>9} {:>6} {:>9} {:>9}",
        "kind", "trials", "unknown", "resolved", "wrong", "in Review", "longest"
    );
    let (mut all, mut wrong, mut fine) = (0_u64, 0_u64, true);
    for kind in Kind::ALL {
        let tally = try_out(&kind, trials, seed, threads)?;
        let resolved = tally.resolved();
        println!(
            "{:32} {:>7} {:>8} {:>5}.{} % {:>6} {:>9} {:>7} s{}",
            kind.name,
            tally.trials,
            tally.lost(),
            resolved.checked_div(10).unwrap_or(0),
            resolved.checked_rem(10).unwrap_or(0),
            tally.wrong,
            tally.review,
            tally.slowest_us.checked_div(1_000_000).unwrap_or(0),
            mark(kind.holds(&tally), kind.planted),
        );
        fine &= kind.holds(&tally);
        if kind.planted.is_none() {
            all = all.saturating_add(tally.trials);
            wrong = wrong.saturating_add(tally.wrong);
        }
    }
    println!("{all} trials, {wrong} wrong");
    Ok(fine)
}

/// Lets a provider be dead in every way while so many orders wait; whether what is asked of it holds.
pub(crate) fn outage(queued: usize, seed: u64) -> Outcome<bool> {
    let queued = Queued::new(queued, PER_SECOND, DEAD_SECONDS)?;
    println!(
        "{:34} {:>8} {:>13} {:>9} {:>12} {:>10} {:>9}",
        "the provider",
        "requests",
        "of them dead",
        "stopped",
        "drained",
        "in a second",
        "beside it"
    );
    let mut well = None;
    let (mut runs, mut missed) = (0_u64, 0_u64);
    let unplanted = Dead::ALL.map(|dead| (dead, None));
    let planted = [
        (Dead::Refuses, Some(Planted::Redials)),
        (Dead::Hangs, Some(Planted::Waits)),
        (Dead::Not, Some(Planted::Hurries)),
    ];
    for (dead, planted) in unplanted.into_iter().chain(planted) {
        let counted = go_through(&queued, dead, planted, seed)?;
        let beside = *well.get_or_insert(counted.beside);
        let holds = counted.faults(&queued, beside).is_empty() == planted.is_none();
        told(dead, &counted, beside, mark(holds, planted));
        runs = runs.saturating_add(1);
        missed = missed.saturating_add(u64::from(!holds));
    }
    println!("{} orders, {runs} runs, {missed} not as asked", queued.orders());
    Ok(missed == 0)
}

fn told(dead: Dead, counted: &Counted, beside: u64, mark: String) {
    let tenths = |us: u64| {
        let tenths = us.checked_div(100_000).unwrap_or(0);
        let (whole, rest) = (tenths.checked_div(10), tenths.checked_rem(10));
        format!("{}.{} s", whole.unwrap_or(0), rest.unwrap_or(0))
    };
    let while_dead = counted.adds_while_dead.saturating_add(counted.asks_while_dead);
    let share = counted.beside.saturating_mul(100).checked_div(beside).unwrap_or(0);
    println!(
        "{:34} {:>8} {:>13} {:>9} {:>12} {:>10} {:>7} %{mark}",
        dead.name(),
        counted.requests(),
        while_dead,
        tenths(counted.stopped_us),
        tenths(counted.drained_us),
        counted.most_in_a_second,
        share,
    );
}

/// What stands behind a row: that a bug is planted, and that it is not as it should be.
fn mark(holds: bool, planted: Option<Planted>) -> String {
    let planted = planted.map_or_else(String::new, |bug| format!("  planted: {bug:?}"));
    format!("{planted}{}", if holds { "" } else { "  NOT AS ASKED" })
}
