//! The worked example of money.

use crate::page::Page;
use domain::Micros;
use domain::money::{charge_per_thousand, delivered_share};
use serde_json::Value;

#[test]
fn the_worked_example_is_right() {
    let page = Page::read();
    let rows = page.table(&["Step", "Amount"]);
    let amount = |step: &str| rows.iter().find(|row| row[0] == step).unwrap()[1];
    let rate = Micros::parse(amount("`rate` of the service")).unwrap();
    let charge = charge_per_thousand(rate, 1_333).unwrap();
    let share = delivered_share(charge, 1_000, 1_333).unwrap();
    assert_eq!(amount("× 1333 / 1000"), exact(rate.raw() * 1_333, 1_000, 7));
    assert_eq!(amount("Charge"), charge.to_string());
    assert_eq!(amount("Delivered: 1333 − 333"), "1000");
    assert_eq!(amount("× 1000 / 1333"), exact(charge.raw() * 1_000, 1_333, 8) + "…");
    assert_eq!(amount("Charge of the part"), share.to_string());
    assert_eq!(amount("Given back"), charge.checked_sub(share).unwrap().to_string());
    assert_eq!(rows.len(), 7);
}

/// The quotient of millionths with so many decimals, cut off.
#[expect(clippy::arithmetic_side_effects, reason = "an overflow here is a failed test")]
fn exact(micros: i64, divisor: i64, decimals: u32) -> String {
    let scale = 10_i64.pow(decimals - 6);
    let digits = micros * scale / divisor;
    let whole = 10_i64.pow(decimals);
    format!("{}.{:0width$}", digits / whole, digits % whole, width = decimals as usize)
}

#[test]
fn it_is_the_one_of_the_examples() {
    let page = Page::read();
    let reply = |name: &str| {
        let example = page.examples.iter().find(|example| example.name == name).unwrap();
        serde_json::from_str::<Value>(&example.reply).unwrap()
    };
    let rows = page.table(&["Step", "Amount"]);
    let amount = |step: &str| rows.iter().find(|row| row[0] == step).unwrap()[1];
    assert_eq!(reply("services")[0]["rate"], amount("`rate` of the service"));
    assert_eq!(reply("status-one")["charge"], amount("Charge"));
    let ended = &reply("status-many")["1"];
    assert_eq!(
        (&ended["charge"], &ended["remains"]),
        (&amount("Charge of the part").into(), &"333".into())
    );
}
