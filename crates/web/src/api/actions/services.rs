//! `services`: by far the largest reply, asked again and again, and hardly ever different. So it
//! has an `ETag`, and is compressed for who asks.

use super::Asker;
use crate::api::reply::JSON;
use crate::api::snag::Snag;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use counter::catalogue::{ServiceList, ServiceOffer};
use domain::Micros;
use domain::catalogue::ServiceKind;
use flate2::Compression;
use flate2::write::GzEncoder;
use panel_api::reply::{self, ServiceRow};
use panel_api::words;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, OnceLock};

/// Below this a compressed reply is hardly smaller, and takes the same one packet.
const GZIP_FROM: usize = 1_024;

/// Most lists that are kept: one for each set of prices that is asked for a lot.
const LISTS_KEPT: usize = 16;

/// A list as it is sent.
#[derive(Debug)]
struct Written {
    plain: Bytes,
    /// Half of the SHA-256 of the plain form.
    hash: String,
    /// Made when somebody asks for it.
    zipped: OnceLock<Option<Bytes>>,
}

impl Written {
    fn new(list: Option<&ServiceList>) -> Self {
        let offers: Vec<ServiceOffer> = list.into_iter().flat_map(ServiceList::offers).collect();
        let mut plain = Vec::new();
        reply::services(&mut plain, offers.iter().map(row));
        Self { hash: hash(&plain), plain: Bytes::from(plain), zipped: OnceLock::new() }
    }

    /// Compressed; nothing when it cannot be, and the plain form has to do.
    fn zipped(&self) -> Option<Bytes> {
        let make = || {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&self.plain).ok()?;
            encoder.finish().ok().map(Bytes::from)
        };
        self.zipped.get_or_init(make).clone()
    }
}

/// The lists that were asked for last: to write and compress one costs more than everything else
/// about the answer, and it is the same until somebody changes the catalogue or prices. One is found
/// by the state of the catalogue and all prices, so nobody gets a list with the prices of others.
#[derive(Debug, Default)]
pub(crate) struct Lists(Mutex<VecDeque<(ServiceList, Arc<Written>)>>);

impl Lists {
    fn of(&self, list: ServiceList) -> Arc<Written> {
        if let Some(written) = self.known(&list) {
            return written;
        }
        // Not under the lock: a second one that does the same work at the same time is no harm,
        // everybody waiting for the first is.
        let written = Arc::new(Written::new(Some(&list)));
        let mut lists = self.0.lock();
        lists.push_front((list, Arc::clone(&written)));
        lists.truncate(LISTS_KEPT);
        written
    }

    /// A list that is kept; it moves to the front, so that the one not asked for the longest goes.
    fn known(&self, list: &ServiceList) -> Option<Arc<Written>> {
        let mut lists = self.0.lock();
        let place = lists.iter().position(|(known, _)| known == list)?;
        let entry = lists.remove(place)?;
        let written = Arc::clone(&entry.1);
        lists.push_front(entry);
        Some(written)
    }
}

pub(super) async fn answer(
    asker: &Asker<'_>,
    headers: &HeaderMap,
    lists: &Lists,
) -> Result<Response, Snag> {
    let list = asker.counter.service_list(asker.account, asker.since).await?;
    let written = list.map_or_else(|| Arc::new(Written::new(None)), |list| lists.of(list));
    let zip = written.plain.len() > GZIP_FROM && takes_gzip(headers);
    let hash = &written.hash;
    let tag = if zip { format!("\"{hash}-gzip\"") } else { format!("\"{hash}\"") };
    // By POST as well, where HTTP would have it refused: in this dialect a POST asks, too.
    let mut response = if is_known(headers, &tag) {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response
    } else {
        let packed = if zip { written.zipped() } else { None };
        let encoded = packed.is_some();
        let body = packed.unwrap_or_else(|| written.plain.clone());
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        if encoded {
            let gzip = HeaderValue::from_static("gzip");
            response.headers_mut().insert(header::CONTENT_ENCODING, gzip);
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

fn row(offer: &ServiceOffer) -> ServiceRow<'_, Micros> {
    ServiceRow {
        service: offer.id.0,
        name: &offer.name,
        kind: word(offer.kind),
        category: &offer.category,
        rate: offer.rate,
        min: offer.min,
        max: offer.max,
        refill: offer.refill.is_some(),
        cancel: offer.cancel,
        dripfeed: offer.drip_feed,
        desc: Some(offer.description.as_str()).filter(|text| !text.is_empty()),
    }
}

/// The dialect's spelling.
const fn word(kind: ServiceKind) -> &'static str {
    use words::ServiceKind as Word;
    let word = match kind {
        ServiceKind::Default => Word::Default,
        ServiceKind::Package => Word::Package,
        ServiceKind::Seo => Word::Seo,
        ServiceKind::CustomComments => Word::CustomComments,
        ServiceKind::CustomCommentsPackage => Word::CustomCommentsPackage,
        ServiceKind::Mentions => Word::Mentions,
        ServiceKind::MentionsWithHashtags => Word::MentionsWithHashtags,
        ServiceKind::MentionsCustomList => Word::MentionsCustomList,
        ServiceKind::MentionsHashtag => Word::MentionsHashtag,
        ServiceKind::MentionsUserFollowers => Word::MentionsUserFollowers,
        ServiceKind::MentionsMediaLikers => Word::MentionsMediaLikers,
        ServiceKind::CommentLikes => Word::CommentLikes,
        ServiceKind::CommentReplies => Word::CommentReplies,
        ServiceKind::Poll => Word::Poll,
        ServiceKind::InvitesFromGroups => Word::InvitesFromGroups,
        ServiceKind::Subscriptions => Word::Subscriptions,
        ServiceKind::WebTraffic => Word::WebTraffic,
        ServiceKind::List => Word::VideoList,
        ServiceKind::Suggest => Word::VideoSuggest,
        ServiceKind::Search => Word::VideoSearch,
    };
    word.name()
}

/// Half of a SHA-256, in hexadecimal: two lists that differ never share it.
fn hash(body: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(body).iter().take(16) {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Whether the client has the list that it would get, by `If-None-Match`.
fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let mut given = elements(headers, &header::IF_NONE_MATCH);
    given.any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// Whether the client takes gzip, by `Accept-Encoding`; what it does not mention is not wanted.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let mut any = false;
    for element in elements(headers, &header::ACCEPT_ENCODING) {
        let mut parts = element.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let refused = parts.any(|part| {
            let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
            weight.is_some_and(|weight| weight.bytes().all(|byte| matches!(byte, b'0' | b'.')))
        });
        if coding.eq_ignore_ascii_case("gzip") || coding.eq_ignore_ascii_case("x-gzip") {
            return !refused;
        }
        any |= coding == "*" && !refused;
    }
    any
}

/// The elements of a header that is a list.
fn elements<'h>(
    headers: &'h HeaderMap,
    name: &header::HeaderName,
) -> impl Iterator<Item = &'h str> {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_who_takes_it() {
        for (accepted, takes) in [
            ("gzip", true),
            ("GZIP", true),
            ("x-gzip", true),
            ("gzip, deflate, br", true),
            ("deflate, gzip;q=1.0", true),
            ("br;q=1, gzip; q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("gzip;q=0.000, *", false),
            ("*;q=0", false),
            ("identity", false),
            ("deflate", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(accepted));
            assert_eq!(takes_gzip(&headers), takes, "{accepted}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }

    #[test]
    fn a_known_list_is_found_among_others() {
        for (given, known) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("a", false),
            ("\"a-gzip\"", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(given));
            assert_eq!(is_known(&headers, "\"a\""), known, "{given}");
        }
        assert!(!is_known(&HeaderMap::new(), "\"a\""));
    }

    #[test]
    fn every_kind_has_its_own_word() {
        let words: Vec<&str> = ServiceKind::ALL.iter().map(|kind| word(*kind)).collect();
        for (kind, word) in ServiceKind::ALL.iter().zip(&words) {
            assert_eq!(words.iter().filter(|other| *other == word).count(), 1, "{word}");
            // Spelled alike but for case and blanks, but for the three names that are our own.
            let plain = word.to_lowercase().replace(' ', "_");
            assert!(plain.ends_with(kind.name()), "{word} for {}", kind.name());
        }
    }
}
