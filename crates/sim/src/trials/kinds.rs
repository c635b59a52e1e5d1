//! What is tried: what balances are like, how many answers are lost, and who else spends.

use crate::planted::Planted;
use crate::swarm::SECOND;

use super::tally::Tally;
use fakepanel::settings::Span;

/// Which answers are lost, and beside what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// What it is called.
    pub name: &'static str,
    /// Fewest and most orders whose answers are lost at once; as many may be under way there.
    pub lost: (usize, usize),
    /// Decimals of the provider's amounts.
    pub decimals: u32,
    /// What moves the balance beside our orders.
    pub others: Option<Others>,
    /// How long after they were placed orders begin to be delivered, in microseconds.
    pub starts_us: Span,
    /// Orders that are given back in part after they were completed, in thousandths.
    pub corrected: u16,
    /// A rule that decides what the engine leaves to people.
    pub planted: Option<Planted>,
    /// In which part of the table it is.
    pub part: Part,
}

/// Others who use the account, and of whom no status tells. What they move are prices of the same
/// list, the worst that they can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Others {
    /// From one to the next, in microseconds.
    pub every_us: Span,
    /// Whether they spend, or are given back.
    pub spend: bool,
}

/// What is asked of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// At least 95 of 100 are found out about, none wrongly.
    Found,
    /// None is found out about wrongly.
    NeverWrong,
    /// Less than 60 of 100 are found out about: more under way than may be.
    TooMany,
    /// Some are found out about wrongly: the rule is a bad one.
    Planted,
}

const MINUTE: u64 = 60 * SECOND;

/// One to three at once, and five decimals.
const USUAL: Kind = Kind {
    name: "5 decimals",
    lost: (1, 3),
    decimals: 5,
    others: None,
    starts_us: Span::new(30 * SECOND, 600 * SECOND),
    corrected: 0,
    planted: None,
    part: Part::Found,
};

const fn beside(name: &'static str, minutes: (u64, u64), spend: bool) -> Kind {
    let (from, to) = minutes;
    let every_us = Span::new(from.saturating_mul(MINUTE), to.saturating_mul(MINUTE));
    Kind { name, others: Some(Others { every_us, spend }), part: Part::NeverWrong, ..USUAL }
}

/// Least share that is found out about where that is asked, and most where too many are lost, in
/// thousandths.
const FOUND: u64 = 950;
const TOO_MANY: u64 = 600;

impl Kind {
    /// Whether what came of it is what is asked.
    pub fn holds(&self, tally: &Tally) -> bool {
        let (resolved, wrong) = (tally.resolved(), tally.wrong);
        match self.part {
            Part::Found => resolved >= FOUND && wrong == 0,
            Part::NeverWrong => wrong == 0,
            Part::TooMany => resolved < TOO_MANY && (wrong == 0 || self.planted.is_some()),
            Part::Planted => wrong > 0,
        }
    }

    /// All of them, in the order of the table.
    pub const ALL: [Self; 12] = [
        USUAL,
        Self { name: "4 decimals", decimals: 4, ..USUAL },
        Self { name: "corrected later", corrected: 200, ..USUAL },
        Self { name: "2 decimals", decimals: 2, part: Part::NeverWrong, ..USUAL },
        beside("others spend, each minute", (0, 2), true),
        beside("others spend, each half hour", (10, 50), true),
        beside("others spend, now and then", (60, 600), true),
        beside("given back, each minute", (0, 2), false),
        beside("given back, each half hour", (10, 50), false),
        Self { name: "16 at once", lost: (16, 16), part: Part::TooMany, ..USUAL },
        Self {
            name: "16 at once, decided",
            lost: (16, 16),
            planted: Some(Planted::AnyNumber),
            part: Part::TooMany,
            ..USUAL
        },
        Self {
            name: "16 at once, the first that fits",
            lost: (16, 16),
            planted: Some(Planted::First),
            part: Part::Planted,
            ..USUAL
        },
    ];
}
