//! What executors are shown of orders, and what it is made of.

use crate::api::{date, kind_word};
use counter::executors::{HeldOrder, WatchedSubscription, executor_status};
use domain::Timestamp;
use domain::orders::PublicStatus;
use panel_api::admin::{AdminStatus, OrderRow, Param, ParamValue, SubscriptionRow};
use serde_json::Value;

/// An order, with everything that its row borrows.
pub(super) struct Shown {
    held: HeldOrder,
    created: String,
    changed: String,
    params: Vec<Param>,
}

impl Shown {
    pub(super) fn of(held: HeldOrder) -> Self {
        Self {
            created: date(held.order.created),
            changed: date(held.order.changed),
            params: params(held.params.as_deref()),
            held,
        }
    }

    pub(super) fn all(held: Vec<HeldOrder>) -> Vec<Self> {
        held.into_iter().map(Self::of).collect()
    }

    pub(super) const fn id(&self) -> i64 {
        self.held.order.id.0
    }

    pub(super) fn row(&self) -> OrderRow<'_> {
        let HeldOrder { order, lease, service, kind, .. } = &self.held;
        OrderRow {
            id: order.id.0,
            service: order.service.0,
            service_name: service,
            service_type: kind.map(kind_word).unwrap_or_default(),
            link: &order.link,
            quantity: order.quantity,
            start_count: order.start_count,
            remains: order.remains,
            status: admin_status(executor_status(order)),
            created: &self.created,
            created_timestamp: seconds(order.created),
            changed: &self.changed,
            changed_timestamp: seconds(order.changed),
            cancel_requested: order.cancel_requested,
            lease_until: lease.state.is_open().then(|| seconds(lease.until)),
            params: &self.params,
        }
    }
}

/// A subscription, with everything that its row borrows.
pub(super) struct ShownSubscription {
    watched: WatchedSubscription,
    params: Vec<Param>,
}

impl ShownSubscription {
    pub(super) fn of(watched: WatchedSubscription) -> Self {
        Self { params: params(watched.params.as_deref()), watched }
    }

    pub(super) fn row(&self) -> SubscriptionRow<'_> {
        let WatchedSubscription { order, plan, service, .. } = &self.watched;
        SubscriptionRow {
            id: order.id.0,
            service: order.service.0,
            service_name: service,
            min: plan.min,
            max: plan.max,
            posts: plan.posts,
            posts_done: plan.posts_done,
            delay: plan.delay_minutes,
            expiry: plan.expires.map(seconds),
            params: &self.params,
        }
    }
}

/// Whole seconds since 1970.
pub(super) const fn seconds(moment: Timestamp) -> i64 {
    moment.0.div_euclid(1_000_000)
}

/// The parameters as they are stored: one object of lists, texts and numbers.
fn params(stored: Option<&str>) -> Vec<Param> {
    let Some(Ok(Value::Object(members))) = stored.map(serde_json::from_str) else {
        return Vec::new();
    };
    let param = |(name, value): (String, Value)| Some(Param { name, value: of_value(value)? });
    members.into_iter().filter_map(param).collect()
}

fn of_value(value: Value) -> Option<ParamValue> {
    match value {
        Value::String(text) => Some(ParamValue::Text(text)),
        Value::Number(number) => number.as_i64().map(ParamValue::Number),
        Value::Array(lines) => {
            let line = |line: Value| line.as_str().map(str::to_owned);
            Some(ParamValue::Lines(lines.into_iter().filter_map(line).collect()))
        }
        Value::Null | Value::Bool(_) | Value::Object(_) => None,
    }
}

const fn admin_status(status: PublicStatus) -> AdminStatus {
    match status {
        PublicStatus::Pending => AdminStatus::Pending,
        PublicStatus::Processing => AdminStatus::Processing,
        PublicStatus::InProgress => AdminStatus::InProgress,
        PublicStatus::Completed => AdminStatus::Completed,
        PublicStatus::Partial => AdminStatus::Partial,
        PublicStatus::Canceled => AdminStatus::Canceled,
    }
}

/// The status that a list is asked for.
pub(super) const fn public_status(status: AdminStatus) -> PublicStatus {
    match status {
        AdminStatus::Pending => PublicStatus::Pending,
        AdminStatus::Processing => PublicStatus::Processing,
        AdminStatus::InProgress => PublicStatus::InProgress,
        AdminStatus::Completed => PublicStatus::Completed,
        AdminStatus::Partial => PublicStatus::Partial,
        AdminStatus::Canceled => PublicStatus::Canceled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_they_are_stored() {
        let text = r#"{"comments":["a","b\nc"],"keywords":"x","min":5}"#;
        let params = params(Some(text));
        let named = |name: &str| params.iter().find(|p| p.name == name).map(|p| p.value.clone());
        let lines = vec![String::from("a"), String::from("b\nc")];
        assert_eq!(named("comments"), Some(ParamValue::Lines(lines)));
        assert_eq!(named("keywords"), Some(ParamValue::Text(String::from("x"))));
        assert_eq!(named("min"), Some(ParamValue::Number(5)));
        assert!(super::params(None).is_empty() && super::params(Some("[1]")).is_empty());
    }

    #[test]
    fn statuses_are_the_same_both_ways() {
        for status in AdminStatus::ALL {
            assert_eq!(admin_status(public_status(status)), status);
        }
    }

    #[test]
    fn seconds_are_whole() {
        assert_eq!(seconds(Timestamp(1_999_999)), 1);
        assert_eq!(seconds(Timestamp(-1)), -1);
    }
}
