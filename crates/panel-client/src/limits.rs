//! How long and how much.

use std::time::Duration;

/// How long an exchange may take, and how much an answer may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Until there is a connection to speak over: names, TCP and TLS together.
    pub connect: Duration,
    /// From then until the answer is complete, however slowly it drips in.
    pub answer: Duration,
    /// For how much longer a lost answer is waited for by who waits for it.
    pub late: Duration,
    /// Bytes of the answer's body.
    pub body: usize,
}

impl Limits {
    /// For an order. Panels that ask their own upstream first take most of a minute; the answer is a
    /// few words.
    pub const ADD: Self = Self {
        connect: Duration::from_secs(10),
        answer: Duration::from_secs(60),
        late: Duration::from_secs(120),
        body: 1_048_576,
    };

    /// For states, balances, refills and cancels, which can be asked for again.
    pub const ASK: Self = Self {
        connect: Duration::from_secs(10),
        answer: Duration::from_secs(30),
        late: Duration::ZERO,
        body: 2_097_152,
    };

    /// For the service list: the largest that are known are half as long.
    pub const LIST: Self = Self {
        connect: Duration::from_secs(10),
        answer: Duration::from_secs(60),
        late: Duration::ZERO,
        body: 10_485_760,
    };
}
