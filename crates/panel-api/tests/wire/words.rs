//! The texts that clients compare.

use panel_api::Fault;
use panel_api::words::{OrderStatus, RefillStatus, ServiceKind, errors};

#[test]
fn error_texts() {
    for (text, wanted) in [
        (errors::INVALID_KEY, "Invalid API key"),
        (errors::INCORRECT_REQUEST, "Incorrect request"),
        (errors::INCORRECT_ACTION, "Incorrect action"),
        (errors::ACCOUNT_SUSPENDED, "Your account has been suspended."),
        (errors::INCORRECT_SERVICE_ID, "Incorrect service ID"),
        (errors::BAD_LINK, "Bad link"),
        (errors::NOT_ENOUGH_FUNDS, "Not enough funds on balance"),
        (
            errors::ACTIVE_ORDER,
            "You have active order with this link. Please wait until order being completed.",
        ),
        (errors::INCORRECT_ORDER_ID, "Incorrect order ID"),
        (errors::MAXIMUM_ORDERS, "Maximum 100 orders"),
        (errors::REFILL_DISABLED, "Refill is disabled for this service"),
        (errors::NOT_COMPLETED, "The order is not completed"),
        (
            errors::REFILL_TOO_SOON,
            "The order was completed or refill was requested less than 24 hours ago",
        ),
        (errors::INCORRECT_REFILL_ID, "Incorrect refill ID"),
        (errors::CANNOT_CANCEL, "Order cannot be cancelled"),
        (errors::OUT_OF_STOCK, "Out of stock"),
    ] {
        assert_eq!(text, wanted);
    }
    assert_eq!(errors::quantity_below(200), "Quantity less than minimal 200");
    assert_eq!(errors::quantity_above(10_000), "Quantity more than maximum 10000");
    assert_eq!(errors::incorrect("runs"), "Incorrect runs");
    assert_eq!(Fault(errors::BAD_LINK).to_string(), "Bad link");
}

/// Clients act on words inside of texts.
#[test]
fn trap_words_stand_only_where_they_are_meant() {
    let all = [
        errors::INVALID_KEY,
        errors::INCORRECT_REQUEST,
        errors::INCORRECT_ACTION,
        errors::ACCOUNT_SUSPENDED,
        errors::INCORRECT_SERVICE_ID,
        errors::INCORRECT_PRODUCT_ID,
        errors::BAD_LINK,
        errors::INCORRECT_QUANTITY,
        errors::NOT_ENOUGH_FUNDS,
        errors::ACTIVE_ORDER,
        errors::INCORRECT_ORDER_ID,
        errors::MAXIMUM_ORDERS,
        errors::REFILL_DISABLED,
        errors::NOT_COMPLETED,
        errors::REFILL_TOO_SOON,
        errors::INCORRECT_REFILL_ID,
        errors::CANNOT_CANCEL,
        errors::OUT_OF_STOCK,
        errors::INCORRECT_REQUEST_ID,
        errors::TOO_MANY_REQUESTS,
        errors::TRY_LATER,
    ];
    for (word, meant) in [
        ("balance", &[errors::NOT_ENOUGH_FUNDS][..]),
        ("not enough funds", &[errors::NOT_ENOUGH_FUNDS]),
        ("not have enough", &[]),
        ("active order with this link", &[errors::ACTIVE_ORDER]),
        ("invalid api key", &[errors::INVALID_KEY]),
        ("unauthorized", &[]),
        ("incorrect service", &[errors::INCORRECT_SERVICE_ID]),
        ("service not found", &[]),
        ("disabled", &[errors::REFILL_DISABLED]),
        ("maintenance", &[]),
        ("rate limit", &[]),
        ("timeout", &[]),
        ("temporarily", &[errors::TRY_LATER]),
        ("too many requests", &[errors::TOO_MANY_REQUESTS]),
        ("quantity less than minimal", &[]),
        ("quantity more than maximum", &[]),
    ] {
        let found: Vec<&str> =
            all.into_iter().filter(|text| text.to_lowercase().contains(word)).collect();
        assert_eq!(found, meant, "{word}");
    }
}

#[test]
fn statuses() {
    let names = OrderStatus::ALL.map(OrderStatus::name);
    assert_eq!(names, ["Pending", "Processing", "In progress", "Completed", "Partial", "Canceled"]);
    assert_eq!(OrderStatus::InProgress.to_string(), "In progress");
    let names = RefillStatus::ALL.map(RefillStatus::name);
    assert_eq!(names, ["Pending", "In progress", "Completed", "Rejected", "Error"]);
    assert_eq!(RefillStatus::Rejected.to_string(), "Rejected");
}

#[test]
fn service_types() {
    let names = ServiceKind::ALL.map(ServiceKind::name);
    assert_eq!(
        names,
        [
            "Default",
            "Package",
            "SEO",
            "Custom Comments",
            "Custom Comments Package",
            "Mentions",
            "Mentions with Hashtags",
            "Mentions Custom List",
            "Mentions Hashtag",
            "Mentions User Followers",
            "Mentions Media Likers",
            "Comment Likes",
            "Comment Replies",
            "Poll",
            "Invites from Groups",
            "Subscriptions",
            "Web Traffic",
            "Video List",
            "Video Suggest",
            "Video Search",
        ]
    );
    for kind in ServiceKind::ALL {
        let name = kind.to_string();
        for spelling in [
            name.clone(),
            name.to_lowercase(),
            name.to_uppercase(),
            name.to_lowercase().replace(' ', "_"),
            name.to_lowercase().replace(' ', "-"),
            name.replace(' ', ""),
            format!("  {name}\n"),
        ] {
            assert_eq!(ServiceKind::parse(&spelling), Some(kind), "{spelling}");
        }
    }
    for other in ["", " ", "_", "Defaults", "Custom", "Mention", "Likes spread", "default."] {
        assert_eq!(ServiceKind::parse(other), None, "{other}");
    }
}

#[test]
fn every_cooldown_reads_like_the_canonical_one() {
    let hours = errors::refill_too_soon;
    assert_eq!(hours(24), errors::REFILL_TOO_SOON);
    let (before, after) = errors::REFILL_TOO_SOON.split_once("24 hours").unwrap();
    assert_eq!(hours(72), format!("{before}72 hours{after}"));
    assert_eq!(hours(1), format!("{before}1 hour{after}"));
    let prefix = before.split_once(" less").unwrap().0;
    assert!(hours(0).starts_with(prefix), "{}", hours(0));
}
