//! `cancel`, of one order or of many.

use super::{Answer, Asker, numbers};
use domain::OrderId;
use domain::requests::CancelRefusal;
use panel_api::reply;
use panel_api::request::{Id, Ids};
use panel_api::words::errors;
use std::collections::HashMap;

pub(super) async fn answer(asker: &Asker<'_>, ids: &Ids) -> Answer {
    let orders = numbers(ids.as_slice(), OrderId);
    let answers = if orders.is_empty() {
        Vec::new()
    } else {
        asker.counter.ask_cancels(asker.account, orders.clone(), asker.now).await?
    };
    let answers: HashMap<i64, Result<(), &'static str>> = orders
        .iter()
        .zip(answers)
        .filter_map(|(order, answer)| Some((order.0, answer?.map_err(refused))))
        .collect();
    let find = |id: &Id| {
        let answer = id.number.and_then(|number| answers.get(&number).copied());
        answer.unwrap_or(Err(errors::INCORRECT_ORDER_ID))
    };
    let mut out = Vec::new();
    match ids {
        Ids::One(id) => {
            find(id)?;
            reply::cancel_one(&mut out, id.number.unwrap_or_default());
        }
        Ids::Many(ids) => reply::cancel_many(&mut out, ids.iter().map(|id| (id, find(id)))),
    }
    Ok(out)
}

/// The refusal in the words of the dialect.
const fn refused(refusal: CancelRefusal) -> &'static str {
    match refusal {
        CancelRefusal::NotPossible => errors::CANNOT_CANCEL,
    }
}
