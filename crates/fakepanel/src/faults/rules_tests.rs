use super::*;

/// Which of twelve adds it happens to.
fn fired(rules: Vec<Rule>) -> Vec<usize> {
    let mut rules = Rules::new(rules);
    let mut random = fastrand::Rng::with_seed(1);
    (1..=12)
        .filter(|n| {
            let link = if n % 2 == 0 { "even" } else { "odd" };
            let asked = Asked { link: Some(link), again: n % 4 == 0 };
            rules.of_request(Action::Add, asked, &mut random).is_some()
        })
        .collect()
}

#[test]
fn rules_fire_as_often_as_they_say() {
    let hang = || Rule::new(Fault::HangAfter);
    assert_eq!(fired(vec![hang()]).len(), 12);
    assert_eq!(fired(vec![hang().every(5)]), [5, 10]);
    assert_eq!(fired(vec![hang().every(2).times(2)]), [2, 4]);
    assert_eq!(fired(vec![hang().link("even").every(2)]), [4, 8, 12]);
    assert_eq!(fired(vec![hang().link("even").fresh()]), [2, 6, 10]);
    assert_eq!(fired(vec![hang().on(&[Action::Status])]), [0; 0]);
    assert_eq!(fired(vec![Rule::new(Fault::StatusNonsense).on(&[Action::Add])]), [0; 0]);
    assert_eq!(fired(vec![Rule::new(Fault::Refuse)]), [0; 0]);
    let mut rules = Rules::new(vec![hang().per_mille(300)]);
    let mut random = fastrand::Rng::with_seed(1);
    let draws = (0..10_000).map(|_| rules.of_request(Action::Add, Asked::default(), &mut random));
    let often = draws.flatten().count();
    assert!((2_800..3_200).contains(&often), "{often}");
}

#[test]
fn the_first_rule_that_fires_decides() {
    let rules = vec![Rule::new(Fault::HangAfter).every(3), Rule::new(Fault::Drip)];
    let mut rules = Rules::new(rules);
    let mut random = fastrand::Rng::with_seed(1);
    let mut next = || rules.of_request(Action::Add, Asked::default(), &mut random).unwrap().fault;
    assert_eq!([next(), next(), next()], [Fault::Drip, Fault::Drip, Fault::HangAfter]);
}

#[test]
fn senseless_rules_are_named() {
    for (rule, complains) in [
        (Rule::new(Fault::WrongTypes).variant("nulls"), false),
        (Rule::new(Fault::WrongTypes).variant("nulls").on(&[Action::Add]), true),
        (Rule::new(Fault::HangAfter).variant("slow"), true),
        (Rule::new(Fault::HangAfter).every(0), true),
        (Rule::new(Fault::Refuse).on(&[Action::Add]), true),
        (Rule::new(Fault::Refuse).every(3), false),
    ] {
        assert_eq!(rule.complaint().is_some(), complains, "{rule:?}");
    }
}

#[test]
fn a_rule_is_short_as_json() {
    let read = |text: &str| serde_json::from_str::<Rule>(text).unwrap();
    assert_eq!(read(r#"{"fault":"hang-after"}"#), Rule::new(Fault::HangAfter));
    let long = r#"{"fault":"truncate","when":{"every":3},"actions":["add","refill_status"]}"#;
    let expected = Rule::new(Fault::Truncate).every(3);
    assert_eq!(read(long), expected.on(&[Action::Add, Action::RefillStatus]));
    let often = read(r#"{"fault":"drip","when":{"per_mille":20},"delay_us":5,"times":2}"#);
    assert_eq!(often, Rule::new(Fault::Drip).per_mille(20).delay_us(5).times(2));
}
