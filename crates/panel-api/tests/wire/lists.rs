//! List parameters.

use panel_api::request::Add;

use crate::{add, add_json};

/// Where a list parameter arrives.
type Field = fn(&Add) -> &Vec<String>;

#[test]
fn every_list_takes_every_line_break() {
    let wanted = ["a b", "c,d", "e"];
    let texts = [
        "a+b%0Ac,d%0Ae",
        "a+b%0D%0Ac,d%0D%0Ae%0D%0A",
        "a+b%0Dc,d%0De",
        "%0A%0A+a+b+%0A+%0A%0D%0Ac,d%09%0Ae%0A",
    ];
    let lists: [(&str, Field); 8] = [
        ("comments", |add| &add.comments),
        ("usernames", |add| &add.usernames),
        ("hashtags", |add| &add.hashtags),
        ("keywords", |add| &add.keywords),
        ("groups", |add| &add.groups),
        ("list", |add| &add.list),
        ("suggest", |add| &add.suggest),
        ("search", |add| &add.search),
    ];
    for (name, field) in lists {
        for text in texts {
            assert_eq!(*field(&add(format!("{name}={text}")).unwrap()), wanted, "{name}={text}");
        }
        for members in [
            format!(r#""{name}":"a b\nc,d\r\ne""#),
            format!(r#""{name}":["a b","c,d","e"]"#),
            format!(r#""{name}":["a b\nc,d",""," e ",null]"#),
            format!(r#""{name}[]":["a b","c,d","e"]"#),
        ] {
            assert_eq!(*field(&add_json(&members).unwrap()), wanted, "{members}");
        }
        for form in [
            format!("{name}[]=a+b&{name}[]=c,d&{name}[]=e"),
            format!("{name}[0]=a+b&{name}[1]=x&{name}[2]=e&{name}[1]=c,d"),
            format!("{name}[]=a+b%0Ac,d&{name}[]=&{name}[]=e"),
        ] {
            assert_eq!(*field(&add(&form).unwrap()), wanted, "{form}");
        }
        for nothing in ["", "+", "undefined", "null", "%0D%0A"] {
            let text = format!("{name}={nothing}");
            assert!(field(&add(&text).unwrap()).is_empty(), "{text}");
        }
        assert!(field(&add_json(&format!(r#""{name}":[]"#)).unwrap()).is_empty(), "{name}");
    }
}

#[test]
fn commas_separate_names_only_and_only_without_line_breaks() {
    for name in ["usernames", "hashtags"] {
        for (text, lines) in [
            ("a,+b,,c,", &["a", "b", "c"][..]),
            ("a,b%0D%0A", &["a", "b"]),
            ("a,b%0Ac", &["a,b", "c"]),
            ("a", &["a"]),
        ] {
            let add = add(format!("{name}={text}")).unwrap();
            let found = if name == "usernames" { add.usernames } else { add.hashtags };
            assert_eq!(found, lines, "{name}={text}");
        }
    }
    let add = add("comments=a,b&keywords=a,b&groups=a,b&list=a,b&suggest=a,b&search=a,b").unwrap();
    for lines in [add.comments, add.keywords, add.groups, add.list, add.suggest, add.search] {
        assert_eq!(lines, ["a,b"]);
    }
}

#[test]
fn lines_are_texts_whatever_they_say() {
    let add = add("comments=undefined%0Anull%0A%F0%9F%8E%89+%22hi%22%0A[1,2]%0Aundefined").unwrap();
    assert_eq!(add.comments, ["undefined", "null", "🎉 \"hi\"", "[1,2]", "undefined"]);
    let add = add_json(r#""comments":["null","\ud83c\udf89",5]"#).unwrap();
    assert_eq!(add.comments, ["null", "🎉", "5"]);
}
