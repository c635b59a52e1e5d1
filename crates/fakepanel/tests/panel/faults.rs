//! What goes wrong, and what becomes of the order.

use super::*;
use fakepanel::{Fate, Greeting, LATE_US};

/// The verdict on an `add` that this happens to, and the reaction.
fn hit(rule: Rule) -> (Verdict, Reaction, Panel) {
    let mut panel = with(rule);
    let reaction = add(&mut panel, 0, "x");
    (last_verdict(&panel), reaction, panel)
}

#[test]
fn each_fault_leaves_the_order_as_it_says() {
    for fault in Fault::ALL {
        if fault.is_of_connections() || !fault.fits(Action::Add) {
            continue;
        }
        let (verdict, _, mut panel) = hit(Rule::new(fault).on(&[Action::Add]));
        let right = match fault.fate() {
            Fate::Lost => verdict == Verdict::Lost,
            Fate::Refused => matches!(verdict, Verdict::Refused(_)),
            Fate::Processed => verdict == Verdict::Accepted(0),
            Fate::Delayed => verdict == Verdict::Waiting { until_us: LATE_US },
        };
        assert!(right, "{fault:?}: {verdict:?}");
        let taken = usize::from(fault.fate() == Fate::Processed);
        assert_eq!(panel.orders().len(), taken, "{fault:?}");
        let spent = if taken == 1 { "99.91" } else { "100" };
        assert_eq!(panel.balance("main"), Some(amount(spent)), "{fault:?}");
        assert_eq!(panel.journal().writes()[0].fault, Some(fault));
        assert_eq!(panel.journal().times(fault), 1);
        panel.advance(LATE_US);
        let taken = usize::from(matches!(fault.fate(), Fate::Processed | Fate::Delayed));
        assert_eq!(panel.orders().len(), taken, "{fault:?}");
        sound(&panel);
    }
}

#[test]
fn each_fault_answers_as_it_says() {
    let silent = [Fault::HangBefore, Fault::HangAfter, Fault::RejectHang];
    for fault in silent {
        let (_, reaction, panel) = hit(Rule::new(fault));
        assert_eq!(reaction.how, How::Silence, "{fault:?}");
        assert_eq!(panel.journal().writes()[0].answer, None);
    }
    for fault in [Fault::ResetAfter, Fault::ResetBefore] {
        assert_eq!(hit(Rule::new(fault)).1.how, How::Reset { after_us: 0 }, "{fault:?}");
    }
    for (fault, status) in [(Fault::ErrorAfter, 500), (Fault::BadGateway, 502)] {
        let (_, reaction, _) = hit(Rule::new(fault));
        assert_eq!(reaction.how, How::Answer { after_us: 0 });
        assert_eq!(reaction.reply.status, status, "{fault:?}");
        assert!(reaction.reply.content_type.starts_with("text/html"), "{fault:?}");
        assert!(reaction.reply.body.starts_with("<html>"), "{fault:?}");
    }
    let late = hit(Rule::new(Fault::AnswerLate)).1;
    assert_eq!(late.how, How::Answer { after_us: 90 * SECOND });
    assert_eq!(late.reply.body, r#"{"order":23501}"#);
    let late = hit(Rule::new(Fault::AnswerLate).delay_us(7)).1;
    assert_eq!(late.how, How::Answer { after_us: 7 });
    let dripped = hit(Rule::new(Fault::Drip)).1;
    assert_eq!(dripped.how, How::Drip { after_us: 0, every_us: SECOND / 2 });
    assert_eq!(dripped.reply.body, r#"{"order":23501}"#);
    let guarded = json(&hit(Rule::new(Fault::LinkGuard)).1);
    assert!(guarded["error"].as_str().unwrap().starts_with("You have active order with this link"));
}

#[test]
fn an_order_can_be_accepted_long_after_the_caller_went() {
    let (_, reaction, mut panel) = hit(Rule::new(Fault::AcceptLate).times(1));
    assert_eq!(reaction.how, How::Later { at_us: 90 * SECOND });
    assert_eq!((panel.waiting(), panel.collect(89 * SECOND, reaction.number)), (1, None));
    let soon = order(&mut panel, 89 * SECOND, "y");
    let reply = panel.collect(95 * SECOND, reaction.number).unwrap();
    assert_eq!(reply.body, format!(r#"{{"order":{}}}"#, soon + 1));
    let late = panel.order(soon + 1).unwrap();
    assert_eq!((late.accepted_us, late.request, panel.waiting()), (90 * SECOND, 0, 0));
    assert_eq!(panel.journal().writes()[0].verdict, Verdict::Accepted(1));
    sound(&panel);
}

#[test]
fn what_is_accepted_late_may_be_refused_then() {
    let (_, reaction, mut panel) = hit(Rule::new(Fault::AcceptLate).delay_us(5));
    panel.set_balance(1, "main", amount("0")).unwrap();
    let reply = panel.collect(5, reaction.number).unwrap();
    assert_eq!(reply.body, r#"{"error":"Not enough funds on balance"}"#);
    assert!(panel.orders().is_empty());
}

#[test]
fn refusals_come_in_many_words() {
    for fault in [Fault::Refusal, Fault::RejectHang] {
        for variant in fault.variants(Action::Add) {
            let (verdict, ..) = hit(Rule::new(fault).variant(*variant));
            assert!(matches!(verdict, Verdict::Refused(words) if !words.is_empty()));
        }
    }
    let (_, reaction, _) = hit(Rule::new(Fault::Refusal).variant("suspended"));
    assert_eq!(reaction.reply.body, r#"{"error":"Your account has been suspended."}"#);
    assert_eq!(reaction.reply.status, 200);
    let (verdict, reaction, _) = hit(Rule::new(Fault::Refusal).text("Nein: \"0\""));
    assert_eq!(reaction.reply.body, r#"{"error":"Nein: \"0\""}"#);
    assert_eq!(verdict, Verdict::Refused("Nein: \"0\"".into()));
}

#[test]
fn too_many_requests_are_told_in_three_ways() {
    let rule = |variant: &str| Rule::new(Fault::RateLimit).variant(variant);
    let told = |variant| {
        let reply = hit(rule(variant)).1.reply;
        (reply.status, reply.retry_after, reply.body)
    };
    let text = r#"{"error":"Rate limit exceeded"}"#.to_owned();
    assert_eq!(told("429"), (429, Some(2), text.clone()));
    assert_eq!(told("429-empty"), (429, Some(2), String::new()));
    assert_eq!(told("text"), (200, None, text));
}

#[test]
fn an_answer_is_cut_somewhere_before_its_end() {
    let mut panel = with(Rule::new(Fault::Truncate).variant("short-body"));
    let mut lengths = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let reaction = add(&mut panel, 0, "x");
        let How::Truncate { keep, .. } = reaction.how else { panic!("{reaction:?}") };
        assert!(keep < reaction.reply.body.len());
        lengths.insert(keep);
    }
    assert_eq!(lengths.len(), r#"{"order":23501}"#.len(), "each length comes");
    let mut panel = with(Rule::new(Fault::Truncate).variant("short-json"));
    for _ in 0..50 {
        let reaction = add(&mut panel, 0, "x");
        assert_eq!(reaction.how, How::Answer { after_us: 0 });
        assert!(r#"{"order":23501}"#.starts_with(reaction.reply.body.get(..1).unwrap()));
        assert!(serde_json::from_str::<Value>(&reaction.reply.body).is_err());
    }
    assert_eq!(panel.orders().len(), 50);
}

#[test]
fn an_id_is_given_to_two_orders() {
    let mut panel = with(Rule::new(Fault::IdReuse).every(2));
    let ids: Vec<u64> = (0..4).map(|_| order(&mut panel, 0, "x")).collect();
    assert_eq!(ids, [23_501, 23_501, 23_502, 23_502]);
    assert_eq!(panel.orders().len(), 4);
    assert_eq!(panel.balance("main"), Some(amount("99.64")));
    assert_eq!(panel.order(23_501).unwrap().number, 1, "the latest is what is told");
    sound(&panel);
    let alone = hit(Rule::new(Fault::IdReuse)).1;
    assert_eq!(alone.reply.body, r#"{"order":23501}"#, "there is none to take it from");
}

#[test]
fn connections_are_refused_and_closed_as_often_as_asked() {
    let mut panel = panel();
    let rules = vec![Rule::new(Fault::Refuse).every(3), Rule::new(Fault::CloseUnread).every(2)];
    panel.set_faults(rules).unwrap();
    let seen: Vec<Greeting> = (0..6).map(|now_us| panel.connect(now_us)).collect();
    use Greeting::{CloseUnread, Refuse, Serve};
    assert_eq!(seen, [Serve, CloseUnread, Refuse, Serve, CloseUnread, Refuse]);
    assert_eq!(panel.journal().times(Fault::Refuse), 2);
    order(&mut panel, 7, "x");
}

#[test]
fn rules_hold_until_there_are_others() {
    let mut panel = with(Rule::new(Fault::BadGateway).on(&[Action::Status, Action::Balance]));
    let id = order(&mut panel, 0, "x");
    let reaction = panel.handle(0, &form(&[("action", "balance")]));
    assert_eq!(reaction.reply.status, 502);
    assert_eq!(panel.faults().len(), 1);
    let senseless = Rule::new(Fault::HangAfter).variant("quickly");
    assert!(panel.set_faults(vec![senseless]).is_err());
    assert_eq!(panel.faults().len(), 1, "a wrong rule changes nothing");
    panel.set_faults(Vec::new()).unwrap();
    assert_eq!(state(&mut panel, 0, id).0, "Pending");
}
