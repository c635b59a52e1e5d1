//! The many spellings of ids.

use panel_api::request::{Id, Ids, Request};
use panel_api::{Fault, limits};

use crate::{ask, id, ids, json};

fn status(params: &str) -> Result<Ids, Fault> {
    match ask(format!("action=status&{params}"))? {
        Request::Status(ids) => Ok(ids),
        other => panic!("{other:?}"),
    }
}

fn status_json(member: &str) -> Result<Ids, Fault> {
    match json(format!(r#"{{"key":"k","action":"status",{member}}}"#)).unwrap().request? {
        Request::Status(ids) => Ok(ids),
        other => panic!("{other:?}"),
    }
}

#[test]
fn spellings_of_several() {
    let wanted = Ok(Ids::Many(ids(&["12", "2", "13"])));
    for params in [
        "orders=12,2,13",
        "orders=12%2C2%2C13",
        "orders=+12,+2+,13+",
        "orders=12,2,13,",
        "orders=,12,,2,13",
        "orders=12,2,12,13,2",
        "orders=[12,2,13]",
        "orders=[12,+2,+13,]",
        "orders=+[12,2,13]+",
        "orders=%5B%2212%22%2C%222%22%2C%2213%22%5D",
        "orders=[12,\"2\",13]",
        "orders=['12','2','13']",
        "orders[]=12&orders[]=2&orders[]=13",
        "orders%5B%5D=12&orders%5B%5D=2&orders%5B%5D=13",
        "orders[0]=12&orders[1]=2&orders[2]=13",
        "orders[0]=9&orders[1]=2&orders[2]=13&orders[0]=12",
        "orders[a]=12&orders[b]=2&orders[c]=13",
        "orders[]=12,2&orders[]=13",
        "orders[]=&orders[]=12&orders[]=2&orders[]=13",
        "orders=7&orders[]=12&orders[]=2&orders[]=13",
        "orders[]=7&orders=12,2,13",
        "order=12,2,13",
        "order=[12,2,13]",
        "order[]=12&order[]=2&order[]=13",
    ] {
        assert_eq!(status(params), wanted, "{params}");
    }
    for member in [
        r#""orders":[12,2,13]"#,
        r#""orders":["12","2","13"]"#,
        r#""orders":[12,"2",null,13,""]"#,
        r#""orders":"12,2,13""#,
        r#""orders":"[12,2,13]""#,
        r#""orders[]":[12,2,13]"#,
        r#""orders[0]":12,"orders[1]":2,"orders[2]":"13""#,
        r#""order":[12,2,13]"#,
        r#""orders":[1],"orders":[12,2,13]"#,
    ] {
        assert_eq!(status_json(member), wanted, "{member}");
    }
}

#[test]
fn one_or_many() {
    for (params, wanted) in [
        ("order=5", Ids::One(id("5"))),
        ("order=+5+", Ids::One(id("5"))),
        ("order=x", Ids::One(id("x"))),
        ("order=5,", Ids::Many(ids(&["5"]))),
        ("order=5,5", Ids::Many(ids(&["5"]))),
        ("order=[5]", Ids::Many(ids(&["5"]))),
        ("order[]=5", Ids::Many(ids(&["5"]))),
        ("orders=5", Ids::Many(ids(&["5"]))),
        ("orders=&order=5", Ids::One(id("5"))),
        ("orders=undefined&order=5", Ids::One(id("5"))),
    ] {
        assert_eq!(status(params).as_ref(), Ok(&wanted), "{params}");
        assert_eq!(wanted.as_slice().len(), 1, "{params}");
    }
    assert_eq!(status_json(r#""order":5"#), Ok(Ids::One(id("5"))));
    assert_eq!(status_json(r#""orders":5"#), Ok(Ids::Many(ids(&["5"]))));
}

#[test]
fn ids_are_positive_integers_below_two_to_the_31st() {
    for (asked, number) in [
        ("1", Some(1)),
        ("007", Some(7)),
        ("2147483647", Some(2_147_483_647)),
        ("2147483648", None),
        ("99999999999999999999", None),
        ("0", None),
        ("-1", None),
        ("%2B1", None),
        ("1.0", None),
        ("1e3", None),
        ("0x1", None),
        ("abc", None),
        ("1 2", None),
        ("１", None),
        ("\"1\"", None),
    ] {
        let found = status(&format!("orders={asked}")).unwrap();
        let asked = asked.replace("%2B", "+");
        assert_eq!(found, Ids::Many(vec![Id { asked: asked.clone(), number }]), "{asked}");
    }
    assert_eq!(limits::ID_MAX, i64::from(i32::MAX));
}

#[test]
fn repeated_ids_are_one_by_number_or_by_text() {
    let found = status("orders=7,x,007,X,x,0,00,7").unwrap();
    let asked: Vec<&str> = found.as_slice().iter().map(|id| id.asked.as_str()).collect();
    assert_eq!(asked, ["7", "x", "X", "0", "00"]);
}

fn row(numbers: impl Iterator<Item = usize>) -> String {
    numbers.map(|n| n.to_string()).collect::<Vec<_>>().join(",")
}

#[test]
fn at_most_a_hundred() {
    let too_many = Err(Fault("Maximum 100 orders"));
    let hundred = row(1..101);
    assert_eq!(status(&format!("orders={hundred}")).unwrap().as_slice().len(), limits::IDS);
    assert_eq!(status(&format!("orders={hundred},1,{hundred},")).unwrap().as_slice().len(), 100);
    assert_eq!(status(&format!("orders={hundred},x")), too_many);
    assert_eq!(status(&format!("orders={}", row(1..102))), too_many);
    assert_eq!(status(&format!("order={}", row(1..102))), too_many);
    assert_eq!(status(&format!("orders={}", row(1..10_001))), too_many);
    assert_eq!(status_json(&format!(r#""orders":[{}]"#, row(1..102))), too_many);
    assert_eq!(status_json(&format!(r#""orders":[{}]"#, row(1..20_001))), too_many);
    let brackets: String = (1..102).map(|n| format!("&orders[]={n}")).collect();
    assert_eq!(status(&brackets), too_many);
    assert_eq!(
        ask(format!("action=refill_status&refills={}", row(1..102))),
        Err(Fault("Maximum 100 orders"))
    );
    assert_eq!(
        ask(format!("action=refill_status&orders={}", row(1..102))),
        Err(Fault("Maximum 100 orders"))
    );
}

#[test]
fn repetition_has_an_end_too() {
    let entries = "7,".repeat(limits::ID_ENTRIES);
    assert_eq!(status(&format!("orders={entries}")), Ok(Ids::Many(ids(&["7"]))));
    assert_eq!(status(&format!("orders={entries}7")), Err(Fault("Maximum 100 orders")));
    assert_eq!(status_json(&format!(r#""orders":[{entries}7]"#)), Err(Fault("Maximum 100 orders")));
    assert_eq!(
        status_json(&format!(r#""orders":[{entries}7,7,7]"#)),
        Err(Fault("Maximum 100 orders"))
    );
}

#[test]
fn an_id_is_echoed_so_it_is_short() {
    let longest = "x".repeat(limits::ID_CHARS);
    assert_eq!(status(&format!("orders=1,{longest}")), Ok(Ids::Many(ids(&["1", &longest]))));
    assert_eq!(status(&format!("orders=1,{longest}x")), Err(Fault("Incorrect order ID")));
    assert_eq!(
        ask(format!("action=refill_status&refill={longest}x")),
        Err(Fault("Incorrect refill ID"))
    );
}
