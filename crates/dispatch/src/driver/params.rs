//! The parameters that a provider is sent for an order.

use counter::fulfilment::Placement;
use domain::catalogue::{Counting, ServiceKind};
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
    let is_post = placement.kind == ServiceKind::Subscriptions;
    if is_post || shape.counting == Counting::Asked {
        parameters.push((String::from("quantity"), placement.quantity.to_string()));
    }
    // A post of a subscription is an order of its own: who it is of is in its link.
    let stored = placement.params.as_deref().filter(|_| !is_post);
    let stored = stored.and_then(|text| serde_json::from_str(text).ok());
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
mod tests {
    use super::*;
    use domain::{AccountId, AttemptId, Micros, OrderId, ProviderId, RouteId, Timestamp};

    fn placement(kind: ServiceKind, params: Option<&str>) -> Placement {
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
}
