//! One spelling of an order, to tell a repeated request from a different one under the same request
//! id.
//!
//! A byte of version, then the fields in a fixed order: a number as a tag and eight bytes, a text
//! as a tag, its length and itself, a list as its length and its texts. Lengths make it
//! unambiguous. The caller hashes and stores the result, so the order of fields is for ever; new
//! fields go at the end, under a new version.

use super::{Add, AddProductOrder, Number};

impl Add {
    /// All parameters but the request id as bytes: equal exactly when the parameters are, whatever
    /// transport or spelling they came in.
    #[must_use]
    pub fn fingerprint_bytes(&self) -> Vec<u8> {
        // Taken apart by name, so that the compiler asks for a new field here.
        let Self {
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
        } = self;
        let mut out = vec![b'a', 1];
        for field in [
            service,
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
        ] {
            number(&mut out, *field);
        }
        for field in
            [link, hashtag, username, media, country, google_keyword, referring_url, expiry]
        {
            text(&mut out, field.as_deref());
        }
        for field in [comments, usernames, hashtags, keywords, groups, list, suggest, search] {
            length(&mut out, field.len());
            for line in field {
                text(&mut out, Some(line));
            }
        }
        out
    }
}

impl AddProductOrder {
    /// All parameters but the request id as bytes; see [`Add::fingerprint_bytes`].
    #[must_use]
    pub fn fingerprint_bytes(&self) -> Vec<u8> {
        let Self { product, quantity, require, request_id: _ } = self;
        let mut out = vec![b'p', 1];
        number(&mut out, *product);
        number(&mut out, *quantity);
        text(&mut out, require.as_deref());
        out
    }
}

fn number(out: &mut Vec<u8>, field: Option<Number>) {
    let (tag, value) = match field {
        None => (0, 0),
        Some(Number::Int(value)) => (1, value),
        Some(Number::TooBig) => (2, 0),
        Some(Number::TooSmall) => (3, 0),
        Some(Number::Malformed) => (4, 0),
    };
    out.push(tag);
    out.extend_from_slice(&value.to_be_bytes());
}

fn text(out: &mut Vec<u8>, field: Option<&str>) {
    match field {
        None => out.push(0),
        Some(text) => {
            out.push(1);
            length(out, text.len());
            out.extend_from_slice(text.as_bytes());
        }
    }
}

fn length(out: &mut Vec<u8>, length: usize) {
    // No machine has a wider usize; were there one, no text of ours would be that long.
    out.extend_from_slice(&u64::try_from(length).unwrap_or(u64::MAX).to_be_bytes());
}
