//! The parameters of an order.

use panel_api::Fault;
use panel_api::request::{Add, Number};

use crate::{INCORRECT_REQUEST, add, add_json};

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn int(number: i64) -> Option<Number> {
    Some(Number::Int(number))
}

#[test]
fn every_parameter_has_its_place() {
    let wanted = Add {
        service: int(1),
        link: text("https://example.com/a?b=1&c=2"),
        quantity: int(3),
        runs: int(4),
        interval: int(5),
        min: int(6),
        max: int(7),
        posts: int(8),
        old_posts: int(9),
        delay: int(10),
        answer_number: int(11),
        device: int(12),
        type_of_traffic: int(13),
        comments: vec!["co".to_owned()],
        usernames: vec!["us".to_owned()],
        hashtags: vec!["hs".to_owned()],
        keywords: vec!["kw".to_owned()],
        groups: vec!["gr".to_owned()],
        list: vec!["li".to_owned()],
        suggest: vec!["su".to_owned()],
        search: vec!["se".to_owned()],
        hashtag: text("ht"),
        username: text("un"),
        media: text("me"),
        country: text("WW"),
        google_keyword: text("gk"),
        referring_url: text("ru"),
        expiry: text("31/12/2026"),
        request_id: text("r-1"),
    };
    let form = "service=1&link=https%3A%2F%2Fexample.com%2Fa%3Fb%3D1%26c%3D2&quantity=3&runs=4&interval=5\
        &min=6&max=7&posts=8&old_posts=9&delay=10&answer_number=11&device=12&type_of_traffic=13\
        &comments=co&usernames=us&hashtags=hs&keywords=kw&groups=gr&list=li&suggest=su&search=se\
        &hashtag=ht&username=un&media=me&country=WW&google_keyword=gk&referring_url=ru\
        &expiry=31%2F12%2F2026&request_id=r-1";
    assert_eq!(add(form), Ok(wanted.clone()));
    let json = r#""service":1,"link":"https:\/\/example.com\/a?b=1&c=2","quantity":"3","runs":4,"interval":5,
        "min":6,"max":7,"posts":8,"old_posts":9,"delay":10,"answer_number":11,"device":12,"type_of_traffic":13,
        "comments":"co","usernames":["us"],"hashtags":"hs","keywords":["kw"],"groups":"gr","list":"li","suggest":"su",
        "search":"se","hashtag":"ht","username":"un","media":"me","country":"WW","google_keyword":"gk",
        "referring_url":"ru","expiry":"31/12/2026","request_id":"r-1""#;
    assert_eq!(add_json(json), Ok(wanted));
}

#[test]
fn nothing_is_required_here_and_junk_is_nothing() {
    assert_eq!(add(""), Ok(Add::default()));
    let junk = "service=&link=+&quantity=undefined&runs=undefined&interval=null&comments=&expiry=&posts=%20\
        &start_at=1&username=null&usernames=undefined&foo=bar";
    assert_eq!(add(junk), Ok(Add::default()));
    assert_eq!(
        add_json(r#""service":null,"link":"","comments":[],"runs":"undefined""#),
        Ok(Add::default())
    );
    // A link that nobody encoded loses nothing but what stands after an ampersand.
    assert_eq!(
        add("link=https://example.com/?a=b=c").unwrap().link,
        text("https://example.com/?a=b=c")
    );
    // A name of "Null" or a quantity of "None" is what it says.
    let add = add("username=Null&quantity=None&runs=0").unwrap();
    assert_eq!(add.username, text("Null"));
    assert_eq!(add.quantity, Some(Number::Malformed));
    assert_eq!(add.runs, int(0));
}

#[test]
fn numbers_come_from_their_own_text() {
    for (value, number) in [
        ("1000", Number::Int(1000)),
        ("%201000+", Number::Int(1000)),
        ("%2B5", Number::Int(5)),
        ("-5", Number::Int(-5)),
        ("9007199254740993", Number::Int(9_007_199_254_740_993)),
        ("99999999999999999999", Number::TooBig),
        ("-99999999999999999999", Number::TooSmall),
        ("1.5", Number::Malformed),
        ("1e3", Number::Malformed),
        ("1%202", Number::Malformed),
    ] {
        assert_eq!(add(format!("quantity={value}")).unwrap().quantity, Some(number), "{value}");
    }
    for (value, number) in [
        ("1000", Number::Int(1000)),
        (r#"" 1000 ""#, Number::Int(1000)),
        ("9007199254740993", Number::Int(9_007_199_254_740_993)),
        ("99999999999999999999", Number::TooBig),
        ("-99999999999999999999", Number::TooSmall),
        ("1000.0", Number::Malformed),
        ("1e3", Number::Malformed),
        ("true", Number::Malformed),
        ("false", Number::Malformed),
    ] {
        let add = add_json(&format!(r#""quantity":{value}"#)).unwrap();
        assert_eq!(add.quantity, Some(number), "{value}");
    }
}

#[test]
fn a_list_is_no_number_and_no_text() {
    for params in ["quantity[]=5", "service[0]=5", "link[]=a", "country[]=a", "request_id[]=a"] {
        assert_eq!(add(params), Err(INCORRECT_REQUEST), "{params}");
    }
    assert_eq!(add_json(r#""quantity":[5]"#), Err(INCORRECT_REQUEST));
    assert_eq!(add_json(r#""link":{"url":"a"}"#), Err(INCORRECT_REQUEST));
}

#[test]
fn one_line_texts_have_one_line() {
    assert_eq!(add("link=%0Aa%0D%0A").unwrap().link, text("a"));
    for (name, fault) in [
        ("link", "Bad link"),
        ("username", "Incorrect username"),
        ("media", "Incorrect media"),
        ("hashtag", "Incorrect hashtag"),
        ("country", "Incorrect country"),
        ("google_keyword", "Incorrect google_keyword"),
        ("referring_url", "Incorrect referring_url"),
        ("expiry", "Incorrect expiry"),
        ("request_id", "Incorrect request_id"),
    ] {
        for value in ["a%0Ab", "a%0Db"] {
            assert_eq!(add(format!("{name}={value}")), Err(Fault(fault)), "{name}={value}");
        }
    }
}

#[test]
fn the_answer_has_two_names() {
    assert_eq!(add("answers_number=2").unwrap().answer_number, int(2));
    assert_eq!(add("answers_number=2&answer_number=3").unwrap().answer_number, int(3));
    assert_eq!(add("answers_number=2&answer_number=").unwrap().answer_number, int(2));
}
