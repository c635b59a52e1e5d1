use super::*;

#[test]
fn texts_in_use_are_what_they_say() {
    use Refusal as R;
    for (text, refusal_of_it) in [
        ("Not enough funds on balance", R::NotEnoughFunds),
        ("  INSUFFICIENT   balance. ", R::NotEnoughFunds),
        ("Invalid API key", R::KeyInvalid),
        ("API is Disable for this user or User Not Found! Contact the Support", R::KeyInvalid),
        ("Your account has been suspended.", R::KeyInvalid),
        ("Incorrect request", R::NotUnderstood),
        ("Incorrect service ID", R::ServiceGone),
        ("Service ID does not exists", R::ServiceGone),
        ("Service temporarily disabled", R::ServiceResting),
        ("This panel is temporarily unavailable", R::Unavailable),
        ("Rate limit exceeded. Max 60 requests per minute.", R::RateLimit),
        ("Too many requests", R::RateLimit),
        ("Quantity less than minimal 100", R::Quantity),
        ("Quantity more than maximum 1,000,000", R::Quantity),
        ("Quantity must to be greater than or equal to minimum amount 10", R::Quantity),
        ("Quantity must be between 10 and 5000", R::Quantity),
        ("Bad link", R::Link),
        ("Incorrect comments", R::Parameters),
        ("This services does not support Dripfeed feature!", R::Parameters),
        (
            "You have active order with this link. Please wait until order being completed.",
            R::ActiveLink,
        ),
    ] {
        assert_eq!(refusal(text, &[]), Some(refusal_of_it), "{text}");
    }
}

#[test]
fn what_is_not_listed_is_no_evidence() {
    for text in [
        "",
        ".",
        "Error",
        "Something went wrong",
        "Internal Server Error",
        "timeout",
        "Gateway time-out",
        "Please try again later",
        "The site is in maintenance",
        "neworder.error.link",
        // About an order that is there.
        "Incorrect order ID",
        "Order not found",
        // Listed words within other sentences.
        "Order 12 placed, insufficient balance for the next one",
        "Bad link preview",
        "Quantity less than minimal x",
        "Quantity must be between 10 and",
        "rate limit",
        "Order placed. Too many requests",
    ] {
        assert_eq!(refusal(text, &[]), None, "{text}");
    }
    let long = format!("Bad link{}", " ".repeat(REFUSAL_BYTES_MAX));
    assert_eq!(refusal(&long, &[]), None, "too long to be read");
}

#[test]
fn a_provider_has_texts_of_its_own() {
    let own = [String::from("saldo insuficiente"), String::new(), String::from("min. is #")];
    assert_eq!(refusal("Saldo insuficiente!", &own), Some(Refusal::Listed));
    assert_eq!(refusal("Min. is 50", &own), Some(Refusal::Listed));
    assert_eq!(refusal("Saldo insuficiente?", &own), None);
    assert_eq!(refusal("", &own), None, "an empty entry lists nothing");
    assert_eq!(refusal("bad link", &[String::from("bad link")]), Some(Refusal::Link));
    let short = ["#", "# #", "ok", "id #"].map(String::from);
    for text in ["98123", "1 2", "Ok.", "id 98123"] {
        assert_eq!(refusal(text, &short), None, "{text}: what says nothing lists nothing");
    }
}

/// The list itself: written as it is compared, nothing twice.
#[test]
fn the_list_can_be_met() {
    let mut seen = Vec::new();
    for (pattern, kind) in TEXTS {
        let example = pattern.replace('#', "7");
        assert_eq!(refusal(&example, &[]), Some(*kind), "{pattern}");
        assert_eq!(*pattern, plain(pattern), "never met as it is written");
        assert!(!seen.contains(pattern), "{pattern} is there twice");
        seen.push(*pattern);
    }
    let met: Vec<_> = Refusal::ALL.iter().filter(|r| !TEXTS.iter().any(|(_, k)| k == *r)).collect();
    assert_eq!(met, [&Refusal::Listed]);
}

#[test]
fn remedies_never_give_up_what_time_or_staff_can_mend() {
    for kind in Refusal::ALL {
        let remedy = kind.remedy();
        let cancels = matches!(kind, Refusal::Quantity | Refusal::Link | Refusal::Parameters);
        assert_eq!(remedy.otherwise == Otherwise::Cancel, cancels, "{kind:?}");
        let paused = [Refusal::NotEnoughFunds, Refusal::KeyInvalid, Refusal::NotUnderstood];
        assert_eq!(remedy.provider == Stop::UntilPerson, paused.contains(kind), "{kind:?}");
        assert_eq!(remedy.route == Stop::UntilPerson, *kind == Refusal::ServiceGone, "{kind:?}");
        // Never delivered twice on one link, by two providers that do not know of each other.
        let stays = [Refusal::ActiveLink, Refusal::RateLimit];
        assert_eq!(!remedy.another_route, stays.contains(kind), "{kind:?}");
    }
}
