//! All that is known of an order, as it is printed.

use super::executor::lease_row;
use crate::output;
use counter::orders::OrderView;
use serde_json::{Value, json};

/// All that is known of an order, as JSON.
pub(super) fn shown(view: &OrderView) -> Value {
    let mut value = output::order(&view.order);
    let Value::Object(members) = &mut value else { return value };
    let params = view.params.as_deref().and_then(|params| serde_json::from_str(params).ok());
    if let Some(waits) = &view.waits {
        members.insert(String::from("waits"), waits.as_str().into());
    }
    members.insert(String::from("params"), params.unwrap_or(Value::Null));
    members.insert(String::from("net_charge"), output::amount(view.status.charge));
    if let Some(plan) = &view.drip_feed {
        members.insert(
            String::from("drip_feed"),
            json!({
                "runs": plan.runs,
                "interval_minutes": plan.interval_minutes,
                "run_quantity": plan.run_quantity,
                "runs_started": plan.runs_started,
                "next_run": output::time(plan.next_run),
                "state": plan.state.name(),
                "paused": plan.paused,
            }),
        );
    }
    if let Some((plan, state)) = &view.subscription {
        members.insert(
            String::from("subscription"),
            json!({
                "min": plan.min,
                "max": plan.max,
                "posts": plan.posts,
                "posts_done": plan.posts_done,
                "delay_minutes": plan.delay_minutes,
                "expires": plan.expires.map(crate::clock::shown),
                "state": state.name(),
            }),
        );
    }
    let lists: [(&str, Vec<Value>); 5] = [
        ("transfers", view.transfers.iter().map(output::transfer).collect()),
        ("parts", view.parts.iter().map(output::order).collect()),
        ("cancels", view.cancels.iter().map(output::cancel).collect()),
        ("leases", view.leases.iter().map(lease_row).collect()),
        ("timeline", view.events.iter().map(output::event).collect()),
    ];
    for (name, rows) in lists {
        members.insert(name.to_owned(), Value::Array(rows));
    }
    let refill = view.last_refill.as_ref().map(output::refill);
    members.insert(String::from("last_refill"), refill.unwrap_or(Value::Null));
    value
}
