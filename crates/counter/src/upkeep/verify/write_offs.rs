//! Orders that were written off, and what the house bears for them.

use super::{Check, PAGE, Progress};
use domain::AttemptId;
use domain::orders::{Order, State};
use domain::providers::{Attempt, AttemptState, WriteOff, WriteOffState};
use std::collections::BTreeMap;
use store::tables::{attempts, orders, write_offs};
use store::{DbError, Tx};

pub(super) fn check(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Vec<Check>, DbError> {
    let mut stands = Check::new(
        "an order that was written off has ended under that attempt, all of it given back, and its \
         item says what is known",
    );
    let mut costs =
        Check::new("what the house bears for each order that was written off is what is booked");
    let mut budgets = Check::new("on no day more was drawn than its budget");
    let mut days: BTreeMap<i64, Vec<(i64, i64)>> = BTreeMap::new();
    let mut summed = 0_i128;
    let mut last = AttemptId(0);
    loop {
        let page = write_offs::after(tx, last, PAGE)?;
        let Some(newest) = page.last().map(|item| item.attempt) else { break };
        for item in &page {
            stands.row();
            let order = orders::by_id(tx, item.order)?;
            let attempt = attempts::by_id(tx, item.attempt)?;
            if let Some(text) = misfit(item, order.as_ref(), attempt.as_ref()) {
                stands.finding(format!("order {}: {text}", item.order));
            }
            days.entry(item.day).or_default().push((item.drawn.raw(), item.risk.raw()));
            if item.drawn > item.budget {
                let (drawn, budget) = (item.drawn, item.budget);
                budgets.finding(format!("order {}: {drawn} of {budget} are drawn", item.order));
            }
        }
        for (id, cost, booked) in write_offs::costs(tx, last, PAGE)? {
            costs.row();
            summed = summed.saturating_add(i128::from(cost));
            if cost != booked {
                costs.finding(format!(
                    "attempt {id}: bears {cost} micros, its entries sum to {booked}"
                ));
            }
        }
        last = newest;
        progress(stands.rule, stands.rows);
    }
    let expense = write_offs::expense(tx)?.raw();
    if i128::from(expense) != summed {
        costs.finding(format!("all entries sum to {expense} micros, all orders bear {summed}"));
    }
    for (day, drawings) in days {
        budgets.row();
        if !is_chain(drawings) {
            budgets.finding(format!("day {day}: what was drawn is not what the orders drew"));
        }
    }
    Ok(vec![stands, costs, budgets])
}

/// Whether each drawing goes on from the one before: pairs of what was drawn with it, and what it drew.
fn is_chain(mut drawings: Vec<(i64, i64)>) -> bool {
    drawings.sort_unstable_by_key(|(drawn, risk)| (*drawn, std::cmp::Reverse(*risk)));
    let mut before = 0_i64;
    drawings.into_iter().all(|(drawn, risk)| {
        let follows = before.checked_add(risk) == Some(drawn);
        before = drawn;
        follows
    })
}

/// Why an item does not fit its order and its attempt.
fn misfit(
    item: &WriteOff,
    order: Option<&Order>,
    attempt: Option<&Attempt>,
) -> Option<&'static str> {
    use AttemptState as A;
    let Some((order, attempt)) = order.zip(attempt) else {
        return Some("was written off, and there is no such order or attempt");
    };
    let same = attempt.order == item.order && attempt.provider == item.provider;
    if !same || order.account != item.account {
        return Some("was written off as another's");
    }
    if order.state != State::Canceled || order.released != item.refunded {
        return Some("was written off and has not ended with all of it given back");
    }
    if attempt.number != order.fence {
        return Some("was sent again after it was written off");
    }
    let fits = match item.state {
        WriteOffState::Open => attempt.state == A::Lost,
        WriteOffState::NotAccepted => !attempt.state.may_be_placed(),
        WriteOffState::Accepted => matches!(attempt.state, A::Accepted | A::AcceptedNoId),
    };
    (!fits).then_some("was written off, and its item is not what is known of the attempt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawings_follow_each_other() {
        assert!(is_chain(Vec::new()));
        assert!(is_chain(vec![(7, 4), (3, 3), (3, 0), (7, 0)]));
        assert!(!is_chain(vec![(3, 3), (3, 3)]), "the second was not counted");
        assert!(!is_chain(vec![(3, 3), (8, 4)]), "one is missing");
    }
}
