//! Answers with the right values in strange forms, and with values that cannot be.

use super::*;
use fakepanel::Outcome;

/// What is answered to these fields when this rule holds for their action, by an order that is over
/// and one that is not.
fn told(fault: Fault, variant: &str, fields: &[(&str, &str)]) -> String {
    let mut panel = panel();
    order(&mut panel, 0, "x?outcome=partial:30");
    panel.advance(20 * SECOND);
    order(&mut panel, 20 * SECOND, "y");
    panel.set_faults(vec![Rule::new(fault).variant(variant)]).unwrap();
    ask(&mut panel, 26 * SECOND, fields)
}

const ONE: [(&str, &str); 2] = [("action", "status"), ("order", "23501")];
const BOTH: [(&str, &str); 2] = [("action", "status"), ("orders", "23501,23502,9")];

#[test]
fn an_id_comes_in_many_forms() {
    let add =
        [("action", "add"), ("service", "1"), ("link", "z"), ("quantity", "100"), ("runs", "1")];
    for (variant, expected) in [
        ("text", r#"{"order":"23503"}"#),
        ("order-id", r#"{"order_id":23503}"#),
        ("nested", r#"{"success":true,"data":{"order_id":"23503"}}"#),
        ("with-status", r#"{"status":"success","order":23503}"#),
    ] {
        assert_eq!(told(Fault::WrongTypes, variant, &add), expected);
    }
    let short = [("action", "add"), ("service", "1"), ("link", "z"), ("quantity", "1")];
    let refused = told(Fault::WrongTypes, "nested", &short);
    assert_eq!(refused, r#"{"error":"Quantity less than minimal 10"}"#);
}

#[test]
fn a_status_comes_in_many_forms() {
    for (variant, one) in [
        (
            "numbers",
            r#"{"charge":0.063,"start_count":500,"status":"Partial","remains":30,"currency":"USD"}"#,
        ),
        (
            "nulls",
            r#"{"charge":"0.063","start_count":null,"status":"Partial","remains":null,"currency":null}"#,
        ),
        (
            "spelling",
            r#"{"charge":"0.063","start_counter":"500","status":"partial","remains":"30","currency":"USD"}"#,
        ),
        (
            "list",
            r#"[{"charge":"0.063","start_count":"500","status":"Partial","remains":"30","currency":"USD"}]"#,
        ),
    ] {
        assert_eq!(told(Fault::WrongTypes, variant, &ONE), one);
        let both: Value = serde_json::from_str(&told(Fault::WrongTypes, variant, &BOTH)).unwrap();
        if variant == "list" {
            assert_eq!(both[1]["order"], "23502");
            assert_eq!(both[1]["status"], "In progress");
            assert_eq!(both[2]["error"], "Incorrect order ID");
        } else {
            assert_eq!(both["23501"], serde_json::from_str::<Value>(one).unwrap());
            assert_eq!(both["9"]["error"], "Incorrect order ID");
        }
    }
    let both = told(Fault::WrongTypes, "spelling", &BOTH);
    assert!(both.contains(r#""status":"in_progress""#), "{both}");
}

#[test]
fn the_rest_comes_in_other_forms_too() {
    let services = [("action", "services")];
    let loose: Value = serde_json::from_str(&told(Fault::WrongTypes, "loose", &services)).unwrap();
    let first = &loose[3];
    assert_eq!(
        (first["service"].as_str(), first["type"].as_str()),
        (Some("4"), Some("custom_comments"))
    );
    assert_eq!((first["rate"].to_string(), first["min"].as_i64()), ("0.9".to_owned(), Some(10)));
    assert_eq!((first["refill"].as_i64(), first["cancel"].as_str()), (Some(1), Some("1")));
    let wrapped: Value =
        serde_json::from_str(&told(Fault::WrongTypes, "wrapped", &services)).unwrap();
    assert_eq!(wrapped["data"].as_array().unwrap().len(), 20);
    for (variant, fields, expected) in [
        ("number", [("action", "balance"), ("", "")], r#"{"balance":99.847,"currency":"USD"}"#),
        ("turned", [("action", "refill"), ("order", "23501")], r#"{"refill":1}"#),
        (
            "turned",
            [("action", "refill"), ("orders", "23501")],
            r#"[{"order":23501,"refill":"1"}]"#,
        ),
        (
            "no-id",
            [("action", "refill"), ("order", "23501")],
            r#"{"status":"Success","message":"Refill requested"}"#,
        ),
        (
            "map",
            [("action", "cancel"), ("orders", "23502,9")],
            r#"{"23502":"Canceled","9":"Order cannot be cancelled"}"#,
        ),
        (
            "true",
            [("action", "cancel"), ("orders", "23502,9")],
            r#"[{"order":23502,"cancel":true},{"order":9,"cancel":{"error":"Incorrect order ID"}}]"#,
        ),
        (
            "true",
            [("action", "cancel"), ("order", "23502")],
            r#"{"order":23502,"cancel":true,"status":"success"}"#,
        ),
    ] {
        assert_eq!(told(Fault::WrongTypes, variant, &fields), expected);
    }
    let mut panel = panel();
    order(&mut panel, 0, "x");
    ask(&mut panel, 20 * SECOND, &[("action", "refill"), ("order", "23501")]);
    panel.set_faults(vec![Rule::new(Fault::WrongTypes)]).unwrap();
    let refill = [("action", "refill_status"), ("refills", "1")];
    let text = ask(&mut panel, 21 * SECOND, &refill);
    assert_eq!(text, r#"[{"refill":1,"status":"in_progress"}]"#);
}

#[test]
fn a_status_is_nonsense() {
    for (variant, status, remains) in [
        ("unknown-word", "Moderation", "30"),
        ("above-quantity", "Partial", "107"),
        ("partial-zero", "Partial", "0"),
        ("partial-negative", "Partial", "-3"),
        ("completed-then-partial", "Completed", "0"),
    ] {
        let one: Value = serde_json::from_str(&told(Fault::StatusNonsense, variant, &ONE)).unwrap();
        assert_eq!(
            (one["status"].as_str(), one["remains"].as_str()),
            (Some(status), Some(remains))
        );
        let both: Value =
            serde_json::from_str(&told(Fault::StatusNonsense, variant, &BOTH)).unwrap();
        assert_eq!(both["23501"], one, "every other one");
        assert_eq!(
            (both["23502"]["status"].as_str(), both["23502"]["remains"].as_str()),
            (Some("In progress"), Some("50")),
            "and sense beside it"
        );
    }
    let error = r#"{"error":"Incorrect order ID"}"#;
    assert_eq!(told(Fault::StatusNonsense, "error", &ONE), error);
    assert_eq!(told(Fault::StatusNonsense, "error-text", &ONE), r#""Incorrect order ID""#);
    assert_eq!(told(Fault::StatusNonsense, "missing", &ONE), "{}");
    let both: Value = serde_json::from_str(&told(Fault::StatusNonsense, "missing", &BOTH)).unwrap();
    assert_eq!(both.as_object().unwrap().keys().collect::<Vec<_>>(), ["23502", "9"]);
}

#[test]
fn a_lie_moves_no_money() {
    let mut panel = panel();
    let id = order(&mut panel, 0, "x");
    let rule = Rule::new(Fault::StatusNonsense).variant("completed-then-partial");
    panel.set_faults(vec![rule]).unwrap();
    assert_eq!(state(&mut panel, SECOND, id), ("Completed".to_owned(), 0));
    panel.force(SECOND, id, Outcome::Completed).unwrap();
    assert_eq!(state(&mut panel, SECOND, id), ("Partial".to_owned(), 1));
    panel.set_faults(Vec::new()).unwrap();
    assert_eq!(state(&mut panel, SECOND, id), ("Completed".to_owned(), 0));
    assert_eq!(panel.balance("main"), Some(amount("99.91")));
    sound(&panel);
}

#[test]
fn a_balance_lies() {
    let mut panel = panel();
    let told = |panel: &mut Panel, now_us| ask(panel, now_us, &[("action", "balance")]);
    order(&mut panel, 0, "x");
    order(&mut panel, 100 * SECOND, "y");
    let lie = |variant: &str| vec![Rule::new(Fault::BalanceLies).variant(variant)];
    panel.set_faults(lie("stale")).unwrap();
    assert_eq!(told(&mut panel, 159 * SECOND), r#"{"balance":"99.91","currency":"USD"}"#);
    assert_eq!(told(&mut panel, 160 * SECOND), r#"{"balance":"99.82","currency":"USD"}"#);
    panel.set_faults(lie("rounded")).unwrap();
    assert_eq!(told(&mut panel, 160 * SECOND), r#"{"balance":"99.8","currency":"USD"}"#);
    panel.set_faults(lie("noisy")).unwrap();
    let noisy: std::collections::BTreeSet<String> =
        (0..20).map(|_| told(&mut panel, 160 * SECOND)).collect();
    assert_eq!(noisy.len(), 20, "{noisy:?}");
    assert_eq!(panel.balance("main"), Some(amount("99.82")));
    let fits = Rule::new(Fault::BalanceLies).delay_us(70 * SECOND).variant("stale");
    panel.set_faults(vec![fits]).unwrap();
    assert_eq!(told(&mut panel, 165 * SECOND), r#"{"balance":"99.91","currency":"USD"}"#);
}

#[test]
fn what_is_not_json_was_done_all_the_same() {
    for (variant, kind, beginning) in [
        ("page", "text/html", "<html>"),
        ("empty", "application/json", ""),
        ("text", "application/json", "OK"),
    ] {
        let mut panel = with(Rule::new(Fault::NotJson).variant(variant));
        let reply = add(&mut panel, 0, "x").reply;
        assert!(reply.content_type.starts_with(kind), "{variant}: {reply:?}");
        assert!(reply.status == 200 && reply.body.starts_with(beginning), "{variant}: {reply:?}");
        assert!(serde_json::from_str::<Value>(&reply.body).is_err(), "{variant}");
        assert_eq!(panel.orders().len(), 1);
    }
}
