//! Charges, what is given back, and others who spend.

use super::*;
use fakepanel::settings::Noise;
use fakepanel::{Cause, Rounding};

/// The charge of 37 at 0.9 per 1,000, which is 0.0333.
fn charge(settings: Settings) -> Amount {
    let mut panel = Panel::new(settings, 1).unwrap();
    let fields = [("action", "add"), ("service", "1"), ("link", "x"), ("quantity", "37")];
    ask(&mut panel, 0, &fields);
    panel.orders()[0].charge
}

#[test]
fn charges_have_the_decimals_of_the_panel() {
    for (decimals, rounding, expected) in [
        (6, Rounding::HalfUp, "0.0333"),
        (3, Rounding::HalfUp, "0.033"),
        (3, Rounding::Up, "0.034"),
        (2, Rounding::Down, "0.03"),
        (2, Rounding::Up, "0.04"),
    ] {
        let settings = Settings { decimals, rounding, ..settings() };
        assert_eq!(charge(settings), amount(expected), "{decimals} {rounding:?}");
    }
}

#[test]
fn a_balance_may_be_told_more_coarsely_than_it_is() {
    let settings = Settings { balance_decimals: Some(2), ..settings() };
    let mut panel = Panel::new(settings, 1).unwrap();
    let fields = [("action", "add"), ("service", "1"), ("link", "x"), ("quantity", "37")];
    ask(&mut panel, 0, &fields);
    let text = ask(&mut panel, 0, &[("action", "balance")]);
    assert_eq!(text, r#"{"balance":"99.97","currency":"USD"}"#);
    assert_eq!(panel.balance("main"), Some(amount("99.9667")));
}

#[test]
fn the_last_of_the_money_is_spent_and_no_more() {
    let mut panel = panel();
    panel.set_balance(1, "main", amount("0.17")).unwrap();
    order(&mut panel, 2, "x");
    let refused = ask(
        &mut panel,
        3,
        &[("action", "add"), ("service", "1"), ("link", "y"), ("quantity", "100")],
    );
    assert_eq!(refused, r#"{"error":"Not enough funds on balance"}"#);
    assert_eq!(panel.balance("main"), Some(amount("0.08")));
    assert_eq!(panel.balance("other"), Some(amount("50")));
    let purse = panel.purse("main").unwrap();
    let at = |us| purse.balance_at(us).to_string();
    assert_eq!([at(0), at(1), at(2), at(3)], ["100", "0.17", "0.08", "0.08"]);
    let moved: Vec<_> = purse.movements.iter().map(|m| (m.at_us, m.cause)).collect();
    assert_eq!(moved, [(1, Cause::Adjustment), (2, Cause::Charge(0))]);
    assert!(panel.set_balance(3, "nobody", amount("1")).is_err());
    sound(&panel);
}

#[test]
fn others_spend_from_the_same_account_and_it_is_known() {
    let noise =
        Noise { every_us: Span::new(SECOND, 3 * SECOND), least: amount("-0.5"), most: amount("1") };
    let mut panel = Panel::new(Settings { noise: Some(noise), ..settings() }, 1).unwrap();
    order(&mut panel, 5_000 * SECOND, "x");
    assert!(panel.purse("main").unwrap().movements.len() == 1, "nothing before the first moment");
    panel.advance(5_100 * SECOND);
    let purse = panel.purse("main").unwrap();
    let noise = purse.movements.iter().filter(|m| m.cause == Cause::Noise);
    let (taken, given): (Vec<Amount>, Vec<Amount>) =
        noise.map(|m| m.change).partition(|change| *change < Amount::ZERO);
    assert!(!given.is_empty() && taken.len() > given.len(), "{taken:?} {given:?}");
    assert!((33..=100).contains(&(taken.len() + given.len())));
    let noise = purse.sum(|cause| cause == Cause::Noise);
    let expected = amount("100").minus(amount("0.09")).plus(noise);
    assert_eq!(panel.balance("main"), Some(expected));
    panel.advance(9_000 * SECOND);
    assert!(panel.balance("main").unwrap() >= Amount::ZERO, "others cannot overspend either");
    sound(&panel);
}
