//! `add`.

use super::{Answer, Asker};
use crate::api::snag::Snag;
use counter::Failure;
use counter::orders::{PlaceOrder, RequestId};
use domain::catalogue::{ListField, NumberField, TextField};
use domain::orders::{Number, OrderRefusal, OrderRequest};
use panel_api::request::{self, Add};
use panel_api::{reply, words::errors};
use sha2::{Digest, Sha256};

pub(super) async fn answer(asker: &Asker<'_>, add: Add) -> Answer {
    let order = place_order(asker, add);
    let placed = asker.counter.place_order(order, asker.now).await;
    let order = placed.map_err(|failure| match failure {
        Failure::Refused(refusal) => refused(&refusal),
        Failure::Store(error) => error.into(),
    })?;
    let mut out = Vec::new();
    reply::added(&mut out, order.0);
    Ok(out)
}

fn place_order(asker: &Asker<'_>, mut add: Add) -> PlaceOrder {
    // One hash for both: what a request id stands for, and what counts as the same order.
    let hash: [u8; 32] = Sha256::digest(add.fingerprint_bytes()).into();
    let (short, _) = hash.split_first_chunk::<8>().unwrap_or((&[0; 8], &[]));
    let (long, _) = hash.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
    PlaceOrder {
        account: asker.account,
        key: Some(asker.key),
        fingerprint: i64::from_be_bytes(*short),
        request_id: add.request_id.take().map(|id| RequestId { id, hash: *long }),
        request: order_request(add),
    }
}

/// The same order in the words of the rules.
fn order_request(add: Add) -> OrderRequest {
    // Taken apart by name, so that the compiler asks for a new parameter here.
    let Add {
        service,
        link,
        quantity,
        runs,
        interval,
        min,
        max,
        posts,
        old_posts,
        delay,
        answer_number,
        device,
        type_of_traffic,
        comments,
        usernames,
        hashtags,
        keywords,
        groups,
        list,
        suggest,
        search,
        hashtag,
        username,
        media,
        country,
        google_keyword,
        referring_url,
        expiry,
        request_id: _,
    } = add;
    let mut order = OrderRequest::default();
    order.service = service.map(number);
    order.link = link;
    for (field, asked) in [
        (NumberField::Quantity, quantity),
        (NumberField::Runs, runs),
        (NumberField::Interval, interval),
        (NumberField::Min, min),
        (NumberField::Max, max),
        (NumberField::Posts, posts),
        (NumberField::OldPosts, old_posts),
        (NumberField::Delay, delay),
        (NumberField::AnswerNumber, answer_number),
        (NumberField::Device, device),
        (NumberField::TypeOfTraffic, type_of_traffic),
    ] {
        order.set_number(field, asked.map(number));
    }
    for (field, text) in [
        (TextField::Username, username),
        (TextField::Hashtag, hashtag),
        (TextField::Media, media),
        (TextField::Country, country),
        (TextField::GoogleKeyword, google_keyword),
        (TextField::ReferringUrl, referring_url),
        (TextField::Expiry, expiry),
    ] {
        order.set_text(field, text);
    }
    for (field, lines) in [
        (ListField::Comments, comments),
        (ListField::Usernames, usernames),
        (ListField::Hashtags, hashtags),
        (ListField::Keywords, keywords),
        (ListField::Groups, groups),
        (ListField::List, list),
        (ListField::Suggest, suggest),
        (ListField::Search, search),
    ] {
        order.set_list(field, lines);
    }
    order
}

const fn number(asked: request::Number) -> Number {
    match asked {
        request::Number::Int(number) => Number::Int(number),
        request::Number::TooBig => Number::TooBig,
        request::Number::TooSmall => Number::TooSmall,
        request::Number::Malformed => Number::Malformed,
    }
}

/// The refusal in the words of the dialect.
fn refused(refusal: &OrderRefusal) -> Snag {
    match refusal {
        OrderRefusal::Suspended => errors::ACCOUNT_SUSPENDED.into(),
        OrderRefusal::Key => errors::INVALID_KEY.into(),
        OrderRefusal::Service => errors::INCORRECT_SERVICE_ID.into(),
        OrderRefusal::Link => errors::BAD_LINK.into(),
        OrderRefusal::QuantityLow { min } => errors::quantity_below(*min).into(),
        OrderRefusal::QuantityHigh { max } => errors::quantity_above(*max).into(),
        OrderRefusal::Incorrect(field) => errors::incorrect(field.name()).into(),
        // To the reseller it is the same: no money left for now, the order may wait, and somebody
        // should look.
        OrderRefusal::NotEnoughFunds | OrderRefusal::KeyCap => errors::NOT_ENOUGH_FUNDS.into(),
        OrderRefusal::ActiveOrder => errors::ACTIVE_ORDER.into(),
        OrderRefusal::RequestIdReused => errors::INCORRECT_REQUEST_ID.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Add {
        let number = |n| Some(request::Number::Int(n));
        let text = |text: &str| Some(text.to_owned());
        let line = |text: &str| vec![text.to_owned()];
        Add {
            service: number(100),
            link: text("link"),
            quantity: number(1),
            runs: number(2),
            interval: number(3),
            min: number(4),
            max: number(5),
            posts: number(6),
            old_posts: number(7),
            delay: number(8),
            answer_number: number(9),
            device: number(10),
            type_of_traffic: number(11),
            comments: line("comments"),
            usernames: line("usernames"),
            hashtags: line("hashtags"),
            keywords: line("keywords"),
            groups: line("groups"),
            list: line("list"),
            suggest: line("suggest"),
            search: line("search"),
            hashtag: text("hashtag"),
            username: text("username"),
            media: text("media"),
            country: text("country"),
            google_keyword: text("google_keyword"),
            referring_url: text("referring_url"),
            expiry: text("expiry"),
            request_id: text("r"),
        }
    }

    #[test]
    fn every_parameter_arrives_under_its_own_name() {
        let order = order_request(filled());
        assert_eq!((order.service, order.link.as_deref()), (Some(Number::Int(100)), Some("link")));
        for (field, n) in NumberField::ALL.iter().zip(1..) {
            assert_eq!(order.number(*field), Some(Number::Int(n)), "{}", field.name());
        }
        for field in TextField::ALL {
            assert_eq!(order.text(*field), Some(field.name()));
        }
        for field in ListField::ALL {
            assert_eq!(order.list(*field), [field.name()]);
        }
    }

    #[test]
    fn numbers_keep_what_is_wrong_with_them() {
        assert_eq!(number(request::Number::TooBig), Number::TooBig);
        assert_eq!(number(request::Number::TooSmall), Number::TooSmall);
        assert_eq!(number(request::Number::Malformed), Number::Malformed);
    }
}
