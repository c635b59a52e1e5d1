//! Rows that refer to each other, requests, what was delivered, and ids.

use super::{Check, Progress};
use store::tables::{change_checks, executor_checks, links, product_checks, restores};
use store::{DbError, Tx};

pub(super) fn check(tx: &mut dyn Tx, progress: Progress<'_>) -> Result<Vec<Check>, DbError> {
    let mut found = Vec::new();
    let rules = links::RULES.iter().chain(product_checks::RULES);
    let rules = rules.chain(executor_checks::RULES).chain(change_checks::RULES);
    let rules = rules.chain(restores::RULES);
    for rule in rules {
        let mut check = Check::new(rule.rule);
        check.rows = links::rows(tx, rule)?;
        for offender in links::offenders(tx, rule)? {
            check.finding(format!("{} {offender}", rule.what));
        }
        progress(check.rule, check.rows);
        found.push(check);
    }
    let mut ids = Check::new("no id that was given out will be given out again");
    for (kind, next, highest) in links::id_blocks(tx)? {
        ids.row();
        if highest >= next {
            ids.finding(format!("{kind}: {highest} is in use, and {next} would be given out next"));
        }
    }
    found.push(ids);
    Ok(found)
}
