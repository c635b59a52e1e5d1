//! Thousands of lost answers at made-up providers, judged against what really happened.

#![expect(clippy::arithmetic_side_effects, reason = "an overflow here is a failed test")]

use super::*;
use crate::providers::Trust;

const TRIALS: u32 = 10_000;

/// Reads of the balance before it is believed.
const READS: i64 = 100;

/// What may happen beside the orders.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Noise {
    None,
    /// The status of an open order could not be read, which is known, and it may have been given
    /// back.
    Unread,
    /// Something was given back of which no status tells.
    GivenBack,
    /// Somebody else spends from the account.
    Spent,
}

#[derive(Clone, Copy, Debug)]
struct Row {
    unknown: usize,
    decimals: i64,
    noise: Noise,
    /// How often it happens, in a thousand windows between two reads of the balance.
    often: u32,
}

#[derive(Debug, Default)]
struct Tally {
    right: u64,
    wrong: u64,
    undecided: u64,
}

impl Tally {
    /// In tenths of a percent.
    fn resolved(&self) -> u64 {
        (self.right + self.wrong) * 1_000 / (self.right + self.wrong + self.undecided)
    }
}

/// How a provider rounds what it charges to its decimals.
#[derive(Clone, Copy)]
enum Rounding {
    Down,
    Up,
    Half,
    /// It does not, and only shows its balance rounded.
    Shown,
}

struct Provider {
    unit: i64,
    rounding: Rounding,
    balance: i64,
}

impl Provider {
    fn rounded(&self, amount: i64) -> i64 {
        let down = amount - amount.rem_euclid(self.unit);
        match self.rounding {
            Rounding::Shown => amount,
            Rounding::Down => down,
            Rounding::Up if down < amount => down + self.unit,
            Rounding::Half if 2 * (amount - down) >= self.unit => down + self.unit,
            Rounding::Up | Rounding::Half => down,
        }
    }

    fn take(&mut self, amount: i64) {
        self.balance -= self.rounded(amount);
    }

    fn shown(&self) -> Micros {
        Micros::new((self.balance + self.unit / 2).div_euclid(self.unit) * self.unit)
    }
}

/// A catalogue of 300 services. Rates are round, most of them to a cent.
fn rates(random: &mut fastrand::Rng) -> Vec<i64> {
    let rate = |random: &mut fastrand::Rng| {
        let unit = *random.choice(&[50_000, 10_000, 10_000, 1_000]).unwrap();
        let top = *random.choice(&[200_000, 1_000_000, 5_000_000]).unwrap();
        random.i64(unit..=top) / unit * unit
    };
    (0..300).map(|_| rate(random)).collect()
}

/// What one order costs. Few services are ordered much, and most quantities are the usual ones.
fn cost(rates: &[i64], random: &mut fastrand::Rng) -> i64 {
    const QUANTITIES: [i64; 16] = [
        50, 100, 100, 100, 200, 250, 300, 500, 500, 1_000, 1_000, 1_000, 2_000, 3_000, 5_000,
        10_000,
    ];
    let service = random.usize(..rates.len()).min(random.usize(..rates.len()));
    let quantity = *random.choice(&QUANTITIES).unwrap();
    crate::money::charge_per_thousand(Micros::new(rates[service]), quantity).unwrap().raw()
}

fn trial(row: Row, rates: &[i64], random: &mut fastrand::Rng, judge: Judge, tally: &mut Tally) {
    let roundings = [Rounding::Down, Rounding::Up, Rounding::Half, Rounding::Shown];
    let unit = last_decimal(row.decimals).raw();
    let mut provider = Provider {
        unit,
        rounding: *random.choice(&roundings).unwrap(),
        balance: random.i64(100_000_000..9_000_000_000),
    };
    if !matches!(provider.rounding, Rounding::Shown) {
        provider.balance = provider.rounded(provider.balance);
    }
    let float = provider.shown();
    let costs: Vec<i64> = (0..row.unknown).map(|_| cost(rates, random)).collect();
    let taken: Vec<bool> = costs.iter().map(|_| random.bool()).collect();
    for (cost, taken) in costs.iter().zip(&taken) {
        if *taken {
            provider.take(*cost);
        }
    }
    let other = cost(rates, random);
    let part = if random.bool() { other } else { other * random.i64(1..1_000) / 1_000 };
    let mut happens = || random.u32(0..1_000) < row.often;
    let mut trust = Trust::new(0);
    for _ in 0..READS {
        let hidden = matches!(row.noise, Noise::GivenBack | Noise::Spent) && happens();
        trust.read(float, Micros::new(float.raw() + i64::from(hidden)), Micros::ZERO);
    }
    let happens = happens();
    let mut unseen = 0;
    match row.noise {
        Noise::Unread if happens => {
            unseen = other + unit;
            if random.bool() {
                provider.take(-part);
            }
        }
        Noise::GivenBack if happens => provider.take(-part),
        Noise::Spent if happens => provider.take(other),
        _ => {}
    }
    let unknown = unknown(&costs);
    let balance = Balance {
        float,
        reads: [provider.shown(); 2],
        decimals: Some(row.decimals),
        unseen: Micros::new(unseen),
        trusted: trust.holds(READS),
        most: EVIDENCE_SUBSETS_OF,
        ..balance(&unknown, 0)
    };
    for (shown, taken) in judge(&balance).into_iter().zip(taken) {
        match shown {
            Shown::Undecided(_) => tally.undecided += 1,
            Shown::Charged if taken => tally.right += 1,
            Shown::NotCharged if !taken => tally.right += 1,
            Shown::Charged | Shown::NotCharged => tally.wrong += 1,
        }
    }
}

type Judge = fn(&Balance<'_>) -> Vec<Shown>;

fn run(row: Row, judge: Judge, trials: u32, seed: u64) -> Tally {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut tally = Tally::default();
    let mut services = rates(&mut random);
    for number in 0..trials {
        if number % 100 == 0 {
            services = rates(&mut random);
        }
        trial(row, &services, &mut random, judge, &mut tally);
    }
    tally
}

fn print(row: Row, tally: &Tally, trials: u32) {
    let resolved = tally.resolved();
    println!(
        "{:7}  {:8}  {:>10} {:>4} ‰  {trials:6}  {:6}.{} %  {:5}",
        row.unknown,
        row.decimals,
        format!("{:?}", row.noise),
        row.often,
        resolved / 10,
        resolved % 10,
        tally.wrong
    );
}

#[test]
fn lost_answers_are_resolved_and_never_wrongly() {
    println!("unknown  decimals  noise, how often  trials  resolved  wrong");
    // The least that is resolved of up to three, in tenths of a percent.
    for (decimals, noise, often, least) in [
        (5, Noise::None, 0, 950),
        (4, Noise::None, 0, 950),
        (2, Noise::None, 0, 0),
        (5, Noise::Unread, 100, 900),
        (4, Noise::Unread, 100, 900),
        (2, Noise::Unread, 100, 0),
        // Rare enough to be believed, and often enough to be noticed.
        (5, Noise::GivenBack, 1, 850),
        (5, Noise::GivenBack, 10, 300),
        (5, Noise::GivenBack, 100, 0),
        (5, Noise::Spent, 1, 850),
        (5, Noise::Spent, 100, 0),
        (2, Noise::GivenBack, 100, 0),
    ] {
        let mut few = Tally::default();
        for unknown in [1, 2, 3, 4, 8, 16] {
            let row = Row { unknown, decimals, noise, often };
            let trials = if unknown <= EVIDENCE_UNKNOWN_MAX { TRIALS } else { 500 };
            let tally = run(row, weigh_balance, trials, 7);
            print(row, &tally, trials);
            if unknown <= EVIDENCE_UNKNOWN_MAX {
                assert_eq!(tally.wrong, 0, "{row:?}");
                few.right += tally.right;
                few.undecided += tally.undecided;
            } else if unknown == EVIDENCE_SUBSETS_OF {
                assert!(tally.resolved() < 600, "the cap is there for nothing: {row:?}");
            }
        }
        assert!(few.resolved() >= least, "{decimals} {noise:?}: {}", few.resolved());
        assert!(decimals != 2 || few.resolved() == 0, "too coarse to be believed");
    }
}

/// The choice whose costs come nearest.
fn nearest(balance: &Balance<'_>) -> Vec<Shown> {
    let missing = balance.float.raw() - balance.reads[0].raw();
    let cost = |choice: usize| -> i64 {
        let member = |(at, unknown): (usize, &Unknown)| match choice >> at & 1 {
            0 => 0,
            _ => unknown.cost.raw(),
        };
        balance.unknown.iter().enumerate().map(member).sum()
    };
    let count = balance.unknown.len();
    let best = (0..1_usize << count).min_by_key(|choice| cost(*choice).abs_diff(missing));
    let shown = |at| if best.unwrap() >> at & 1 == 1 { Shown::Charged } else { Shown::NotCharged };
    (0..count).map(shown).collect()
}

/// Believes any number of decimals.
fn coarse(balance: &Balance<'_>) -> Vec<Shown> {
    let missing = balance.float.raw() - balance.reads[0].raw();
    let unit = last_decimal(balance.decimals.unwrap()).raw();
    match search(balance, missing, unit) {
        Ok(charged) => balance.unknown.iter().map(|unknown| charged.shown(unknown.cost)).collect(),
        Err(why) => vec![Shown::Undecided(why); balance.unknown.len()],
    }
}

/// Does not care what may have come back unseen.
fn careless(balance: &Balance<'_>) -> Vec<Shown> {
    weigh_balance(&Balance { unseen: Micros::ZERO, ..*balance })
}

/// Believes a balance that has not been explained before.
fn trusting(balance: &Balance<'_>) -> Vec<Shown> {
    weigh_balance(&Balance { trusted: true, ..*balance })
}

#[test]
fn planted_bugs_are_found() {
    let row = |decimals, noise, often| Row { unknown: 2, decimals, noise, often };
    for (bug, judge, row) in [
        ("nearest, quiet", nearest as Judge, row(5, Noise::None, 0)),
        ("nearest", nearest, row(5, Noise::GivenBack, 100)),
        ("coarse", coarse, row(2, Noise::GivenBack, 500)),
        ("careless", careless, row(4, Noise::Unread, 500)),
        ("trusting", trusting, row(5, Noise::Spent, 500)),
    ] {
        let tally = run(row, judge, TRIALS, 7);
        println!("{bug}: {} wrong", tally.wrong);
        assert!(tally.wrong > 0, "{bug} was not found");
    }
}
