//! One order, two workers, one provider, and everything that can happen to them, in every order.
//!
//! The order and its attempts move by the product's own rules, [`domain::orders::apply`] and
//! [`domain::providers::settle`]; around them stand as little of workers, network and provider as
//! there must be. The search is breadth first over plain values, so what it finds is the shortest way
//! there. A library for this was not taken: what is used of one is the loop below.

mod moves;
mod restores;
mod stand;

pub use moves::Planted;
use moves::moves;
pub use stand::Stand;
use std::collections::{HashMap, VecDeque};

/// What a search came to.
#[derive(Clone, Debug)]
pub struct Searched {
    /// How many different situations there are.
    pub stands: usize,
    /// What is wrong first, and the shortest way there.
    pub wrong: Option<(&'static str, Vec<&'static str>)>,
}

/// Walks through everything that can happen, with a bug that is planted or none.
pub fn search(planted: Option<Planted>) -> Searched {
    let mut known: HashMap<Stand, usize> = HashMap::new();
    let mut all: Vec<(Stand, Option<(usize, &'static str)>)> = Vec::new();
    let mut nexts: Vec<Vec<usize>> = Vec::new();
    let mut queue = VecDeque::new();
    known.insert(Stand::new(), 0);
    all.push((Stand::new(), None));
    queue.push_back(0_usize);
    while let Some(at) = queue.pop_front() {
        let Some((stand, _)) = all.get(at).cloned() else { break };
        if let Some(wrong) = stand.wrong() {
            return Searched { stands: all.len(), wrong: Some((wrong, way(&all, at))) };
        }
        let mut next = Vec::new();
        for (name, stand) in moves(&stand, planted) {
            let id = *known.entry(stand.clone()).or_insert_with(|| {
                all.push((stand, Some((at, name))));
                queue.push_back(all.len().saturating_sub(1));
                all.len().saturating_sub(1)
            });
            next.push(id);
        }
        nexts.push(next);
    }
    let stuck = stuck(&all, &nexts).map(|at| ("it never ends", way(&all, at)));
    Searched { stands: all.len(), wrong: stuck }
}

/// How a situation was come to.
fn way(all: &[(Stand, Option<(usize, &'static str)>)], at: usize) -> Vec<&'static str> {
    let mut steps = Vec::new();
    let mut at = Some(at);
    while let Some((_, Some((before, name)))) = at.and_then(|at| all.get(at)) {
        steps.push(*name);
        at = Some(*before);
    }
    steps.reverse();
    steps
}

/// A situation from which the order cannot come to an end any more, whatever happens.
fn stuck(all: &[(Stand, Option<(usize, &'static str)>)], nexts: &[Vec<usize>]) -> Option<usize> {
    let mut ends: Vec<bool> =
        all.iter().map(|(stand, _)| stand.order.state.is_terminal()).collect();
    let mut befores: Vec<Vec<usize>> = vec![Vec::new(); all.len()];
    for (at, next) in nexts.iter().enumerate() {
        for id in next {
            if let Some(befores) = befores.get_mut(*id) {
                befores.push(at);
            }
        }
    }
    let mut queue: VecDeque<usize> =
        (0..).zip(&ends).filter(|(_, e)| **e).map(|(at, _)| at).collect();
    while let Some(at) = queue.pop_front() {
        for before in befores.get(at).into_iter().flatten() {
            if let Some(ends) = ends.get_mut(*before).filter(|ends| !**ends) {
                *ends = true;
                queue.push_back(*before);
            }
        }
    }
    ends.iter().position(|ends| !ends)
}
