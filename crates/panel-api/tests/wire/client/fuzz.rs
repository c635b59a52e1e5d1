//! Random and damaged answers. No reader panics, and none says more than there is.

use panel_api::client::{
    AddAnswer, Answers, Found, ServicesAnswer, Unclear, is_id, read_add, read_balance, read_cancel,
    read_orders, read_refill, read_refill_status, read_services, read_status,
};
use panel_api::limits;
use serde_json::Value;

use super::asked;
use crate::fuzz::Dice;

const SEEDS: [&str; 14] = [
    r#"{"order":23501}"#,
    r#"{"status":"success","order":"151","error":null}"#,
    r#"{"error":"Not enough funds on balance"}"#,
    r#"{"data":{"order_id":5,"charge":"0.27819"},"status":"success"}"#,
    r#"{"error":"","order":0,"order_id":"ref_7","success":true}"#,
    r#"{"charge":"0.27819","start_count":"3572","status":"Partial","remains":"157","currency":"USD"}"#,
    r#"{"12":{"charge":1.5e-3,"status":"In progress","remains":null},"34":{"error":"Incorrect order ID"},"56":"x"}"#,
    r#"[{"order":12,"status":"Completed"},{"order":34,"refill":7},{"order":56,"cancel":{"error":"no"}}]"#,
    r#"{"balance":"100.84292","currency":"USD"}"#,
    r#"[{"service":1,"name":"\ud83c\udf89","type":"Default","rate":"0.9","min":"1","max":100,"refill":true}]"#,
    r#"{"canceled":[12,"34"],"refill":"1","status":"Pending"}"#,
    "<html><body>502 Bad Gateway</body></html>",
    "\u{feff} [ ] ",
    r#"{"status":4,"orders":[1,"2"],"runs":3,"posts":-1,"data":[]}"#,
];

const PIECES: [&str; 22] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "null",
    "true",
    "0",
    "-",
    "1e9",
    "\\u0000",
    "\\ud800",
    "\"order\":",
    "\"error\":",
    "\"order\":5,",
    "\"error\":\"x\",",
    "\"data\":{",
    "\"status\":\"error\",",
    "99999999999999999999999999999999999999999",
    "\u{feff}",
];

/// A real answer with a few damages.
fn damaged(dice: &mut Dice) -> Vec<u8> {
    let mut bytes = SEEDS[dice.roll(SEEDS.len())].as_bytes().to_vec();
    for _ in 0..dice.roll(4) {
        let at = dice.roll(bytes.len().saturating_add(1));
        match dice.roll(6) {
            0 => bytes.insert(at, dice.byte()),
            1 => bytes.truncate(at),
            2 if at < bytes.len() => bytes[at] = dice.byte(),
            3 => {
                let end = at.saturating_add(dice.roll(9)).min(bytes.len());
                bytes.drain(at..end);
            }
            _ => {
                bytes.splice(at..at, PIECES[dice.roll(PIECES.len())].bytes());
            }
        }
    }
    bytes
}

/// Whether the body holds something like an id where an order's id belongs: read by the JSON library
/// alone, so that it does not share our mistakes.
fn holds_an_id(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else { return false };
    // The library reads no half of a surrogate pair.
    let text = text.trim_matches(['\u{feff}', ' ', '\n']).replace("\\ud", "\\u0");
    let Ok(value) = serde_json::from_str::<Value>(&text) else { return false };
    let id = |value: &Value| match value {
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        Value::String(text) => text.chars().any(|c| c.is_ascii_digit() && c != '0'),
        _ => false,
    };
    [&value, &value["data"]].into_iter().any(|at| id(&at["order"]) || id(&at["order_id"]))
}

#[test]
fn add_is_never_misread() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let (mut accepted, mut refused, mut unclear) = (0, 0, 0);
    for _ in 0..60_000 {
        let body = damaged(&mut dice);
        let shown = String::from_utf8_lossy(&body);
        match read_add(&body) {
            AddAnswer::Accepted(answer) => {
                accepted += 1;
                assert!(is_id(&answer.id) && answer.id.len() <= limits::ID_CHARS, "{shown}");
                assert!(holds_an_id(&body), "accepted without an id: {shown}");
            }
            AddAnswer::Refused(text) => {
                refused += 1;
                assert!(!text.is_empty() && text.chars().count() <= limits::TEXT_CHARS, "{shown}");
                assert!(!holds_an_id(&body), "refused with an id: {shown}");
                assert!(shown.contains("error"), "refused without an error: {shown}");
            }
            AddAnswer::Unclear(_) => unclear += 1,
        }
    }
    // A loop that only ever sees one kind would prove little.
    assert!(
        accepted > 3_000 && refused > 1_000 && unclear > 10_000,
        "{accepted} {refused} {unclear}"
    );
}

/// The check above finds a reader that is too eager: one that looks for the word only.
#[test]
fn an_eager_reader_is_found_out() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let eager = |body: &[u8]| String::from_utf8_lossy(body).contains("\"error\":\"");
    let wrong = (0..60_000).filter(|_| {
        let body = damaged(&mut dice);
        eager(&body) && holds_an_id(&body)
    });
    assert!(wrong.count() > 50);
}

fn check<T>(answers: &Answers<T>, ids: &[String], body: &[u8]) -> bool {
    match answers {
        Answers::Each(each) => {
            assert!(each.iter().map(|(id, _)| id).eq(ids));
            each.iter().any(|(_, found)| matches!(found, Found::Known(_)))
        }
        Answers::Refused(text) => {
            assert!(!text.is_empty(), "{}", String::from_utf8_lossy(body));
            false
        }
        Answers::Unclear(_) => false,
    }
}

#[test]
fn nothing_makes_the_readers_panic() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (one, three) = (asked(&["12"]), asked(&["12", "34", "56"]));
    let mut understood = 0;
    for round in 0..20_000 {
        let body = if round % 8 == 0 {
            (0..dice.roll(60)).map(|_| dice.byte()).collect()
        } else {
            damaged(&mut dice)
        };
        for ids in [&one, &three] {
            understood += usize::from(check(&read_status(&body, ids), ids, &body));
            understood += usize::from(check(&read_refill(&body, ids), ids, &body));
            understood += usize::from(check(&read_refill_status(&body, ids), ids, &body));
            understood += usize::from(check(&read_cancel(&body, ids), ids, &body));
        }
        if let ServicesAnswer::List { services, .. } = read_services(&body) {
            assert!(!services.is_empty());
            assert!(
                services
                    .iter()
                    .all(|service| service.min <= service.max && is_id(&service.service))
            );
            understood += 1;
        }
        drop((read_balance(&body), read_orders(&body)));
    }
    assert!(understood > 5_000, "{understood}");
}

#[test]
fn half_an_answer_is_no_answer() {
    for whole in SEEDS.into_iter().filter(|seed| seed.starts_with(['{', '['])) {
        for at in 0..whole.len() {
            let Some(half) = whole.get(..at) else { continue };
            assert!(
                matches!(
                    read_add(half.as_bytes()),
                    AddAnswer::Unclear(Unclear::NotJson | Unclear::Empty)
                ),
                "{half}"
            );
        }
    }
}
