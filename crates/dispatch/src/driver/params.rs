//! The parameters that a provider is sent for an order.

use counter::fulfilment::Placement;
use domain::catalogue::{Counting, NumberField, ServiceKind};
use domain::providers::Passed;
use serde_json::Value;

/// The dialect's parameters of an order, by their names on the wire.
///
/// What counts by its lines is sent without a quantity, and what counts as one too: providers that
/// check both would refuse what they would have counted themselves.
pub(super) fn parameters(placement: &Placement) -> Vec<(String, String)> {
    let shape = placement.kind.shape();
    let mut parameters = Vec::new();
    if !placement.link.is_empty() {
        parameters.push((String::from("link"), placement.link.clone()));
    }
    // A post of a subscription is an order of its own: who it is of is in its link. A subscription
    // that is passed on whole has none.
    let is_post = placement.kind == ServiceKind::Subscriptions && !placement.link.is_empty();
    let stored = placement.params.as_deref().filter(|_| !is_post);
    let stored: Option<Value> = stored.and_then(|text| serde_json::from_str(text).ok());
    if is_post || shape.counting == Counting::Asked {
        // The dialect's quantity of a drip-feed is that of a run.
        let runs = stored.as_ref().and_then(|params| params.get(NumberField::Runs.name()));
        let runs = runs.and_then(Value::as_i64);
        let passed = runs.and_then(|runs| Passed::runs(placement.quantity, runs));
        let quantity = passed.map_or(placement.quantity, |passed| passed.limits().0);
        parameters.push((String::from("quantity"), quantity.to_string()));
    }
    if let Some(Value::Object(members)) = stored {
        for (name, value) in members {
            parameters.push((name, written(&value)));
        }
    }
    parameters
}

/// A list is a line for each entry.
fn written(value: &Value) -> String {
    match value {
        Value::Array(lines) => {
            let lines: Vec<String> = lines.iter().map(written).collect();
            lines.join("\n")
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, Timestamp};

    pub(in crate::driver) fn placement(kind: ServiceKind, params: Option<&str>) -> Placement {
        Placement {
            attempt: AttemptId(1),
            order: OrderId(2),
            account: AccountId(3),
            number: 1,
            provider: ProviderId(1),
            route: RouteId(1),
            upstream_service: String::from("77"),
            kind,
            link: String::from("https://example.com"),
            quantity: 100,
            params: params.map(str::to_owned),
            expected_cost: Micros::new(5),
            request_id: String::from("2-0-1"),
            started: Timestamp(0),
        }
    }

    fn sent(kind: ServiceKind, params: Option<&str>) -> String {
        let parameters = parameters(&placement(kind, params));
        let pairs: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("&")
    }

    #[test]
    fn each_kind_sends_what_it_counts_by() {
        assert_eq!(sent(ServiceKind::Default, None), "link=https://example.com&quantity=100");
        assert_eq!(sent(ServiceKind::Package, None), "link=https://example.com");
        let comments = Some(r#"{"comments":["good","better, best"]}"#);
        assert_eq!(
            sent(ServiceKind::CustomComments, comments),
            "link=https://example.com&comments=good\nbetter, best"
        );
        let poll = Some(r#"{"answer_number":2}"#);
        assert_eq!(
            sent(ServiceKind::Poll, poll),
            "link=https://example.com&quantity=100&answer_number=2"
        );
        let subscription = Some(r#"{"username":"someone"}"#);
        assert_eq!(
            sent(ServiceKind::Subscriptions, subscription),
            "link=https://example.com&quantity=100"
        );
    }

    #[test]
    fn what_is_passed_on_whole_says_how_to_divide_it() {
        let runs = Some(r#"{"interval":10,"runs":5}"#);
        assert_eq!(
            sent(ServiceKind::Default, runs),
            "link=https://example.com&quantity=20&interval=10&runs=5"
        );
        let stored = r#"{"username":"someone","min":5,"max":20,"posts":5,"old_posts":0,"delay":0}"#;
        let whole = Placement {
            link: String::new(),
            ..placement(ServiceKind::Subscriptions, Some(stored))
        };
        let mut names: Vec<String> = parameters(&whole).into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        assert_eq!(names, ["delay", "max", "min", "old_posts", "posts", "username"]);
    }
}
