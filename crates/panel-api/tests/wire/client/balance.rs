//! Answers to `balance`.

use panel_api::client::{BalanceAnswer, Unclear, read_balance};

#[test]
fn balances_as_upstreams_write_them() {
    for (server, body, micros, decimals, currency) in [
        (
            "the dialect itself",
            r#"{"balance":"100.84292","currency":"USD"}"#,
            100_842_920,
            5,
            Some("USD"),
        ),
        (
            "panels that write a number",
            r#"{"balance":100.84292,"currency":"USD"}"#,
            100_842_920,
            5,
            Some("USD"),
        ),
        ("panels that leave the currency out", r#"{"balance":"7"}"#, 7_000_000, 0, None),
        (
            "scripts with a status",
            r#"{"status":"success","balance":"7.50","currency":"EUR"}"#,
            7_500_000,
            2,
            Some("EUR"),
        ),
        (
            "scripts that format it apart",
            r#"{"balance":null,"balancef":"7.5"}"#,
            7_500_000,
            1,
            None,
        ),
        (
            "PHP that calculated it",
            r#"{"balance":0.30000000000000004,"currency":""}"#,
            300_000,
            1,
            None,
        ),
        ("accounts in debt", r#"{"balance":"-1.5"}"#, -1_500_000, 1, None),
    ] {
        let BalanceAnswer::Balance { amount, currency: found } = read_balance(body.as_bytes())
        else {
            panic!("{server}: {body}")
        };
        assert_eq!((amount.micros(), amount.decimals()), (micros, decimals), "{server}");
        assert_eq!(found.as_deref(), currency, "{server}");
    }
}

/// A balance is evidence, so nothing is guessed.
#[test]
fn what_is_no_balance_is_unclear() {
    for (body, why) in [
        ("", Unclear::Empty),
        ("<h1>Maintenance</h1>", Unclear::NotJson),
        ("100.5", Unclear::Shape),
        (r#"{"balance":"$1,000.00"}"#, Unclear::NoAmount),
        (r#"{"balance":"1,5","balancef":"1.5"}"#, Unclear::NoAmount),
        (r#"{"balance":true}"#, Unclear::NoAmount),
        (r#"{"status":"success"}"#, Unclear::NoAmount),
        (r#"{"data":{"balance":"1"}}"#, Unclear::NoAmount),
        (r#"{"balance":"1","balance":"2"}"#, Unclear::SaidTwice),
    ] {
        assert_eq!(read_balance(body.as_bytes()), BalanceAnswer::Unclear(why), "{body}");
    }
    assert_eq!(
        read_balance(br#"{"error":"Invalid API key","balance":"1"}"#),
        BalanceAnswer::Refused("Invalid API key".to_owned())
    );
}
