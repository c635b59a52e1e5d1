//! `refill_status`, of one refill or of many.

use super::{Answer, Asker, numbers};
use domain::RefillId;
use domain::requests::RefillState;
use panel_api::reply;
use panel_api::request::{Id, Ids};
use panel_api::words::{RefillStatus, errors};

pub(super) async fn answer(asker: &Asker<'_>, ids: &Ids) -> Answer {
    let asked = numbers(ids.as_slice(), RefillId);
    let own = asker.counter.refill_states(asker.account, &asked).await?;
    let find = |id: &Id| {
        let number = id.number?;
        own.iter().find(|(refill, _)| refill.0 == number).map(|(_, state)| word(*state))
    };
    let mut out = Vec::new();
    match ids {
        Ids::One(id) => {
            reply::refill_status_one(&mut out, find(id).ok_or(errors::INCORRECT_REFILL_ID)?);
        }
        Ids::Many(ids) => reply::refill_status_many(&mut out, ids.iter().map(|id| (id, find(id)))),
    }
    Ok(out)
}

/// The dialect's spelling.
const fn word(state: RefillState) -> &'static str {
    let word = match state {
        RefillState::Pending => RefillStatus::Pending,
        RefillState::InProgress => RefillStatus::InProgress,
        RefillState::Completed => RefillStatus::Completed,
        RefillState::Rejected => RefillStatus::Rejected,
    };
    word.name()
}
