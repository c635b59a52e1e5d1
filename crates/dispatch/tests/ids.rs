//! The two places that say what a provider's id of an order may be.

use domain::providers::is_upstream_id;
use panel_api::client::is_id;

#[test]
fn what_staff_may_say_can_be_asked_about() {
    let longest = "1".repeat(64);
    let longer = "1".repeat(65);
    let ids = [
        "1",
        "23501",
        "007",
        "ref_4f",
        "SM-12",
        "c85c1d1a-9ef3-4d01",
        "#12",
        "a:1",
        &longest,
        &longer,
        "",
        "0",
        "000",
        "-1",
        "-",
        "success",
        "1,2",
        "1 2",
        "1.5",
        "31.",
        "1\n",
        "１",
        "<b>1</b>",
        "1&2",
        "a/1",
    ];
    for id in ids {
        assert_eq!(is_upstream_id(id), is_id(id), "{id:?}");
    }
}
