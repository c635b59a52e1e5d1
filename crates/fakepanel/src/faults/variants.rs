//! The ways in which one fault can happen.

use crate::action::Action;
use crate::faults::Fault;

pub(crate) const fn of(fault: Fault, action: Action) -> &'static [&'static str] {
    match fault {
        Fault::Truncate => &["short-body", "short-json"],
        Fault::BalanceLies => &["stale", "rounded", "noisy"],
        Fault::RateLimit => &["429", "429-empty", "text"],
        Fault::Refusal | Fault::RejectHang => {
            &["funds", "service", "link", "quantity", "key", "suspended", "maintenance", "odd"]
        }
        Fault::StatusNonsense => &[
            "unknown-word",
            "above-quantity",
            "partial-zero",
            "partial-negative",
            "missing",
            "error",
            "error-text",
            "completed-then-partial",
        ],
        Fault::NotJson => &["page", "empty", "text"],
        Fault::WrongTypes => types(action),
        _ => &[],
    }
}

const fn types(action: Action) -> &'static [&'static str] {
    match action {
        Action::Services => &["loose", "wrapped"],
        Action::Add => &["text", "order-id", "nested", "with-status"],
        Action::Status => &["numbers", "nulls", "spelling", "list"],
        Action::Balance => &["number"],
        Action::Refill => &["turned", "no-id"],
        Action::RefillStatus => &["spelling"],
        Action::Cancel => &["map", "true"],
    }
}

/// The words of a refusal.
pub(crate) fn refusal(variant: &str) -> &'static str {
    match variant {
        "funds" => "Not enough funds on balance",
        "service" => "Incorrect service ID",
        "link" => "Bad link",
        "quantity" => "Quantity less than minimal 1000000",
        "key" => "Invalid API key",
        "suspended" => "Your account has been suspended.",
        "maintenance" => "This panel is temporarily unavailable",
        _ => "Something went wrong, code 7",
    }
}
