//! Whether a refusal of a wish about an order, a cancel or a refill, is the provider's last word.
//!
//! For `add` only texts of a list are refusals at all (`refusals`). Here nothing can be bought twice: a
//! wish that is wrongly asked again costs a question, one that is wrongly given up costs the customer
//! the wish. So words that speak of time, or of whether we are let in, are enough to ask again, and all
//! others are believed.

use super::refusals::{Refusal, plain, refusal};

/// Whether what a provider answers to a wish says nothing of the wish itself: it may be another answer
/// later.
pub fn is_passing(text: &str) -> bool {
    match refusal(text, &[]) {
        Some(
            Refusal::NotEnoughFunds
            | Refusal::KeyInvalid
            | Refusal::ServiceResting
            | Refusal::Unavailable
            | Refusal::RateLimit,
        ) => true,
        Some(_) => false,
        None => {
            let said = plain(text);
            let mut single = said.split(|c: char| !c.is_alphanumeric());
            WORDS.iter().any(|words| said.contains(words))
                || single.any(|word| ABOUT_US.contains(&word))
        }
    }
}

/// Whether two refusals are in the same words: in any case, and with any numbers, because a panel may count
/// what goes wrong, or give the time.
pub fn are_same_words(one: &str, other: &str) -> bool {
    without_numbers(one) == without_numbers(other)
}

/// As [`plain`] writes it, with one mark for each number or name with a digit.
fn without_numbers(text: &str) -> String {
    let chars: Vec<char> = plain(text).chars().collect();
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let runs = chars.chunk_by(|one, next| is_of_name(*one) && is_of_name(*next));
    let bare = runs.map(|run| {
        if run.iter().any(char::is_ascii_digit) { String::from("#") } else { run.iter().collect() }
    });
    bare.collect()
}

/// Words of panels, and of what stands in front of them, for what passes; as [`plain`] writes them.
const WORDS: &[&str] = &[
    "try again",
    "please retry",
    "please wait",
    "temporar",
    "rate limit",
    "too many requests",
    "timeout",
    "timed out",
    "time-out",
    "maintenance",
    "server is busy",
    "system is busy",
    "overloaded",
    "internal error",
    "server error",
    "database error",
    "something went wrong",
    "unexpected error",
    "bad gateway",
    "service unavailable",
    "will be available",
];

/// Single words in refusals that are about who asks, and not about what: staff put that right.
const ABOUT_US: &[&str] = &[
    "access",
    "apikey",
    "authentication",
    "authorised",
    "authorization",
    "authorized",
    "forbidden",
    "ip",
    "key",
    "token",
    "unauthenticated",
    "unauthorised",
    "unauthorized",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_speaks_of_time_may_be_another_answer_later() {
        for text in [
            "Please try again later",
            "Temporarily unavailable, please try again later",
            "Rate limit exceeded. Max 60 requests per minute",
            "API rate limit reached",
            "Too many requests!",
            "Internal Server Error",
            "Gateway  Time-out",
            "The panel is under maintenance",
            "Refill will be available in 7 hours",
            "Invalid API key",
            "Incorrect API key!",
            "Invalid key",
            "Wrong api_key",
            "Access denied",
            "IP not allowed",
            "Your IP (203.0.113.7) is not in the list.",
            "Forbidden",
            "Unauthorized request",
            "This panel is temporarily unavailable",
        ] {
            assert!(is_passing(text), "{text}");
        }
    }

    #[test]
    fn all_others_are_believed() {
        for text in [
            "",
            "Error",
            "Order cannot be cancelled",
            "Cancel is unavailable for this service",
            "Refill is disabled for this service",
            "The refill period of this order is over",
            "You cannot ask for a refill later than 30 days",
            "Incorrect order ID",
            "Incorrect request",
            "Incorrect keywords",
            "Refill of this membership is not allowed",
            "Cancel is not allowed for this service",
            "The link is not accessible",
            "Service not found",
        ] {
            assert!(!is_passing(text), "{text}");
        }
    }

    #[test]
    fn numbers_make_no_other_words() {
        for (one, other) in [
            ("Incorrect order ID", "incorrect  order id."),
            ("Oops, something broke. Reference 1795", "Oops, something broke. Reference 20"),
            ("Failed (3f9a-77bc) at 12:01", "Failed (e04d-1c5e) at 9:59"),
            ("订单123无法取消", "订单7无法取消"),
        ] {
            assert!(are_same_words(one, other), "{one} | {other}");
        }
        for (one, other) in [
            ("Incorrect order ID", "Order cannot be cancelled"),
            ("Order 17 cannot be cancelled", "Order 17 is completed"),
            ("订单123无法取消", "系统错误123"),
            ("Error", "Error 5"),
        ] {
            assert!(!are_same_words(one, other), "{one} | {other}");
        }
    }
}
