//! The examples, sent to the server.

use crate::page::{PATH, Page};
use crate::shop::Shop;
use crate::{curl, layout, story};
use std::fmt::Write as _;

/// What a counter with the story of the page replies to its examples, in their order.
async fn replies(page: &Page) -> Vec<String> {
    let shop = Shop::of_examples().await;
    let mut replies = Vec::new();
    for example in &page.examples {
        story::before(&shop, &example.name).await;
        let request = curl::request(&example.command, &shop.key);
        let request = request.unwrap_or_else(|error| panic!("example {}: {error}", example.name));
        let reply = shop.send(request).await;
        let _: serde_json::Value = serde_json::from_str(&reply).unwrap();
        assert!(!reply.contains(&shop.key), "a reply never tells a key");
        replies.push(layout::broken(&reply));
    }
    shop.close().await;
    replies
}

#[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the product")]
fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some_and(|value| value == "1")
}

/// What is wrong with the page, in words.
fn differences(page: &Page, replies: &[String]) -> String {
    let mut text = String::new();
    for (example, reply) in page.examples.iter().zip(replies) {
        if example.reply != *reply {
            let _ = writeln!(
                text,
                "example {}\non the page:\n{}\nthe server:\n{reply}\n",
                example.name, example.reply
            );
        }
    }
    text
}

#[tokio::test]
async fn every_example_has_the_reply_of_the_server() {
    let page = Page::read();
    let replies = replies(&page).await;
    if is_update() {
        std::fs::write(PATH, page.with_replies(&replies)).unwrap();
        return;
    }
    let differences = differences(&page, &replies);
    assert!(
        differences.is_empty(),
        "docs/PANEL-API.md does not say what the server says.\n\n{differences}If the server is \
         right, run: UPDATE_EXPECT=1 cargo test -p web --test reference every_example"
    );
}

#[test]
fn every_command_fits_on_the_page() {
    for example in Page::read().examples {
        for line in example.command.lines() {
            assert!(line.chars().count() <= layout::WIDTH, "{}: {line}", example.name);
        }
    }
}

#[test]
fn nothing_happens_before_an_example_that_is_not_there() {
    let page = Page::read();
    for name in story::examples() {
        assert!(page.examples.iter().any(|example| example.name == name), "{name}");
    }
}

#[test]
fn a_wrong_reply_is_found() {
    let page = Page::read();
    let mut replies: Vec<String> =
        page.examples.iter().map(|example| example.reply.clone()).collect();
    assert_eq!(differences(&page, &replies), "");
    let last = replies.last_mut().unwrap();
    last.push(' ');
    let name = &page.examples.last().unwrap().name;
    assert!(differences(&page, &replies).contains(&format!("example {name}\n")));
    let updated = page.with_replies(&replies);
    assert_eq!(updated.lines().count(), page.text.lines().count());
    assert_ne!(updated, page.text);
}
