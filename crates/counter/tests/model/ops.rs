//! The steps of a random sequence. Indexes are taken modulo what is there, so most steps mean
//! something.

use super::goods_ops::{Trade, any_trade};
use proptest::prelude::*;

#[derive(Clone, Debug)]
pub(crate) enum Op {
    OpenAccount,
    Credit {
        account: usize,
        amount: i64,
    },
    Debit {
        account: usize,
        amount: i64,
    },
    CreditLimit {
        account: usize,
        limit: i64,
    },
    Suspend {
        account: usize,
        suspended: bool,
    },
    Rate {
        service: usize,
        rate: i64,
    },
    /// Sets the discount of one of two tiers, in basis points.
    Tier {
        tier: usize,
        discount: i64,
    },
    JoinTier {
        account: usize,
        tier: Option<usize>,
    },
    Discount {
        account: usize,
        discount: Option<i64>,
    },
    Price {
        account: usize,
        service: usize,
        rate: Option<i64>,
    },
    Cap {
        account: usize,
        cap: Option<i64>,
    },
    /// Places several orders that wait for the writer together.
    Place(Vec<Place>),
    Trade(Trade),
    Report {
        order: usize,
        report: Reported,
    },
    AskCancel {
        order: usize,
        stranger: bool,
    },
    RejectCancel {
        cancel: usize,
    },
    AskRefill {
        order: usize,
        stranger: bool,
    },
    DecideRefill {
        refill: usize,
        decision: u8,
    },
    Post {
        order: usize,
        quantity: i64,
    },
    /// Pauses, resumes or stops an order in parts.
    Steer {
        order: usize,
        steered: Steered,
    },
    Wait {
        minutes: i64,
    },
    MoveParts,
    Pull {
        executor: usize,
        limit: usize,
    },
    ExecutorSays {
        executor: usize,
        order: usize,
        said: Reported,
    },
    ExpireLeases,
    Release {
        order: usize,
    },
    Seal,
    Forget,
}

#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) account: usize,
    pub(crate) service: usize,
    pub(crate) link: u8,
    pub(crate) quantity: i64,
    pub(crate) runs: i64,
    pub(crate) request_id: Option<u8>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Reported {
    Accepted,
    Progress(i64),
    Completed(i64),
    Partial(i64),
    Canceled,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Steered {
    Pause,
    Resume,
    Stop,
}

fn any_place() -> impl Strategy<Value = Place> {
    // Few values: what matters is what meets again.
    let account = prop_oneof![3 => Just(0_usize), 1 => 1..4_usize];
    let quantity = prop::sample::select(vec![-1, 1, 2, 10, 13, 30, 31]);
    let request_id = prop::option::weighted(0.3, 0..3_u8);
    (account, 0..6_usize, 0..2_u8, quantity, 0..4_i64, request_id).prop_map(
        |(account, service, link, quantity, runs, request_id)| Place {
            account,
            service,
            link,
            quantity,
            runs,
            request_id,
        },
    )
}

fn any_report() -> impl Strategy<Value = Reported> {
    prop_oneof![
        Just(Reported::Accepted),
        Just(Reported::Completed(0)),
        (-3..45_i64).prop_map(Reported::Progress),
        (-3..3_i64).prop_map(Reported::Completed),
        (-1..45_i64).prop_map(Reported::Partial),
        Just(Reported::Canceled),
    ]
}

pub(crate) fn any_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        1 => Just(Op::OpenAccount),
        3 => (0..4_usize, 0..2_000_i64)
            .prop_map(|(account, amount)| Op::Credit { account, amount }),
        1 => (0..4_usize, 0..1_000_i64)
            .prop_map(|(account, amount)| Op::Debit { account, amount }),
        1 => (0..4_usize, -1..300_i64)
            .prop_map(|(account, limit)| Op::CreditLimit { account, limit }),
        1 => (0..4_usize, prop::bool::weighted(0.4))
            .prop_map(|(account, suspended)| Op::Suspend { account, suspended }),
        1 => (0..6_usize, 0..9_999_i64).prop_map(|(service, rate)| Op::Rate { service, rate }),
        1 => (0..2_usize, 0..10_001_i64).prop_map(|(tier, discount)| Op::Tier { tier, discount }),
        1 => (0..2_usize, prop::option::of(0..2_usize))
            .prop_map(|(account, tier)| Op::JoinTier { account, tier }),
        1 => (0..2_usize, prop::option::of(0..10_001_i64))
            .prop_map(|(account, discount)| Op::Discount { account, discount }),
        1 => (0..2_usize, 0..6_usize, prop::option::weighted(0.7, 0..4_000_i64))
            .prop_map(|(account, service, rate)| Op::Price { account, service, rate }),
        1 => (0..2_usize, prop::option::weighted(0.7, 0..200_i64))
            .prop_map(|(account, cap)| Op::Cap { account, cap }),
        8 => prop::collection::vec(any_place(), 1..6).prop_map(Op::Place),
        12 => any_trade().prop_map(Op::Trade),
        8 => (0..50_usize, any_report()).prop_map(|(order, report)| Op::Report { order, report }),
        3 => (0..50_usize, prop::bool::weighted(0.2))
            .prop_map(|(order, stranger)| Op::AskCancel { order, stranger }),
        1 => (0..9_usize).prop_map(|cancel| Op::RejectCancel { cancel }),
        6 => (0..50_usize, prop::bool::weighted(0.1))
            .prop_map(|(order, stranger)| Op::AskRefill { order, stranger }),
        2 => (0..9_usize, 0..3_u8)
            .prop_map(|(refill, decision)| Op::DecideRefill { refill, decision }),
        3 => (0..50_usize, 0..30_i64).prop_map(|(order, quantity)| Op::Post { order, quantity }),
        3 => (0..50_usize, prop::sample::select(vec![Steered::Pause, Steered::Resume, Steered::Stop]))
            .prop_map(|(order, steered)| Op::Steer { order, steered }),
        // Around the run interval (10), the refill cooldown (120) and the refill window (1440).
        3 => prop::sample::select(vec![1, 9, 10, 11, 15, 21, 119, 121, 130, 1_300])
            .prop_map(|minutes| Op::Wait { minutes }),
        3 => Just(Op::MoveParts),
        5 => (0..2_usize, 1..4_usize).prop_map(|(executor, limit)| Op::Pull { executor, limit }),
        6 => (0..2_usize, 0..50_usize, any_report())
            .prop_map(|(executor, order, said)| Op::ExecutorSays { executor, order, said }),
        2 => Just(Op::ExpireLeases),
        1 => (0..50_usize).prop_map(|order| Op::Release { order }),
        1 => Just(Op::Seal),
        1 => Just(Op::Forget),
    ]
}

/// Mostly steps about products, beside those that change what they cost or when they are.
pub(crate) fn any_goods_op() -> impl Strategy<Value = Op> {
    prop_oneof![
        16 => any_trade().prop_map(Op::Trade),
        1 => (0..2_usize, 0..10_001_i64).prop_map(|(tier, discount)| Op::Tier { tier, discount }),
        1 => (0..2_usize, prop::option::of(0..2_usize))
            .prop_map(|(account, tier)| Op::JoinTier { account, tier }),
        1 => (0..2_usize, prop::option::of(0..10_001_i64))
            .prop_map(|(account, discount)| Op::Discount { account, discount }),
        1 => (0..2_usize, 0..50_i64).prop_map(|(account, amount)| Op::Debit { account, amount }),
        // Around the time that orders wait (120), and the warranty (1440).
        2 => prop::sample::select(vec![1, 60, 119, 120, 121, 700, 1_439, 1_440, 1_441])
            .prop_map(|minutes| Op::Wait { minutes }),
        1 => Just(Op::Seal),
        1 => Just(Op::Forget),
    ]
}
