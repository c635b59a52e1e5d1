//! `services`: by far the largest reply, asked again and again, and hardly ever different. So it
//! has an `ETag`, and is compressed for who asks.

use super::{Asker, listing};
use crate::api::snag::Snag;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use counter::catalogue::{ServiceList, ServiceOffer};
use domain::Micros;
use domain::catalogue::ServiceKind;
use panel_api::reply::{self, ServiceRow};
use panel_api::words;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

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
        Self { hash: listing::hash(&plain), plain: Bytes::from(plain), zipped: OnceLock::new() }
    }

    /// Compressed; nothing when it cannot be, and the plain form has to do.
    fn zipped(&self) -> Option<Bytes> {
        self.zipped.get_or_init(|| listing::zip(&self.plain)).clone()
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
    Ok(listing::reply(headers, &written.plain, &written.hash, || written.zipped()))
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
pub(crate) const fn word(kind: ServiceKind) -> &'static str {
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

#[cfg(test)]
mod tests {
    use super::*;

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
