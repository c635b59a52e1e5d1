//! Answers to `services`.

use std::collections::BTreeMap;

use panel_api::client::{RowFault, Said, ServicesAnswer, Unclear, UpstreamService, read_services};
use panel_api::limits;
use panel_api::words::ServiceKind;
use serde_json::value::RawValue;

const ROW: &str = r#"{"service":1,"name":"Transcripts","type":"Default","category":"Audio","rate":"0.90","min":"50","max":"10000","refill":true,"cancel":false,"dripfeed":true}"#;

fn services(body: &str) -> Vec<UpstreamService> {
    match read_services(body.as_bytes()) {
        ServicesAnswer::List { services, problems } => {
            assert_eq!(problems, [], "{body}");
            services
        }
        other => panic!("{body}: {other:?}"),
    }
}

fn one(row: &str) -> UpstreamService {
    let mut services = services(&format!("[{row}]"));
    assert_eq!(services.len(), 1);
    services.remove(0)
}

/// The row with some of its members replaced or added; `null` is as good as leaving one out.
fn changed(members: &str) -> UpstreamService {
    let mut row: BTreeMap<String, Box<RawValue>> = serde_json::from_str(ROW).unwrap();
    let new: BTreeMap<_, _> = serde_json::from_str(&format!("{{{members}}}")).unwrap();
    row.extend(new);
    one(&serde_json::to_string(&row).unwrap())
}

#[test]
fn a_service_as_the_dialect_has_it() {
    let service = one(ROW);
    assert_eq!(service.service, "1");
    assert_eq!((service.name.as_str(), service.category.as_str()), ("Transcripts", "Audio"));
    assert_eq!(service.kind, Said::Value(ServiceKind::Default));
    assert_eq!((service.rate.micros(), service.rate.decimals()), (900_000, 2));
    assert_eq!((service.min, service.max), (50, 10_000));
    let can = (service.refill, service.cancel, service.dripfeed);
    assert_eq!(can, (Said::Value(true), Said::Value(false), Said::Value(true)));
    assert_eq!((service.desc, service.currency), (None, None));
}

#[test]
fn services_as_upstreams_write_them() {
    let usual = one(ROW);
    for (server, members) in [
        ("panels that write ids as texts", r#""service":"1""#),
        ("panels that write numbers", r#""rate":0.90,"min":50,"max":10000"#),
        ("PHP that calculated", r#""rate":"0.90","min":50.0,"max":1.0e+4"#),
        ("scripts that write flags as numbers", r#""refill":1,"cancel":0,"dripfeed":1"#),
        ("scripts that write flags as texts", r#""refill":"1","cancel":"0","dripfeed":"true""#),
        ("scripts that write types small", r#""type":"default""#),
        ("servers with more to say", r#""average_time":"5 minutes","x":{"y":[]}"#),
    ] {
        assert_eq!(changed(members), usual, "{server}");
    }
    let silent = changed(
        r#""type":null,"refill":null,"cancel":"","dripfeed":null,"category":null,"name":"""#,
    );
    assert_eq!(
        (silent.kind, silent.name.as_str(), silent.category.as_str()),
        (Said::Absent, "", "")
    );
    assert_eq!(
        (silent.refill, silent.cancel, silent.dripfeed),
        (Said::Absent, Said::Absent, Said::Absent)
    );
    assert_eq!(
        changed(r#""type":"custom_comments""#).kind,
        Said::Value(ServiceKind::CustomComments)
    );
    let unknown = changed(r#""type":"Subscription reselling","refill":"maybe""#);
    assert_eq!(unknown.kind, Said::Nonsense("Subscription reselling".to_owned()));
    assert_eq!(unknown.refill, Said::Nonsense("maybe".to_owned()));
    let wordy =
        changed(r#""description":"Line\r\nline","currency":"EUR","name":"A &amp; B 🎉\u0000""#);
    assert_eq!(wordy.desc.as_deref(), Some("Line\r\nline"));
    assert_eq!((wordy.currency.as_deref(), wordy.name.as_str()), (Some("EUR"), "A &amp; B 🎉"));
    assert_eq!(changed(r#""note":"n""#).desc.as_deref(), Some("n"));
    assert_eq!(changed(r#""rate":"0.0000004""#).rate.micros_up(), 1);
}

#[test]
fn lists_in_every_shape() {
    for (server, body) in [
        ("the dialect itself", format!("[{ROW}]")),
        ("scripts that wrap it in data", format!(r#"{{"status":"success","data":[{ROW}]}}"#)),
        ("PHP that took rows out of a list", format!(r#"{{"4":{ROW}}}"#)),
        ("rows that are there twice", format!("[{ROW},{ROW}]")),
    ] {
        assert_eq!(services(&body), [one(ROW)], "{server}");
    }
    let ids: Vec<String> =
        services(&format!("[{},{ROW},{}]", ROW.replacen('1', "9", 1), ROW.replacen('1', "5", 1)))
            .into_iter()
            .map(|service| service.service)
            .collect();
    assert_eq!(ids, ["9", "1", "5"], "the upstream's order");
}

/// A row that cannot be read neither hides the others nor counts as gone.
#[test]
fn problems_of_rows_are_told() {
    let with = |from: &str, to: &str| {
        ROW.replacen(r#""service":1"#, r#""service":7"#, 1).replacen(from, to, 1)
    };
    for (row, service, fault) in [
        ("5".to_owned(), None, RowFault::NoObject),
        ("null".to_owned(), None, RowFault::NoObject),
        (r#"{"service":7,"service":8}"#.to_owned(), None, RowFault::NoObject),
        (with(r#""service":7,"#, ""), None, RowFault::NoId),
        (with(r#""service":7"#, r#""service":"all""#), None, RowFault::NoId),
        (with("0.90", "$0.90"), Some("7"), RowFault::Rate),
        (with("0.90", "1,000"), Some("7"), RowFault::Rate),
        (with("0.90", "-1"), Some("7"), RowFault::Rate),
        (with("0.90", ""), Some("7"), RowFault::Rate),
        (with(r#""50""#, "null"), Some("7"), RowFault::Bounds),
        (with(r#""50""#, r#""-1""#), Some("7"), RowFault::Bounds),
        (with(r#""50""#, r#""10001""#), Some("7"), RowFault::Bounds),
        (with(r#""10000""#, r#""unlimited""#), Some("7"), RowFault::Bounds),
    ] {
        let body = format!("[{ROW},{row}]");
        let ServicesAnswer::List { services, problems } = read_services(body.as_bytes()) else {
            panic!("{body}")
        };
        assert_eq!(services, [one(ROW)], "{body}");
        assert_eq!(problems.len(), 1, "{body}");
        let problem = &problems[0];
        assert_eq!(
            (problem.row, problem.service.as_deref(), problem.fault),
            (1, service, fault),
            "{body}"
        );
    }
}

/// Which of two prices holds is not ours to guess.
#[test]
fn rows_that_differ_are_both_left_out() {
    let dearer = ROW.replacen("0.90", "9.00", 1);
    let other = ROW.replacen('1', "2", 1);
    let body = format!("[{ROW},{other},{dearer},{ROW}]");
    let ServicesAnswer::List { services, problems } = read_services(body.as_bytes()) else {
        panic!()
    };
    assert_eq!(services, [one(&other)]);
    let told: Vec<_> = problems.iter().map(|p| (p.row, p.service.as_deref(), p.fault)).collect();
    assert_eq!(told, [(2, Some("1"), RowFault::Twice), (3, Some("1"), RowFault::Twice)]);
}

#[test]
fn an_empty_or_broken_list_is_no_list() {
    assert_eq!(read_services(b"[]"), ServicesAnswer::Empty);
    assert_eq!(read_services(br#"{"status":"success","data":[]}"#), ServicesAnswer::Empty);
    assert_eq!(
        read_services(br#"{"status":"success","data":"Empty Data"}"#),
        ServicesAnswer::Empty
    );
    let refused = ServicesAnswer::Refused("Invalid API key".to_owned());
    assert_eq!(read_services(br#"{"error":"Invalid API key"}"#), refused);
    for (body, why) in [
        (String::new(), Unclear::Empty),
        ("<html>".to_owned(), Unclear::NotJson),
        (format!("[{ROW},"), Unclear::NotJson),
        (format!("[{ROW}"), Unclear::NotJson),
        ("{}".to_owned(), Unclear::Shape),
        (r#"{"message":"x"}"#.to_owned(), Unclear::Shape),
        (r#"{"data":"Empty Data"}"#.to_owned(), Unclear::Shape),
        ("[5,{}]".to_owned(), Unclear::NoService),
        (format!("[{}]", vec!["1"; limits::SERVICES + 1].join(",")), Unclear::TooLong),
    ] {
        assert_eq!(read_services(body.as_bytes()), ServicesAnswer::Unclear(why));
    }
}
