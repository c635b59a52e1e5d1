//! Orders that a provider has, or may have. Whoever ends one here gives money back while the provider
//! goes on delivering and charging, and is told nothing of it.

use domain::orders::{Order, State};
use domain::providers::{Attempt, AttemptState};
use domain::{OrderId, ProviderId};
use std::collections::HashMap;
use store::tables::{attempts, order_leases, providers, restores};
use store::{DbError, Tx};

/// Why a person should not end an order, and what to do in place of that; nothing when no provider can
/// have it, or it has ended.
pub(super) fn why_not_end(tx: &mut dyn Tx, order: &Order) -> Result<Option<String>, DbError> {
    if order.state.is_terminal() {
        return Ok(None);
    }
    let tries = attempts::of_order(tx, order.id)?;
    let placed: Vec<&Attempt> = tries.iter().filter(|one| one.state.may_be_placed()).collect();
    if placed.is_empty() {
        return Ok(is_in_doubt(tx, order)?.then(|| in_doubt(order.id)));
    }
    let known = providers::providers(tx)?;
    let names: HashMap<ProviderId, &str> =
        known.iter().map(|provider| (provider.id, provider.name.as_str())).collect();
    let who: Vec<String> = placed
        .iter()
        .map(|attempt| who_has_it(attempt, names.get(&attempt.provider).copied()))
        .collect();
    let (id, who) = (order.id, who.join("; "));
    if placed.iter().any(|attempt| attempt.state.is_unknown()) {
        let then = match order.state {
            State::Review => although(),
            _ => String::from("; until then its money stays held"),
        };
        return Ok(Some(format!(
            "order {id}: {who}. When the customer has the money back, it may be delivered and charged all \
             the same. Look at the provider, and say with `order decide {id}` what became of it{then}"
        )));
    }
    let told = format!(
        "order {id}: {who}, is not told of this, and goes on delivering and charging while the customer \
         has the money back"
    );
    if order.state == State::Review {
        return Ok(Some(format!("{told}. {}", ends_by_hand(id, false))));
    }
    let ask = if placed.iter().any(|attempt| attempt.followed) {
        format!(
            "Ask for an end there with `cancel ask {id}`: the money goes back when there is one"
        )
    } else {
        String::from("Look at the provider's own pages, and let it be ended there first")
    };
    Ok(Some(format!("{told}. {ask}{}", although())))
}

/// What has to be done beside a wish for a cancel, because the order is before a person and a provider has
/// it, or may have it: the wish is sent on, and no answer ends the order. Nothing where that is not so.
pub(crate) fn ends_not_by_asking(
    tx: &mut dyn Tx,
    order: &Order,
) -> Result<Option<String>, DbError> {
    let tries = attempts::of_order(tx, order.id)?;
    if order.state != State::Review || !tries.iter().any(|one| one.state.may_be_placed()) {
        return Ok(None);
    }
    let is_unknown = tries.iter().any(|one| one.state.is_unknown());
    Ok(Some(ends_by_hand(order.id, is_unknown)))
}

fn ends_by_hand(id: OrderId, is_unknown: bool) -> String {
    let decide = format!("say with `order decide {id}` what became of it, or ");
    let decide = if is_unknown { decide.as_str() } else { "" };
    format!(
        "It is before a person: nothing that the provider says ends it any more, also no answer to `cancel`. \
         Look at the provider's own pages, and {decide}end it as they show: `order complete {id}`, or \
         `order partial {id}` or `order cancel {id}` with --although-placed"
    )
}

fn although() -> String {
    String::from(". When it has ended there, or the loss is yours to bear, say --although-placed")
}

/// Who has an order by an attempt.
fn who_has_it(attempt: &Attempt, name: Option<&str>) -> String {
    let name = name.map_or_else(|| format!("provider {}", attempt.provider), str::to_owned);
    match (attempt.state, &attempt.upstream_id) {
        (AttemptState::Open, _) => format!("it is being placed at {name}"),
        (AttemptState::Lost, _) => format!("{name} may have it, its answer was lost"),
        (_, Some(id)) => format!("{name} has it as {id}"),
        (_, None) => format!("{name} has it under an id that is not known"),
    }
}

/// Whether it waits for a person because it may have left the house after an older copy of the database
/// was made.
fn is_in_doubt(tx: &mut dyn Tx, order: &Order) -> Result<bool, DbError> {
    if order.state != State::Review {
        return Ok(false);
    }
    let restored = restores::latest(tx)?.is_some_and(|restore| order.id < restore.first_order);
    Ok(restored && order_leases::of_order(tx, order.id)?.is_empty())
}

fn in_doubt(id: OrderId) -> String {
    format!(
        "order {id}: a provider or an executor may have it by what was done after the copy of the database \
         was made, and may deliver and charge it while the customer has the money back. Look there, and say \
         with `order decide {id}` who has it{}",
        although()
    )
}
