//! What is to happen when. What is due at the same moment happens in an order that the seed draws.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

#[derive(Debug)]
struct Entry<E> {
    at_us: u64,
    draw: u32,
    number: u64,
    what: E,
}

impl<E> Entry<E> {
    const fn key(&self) -> (u64, u32, u64) {
        (self.at_us, self.draw, self.number)
    }
}

impl<E> PartialEq for Entry<E> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<E> Eq for Entry<E> {}

impl<E> PartialOrd for Entry<E> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<E> Ord for Entry<E> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

/// What is to happen when.
#[derive(Debug)]
pub(crate) struct Agenda<E> {
    entries: BinaryHeap<Reverse<Entry<E>>>,
    numbers: u64,
}

impl<E> Agenda<E> {
    pub(crate) const fn new() -> Self {
        Self { entries: BinaryHeap::new(), numbers: 0 }
    }

    /// Lets something happen at a moment, in microseconds.
    pub(crate) fn add(&mut self, at_us: u64, draw: u32, what: E) {
        let number = self.numbers;
        self.numbers = number.saturating_add(1);
        self.entries.push(Reverse(Entry { at_us, draw, number, what }));
    }

    /// What happens next, and when.
    pub(crate) fn next(&mut self) -> Option<(u64, E)> {
        self.entries.pop().map(|Reverse(entry)| (entry.at_us, entry.what))
    }
}
