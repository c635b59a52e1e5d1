//! `refill`, of one order or of many.

use super::{Answer, Asker, numbers};
use domain::OrderId;
use domain::requests::RefillRefusal;
use panel_api::reply;
use panel_api::request::{Id, Ids};
use panel_api::words::errors;
use std::borrow::Cow;
use std::collections::HashMap;

pub(super) async fn answer(asker: &Asker<'_>, ids: &Ids) -> Answer {
    let orders = numbers(ids.as_slice(), OrderId);
    let answers = if orders.is_empty() {
        Vec::new()
    } else {
        asker.counter.ask_refills(asker.account, orders.clone(), asker.now).await?
    };
    let mut answers: HashMap<i64, Result<i64, Cow<'static, str>>> = orders
        .iter()
        .zip(answers)
        .filter_map(|(order, answer)| {
            Some((order.0, answer?.map(|refill| refill.0).map_err(refused)))
        })
        .collect();
    let mut find = |id: &Id| {
        let answer = id.number.and_then(|number| answers.remove(&number));
        answer.unwrap_or(Err(errors::INCORRECT_ORDER_ID.into()))
    };
    let mut out = Vec::new();
    match ids {
        Ids::One(id) => match find(id) {
            Ok(refill) => reply::refill_one(&mut out, refill),
            Err(text) => reply::error(&mut out, &text),
        },
        Ids::Many(ids) => {
            let rows: Vec<_> = ids.iter().map(|id| (id, find(id))).collect();
            let rows = rows.iter().map(|(id, answer)| (*id, answer.as_ref().copied()));
            reply::refill_many(&mut out, rows.map(|(id, answer)| (id, answer.map_err(|e| &**e))));
        }
    }
    Ok(out)
}

/// The refusal in the words of the dialect.
fn refused(refusal: RefillRefusal) -> Cow<'static, str> {
    match refusal {
        RefillRefusal::Disabled => errors::REFILL_DISABLED.into(),
        RefillRefusal::NotCompleted => errors::NOT_COMPLETED.into(),
        RefillRefusal::TooSoon { hours } => errors::refill_too_soon(hours).into(),
        // The dialect has no text for it. This one has none of the words by which clients tell that
        // a service is off, a wallet empty or a retry worth while.
        RefillRefusal::TooLate { .. } => "The refill period of this order is over".into(),
    }
}
