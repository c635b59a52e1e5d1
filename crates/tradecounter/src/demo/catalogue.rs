//! The demo's catalogue: neutral things, one of every kind of service.

use crate::failure::Failure;
use domain::Micros;
use domain::catalogue::{Fulfilment, PartsBy, ServiceKind as K};
use domain::products::ProductKind;

/// A service of the demo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Offer {
    pub(super) name: &'static str,
    pub(super) description: &'static str,
    pub(super) kind: K,
    pub(super) rate: &'static str,
    pub(super) min: i64,
    pub(super) max: i64,
    pub(super) drip_feed: bool,
    pub(super) refill_days: i64,
    pub(super) cancel: bool,
    pub(super) fulfilment: Fulfilment,
    pub(super) parts: PartsBy,
}

impl Offer {
    /// What it costs.
    pub(super) fn rate(&self) -> Result<Micros, Failure> {
        Micros::parse(self.rate)
            .map_err(|error| Failure::Other(format!("demo catalogue: {}: {error}", self.name)))
    }
}

/// All services of the demo, in their order.
pub(super) fn offers() -> Vec<&'static Offer> {
    CATEGORIES.iter().flat_map(|(_, offers)| *offers).collect()
}

const fn plain(name: &'static str, rate: &'static str, min: i64, max: i64) -> Offer {
    let description = "";
    let kind = K::Default;
    Offer {
        name,
        description,
        kind,
        rate,
        min,
        max,
        drip_feed: false,
        refill_days: 0,
        cancel: true,
        fulfilment: Fulfilment::Providers,
        parts: PartsBy::Ours,
    }
}

/// Done by people of the shop.
const fn by_staff(offer: Offer) -> Offer {
    Offer { fulfilment: Fulfilment::Staff, ..offer }
}

/// Divided into its parts by the supplier.
const fn passed(offer: Offer) -> Offer {
    Offer { parts: PartsBy::Upstream, ..offer }
}

const fn runs(offer: Offer) -> Offer {
    Offer { drip_feed: true, ..offer }
}

const fn refilled(days: i64, offer: Offer) -> Offer {
    Offer { refill_days: days, ..offer }
}

const fn of(kind: K, offer: Offer) -> Offer {
    Offer { kind, ..offer }
}

const fn told(description: &'static str, offer: Offer) -> Offer {
    Offer { description, ..offer }
}

const fn package(name: &'static str, rate: &'static str) -> Offer {
    Offer { kind: K::Package, cancel: false, ..plain(name, rate, 1, 1) }
}

/// Categories in order, each with its services.
pub(super) const CATEGORIES: &[(&str, &[Offer])] = &[
    (
        "Transcription",
        &[
            told(
                "Words transcribed from the recording behind the link.",
                runs(refilled(
                    30,
                    plain("Transcription, English, per 1,000 words", "2.5", 100, 100_000),
                )),
            ),
            runs(refilled(
                30,
                plain("Transcription, German, per 1,000 words", "3.1", 100, 100_000),
            )),
            refilled(30, plain("Transcription, Japanese, per 1,000 words", "4.75", 100, 50_000)),
            plain("Transcription, verbatim with time codes", "6.2", 100, 50_000),
            plain("Subtitles, SRT, per 1,000 words", "3.9", 100, 50_000),
            package("Podcast episode, transcript and summary", "12.5"),
            passed(of(
                K::Subscriptions,
                plain("Transcript of every new episode", "2.4", 500, 20_000),
            )),
        ],
    ),
    (
        "Translation",
        &[
            runs(refilled(
                14,
                plain("Translation, English to Spanish, per 1,000 words", "18", 50, 50_000),
            )),
            refilled(
                14,
                plain("Translation, English to French, per 1,000 words", "19.5", 50, 50_000),
            ),
            plain("Translation, Chinese to English, per 1,000 words", "24.75", 50, 20_000),
            by_staff(plain("Translation, certified, per 1,000 words", "55", 50, 10_000)),
            plain("Machine translation, corrected by a person", "6.05", 100, 200_000),
            by_staff(package("Birth certificate, certified translation", "29")),
            told(
                "One sentence a line; each is translated by itself.",
                of(K::CustomComments, plain("Sentences, one a line", "40", 1, 1_500)),
            ),
        ],
    ),
    (
        "Proofreading",
        &[
            plain("Proofreading, English, per 1,000 words", "5.25", 100, 100_000),
            plain("Proofreading, academic, per 1,000 words", "9.99", 100, 50_000),
            told(
                "Questions to the editor, one a line.",
                of(
                    K::CustomCommentsPackage,
                    package("Manuscript review with your questions", "75"),
                ),
            ),
            told(
                "Answers to a named reviewer, one a line.",
                of(K::CommentReplies, plain("Replies to a reviewer, edited", "120", 1, 200)),
            ),
            by_staff(package("Curriculum vitae, edited", "15")),
        ],
    ),
    (
        "Press distribution",
        &[
            plain("Press release, regional outlets, per 1,000 inboxes", "7.5", 100, 20_000),
            plain("Press release, national outlets, per 1,000 inboxes", "14.2", 100, 20_000),
            told(
                "Keywords that the release is filed under, one a line.",
                of(K::Seo, plain("Press release with keywords", "9.4", 100, 20_000)),
            ),
            of(K::Mentions, plain("Release sent with the named contacts in copy", "11", 10, 5_000)),
            of(
                K::MentionsWithHashtags,
                plain("Release filed by contact and topic", "11.8", 10, 5_000),
            ),
            of(
                K::MentionsCustomList,
                plain("Release sent to your own list, one contact a line", "8", 5, 10_000),
            ),
            of(K::MentionsHashtag, plain("Release filed under one topic", "7.9", 10, 5_000)),
            of(
                K::MentionsUserFollowers,
                plain("Release sent to readers of a column", "10.3", 10, 5_000),
            ),
            of(
                K::MentionsMediaLikers,
                plain("Release sent to readers of an article", "10.9", 10, 5_000),
            ),
        ],
    ),
    (
        "Survey answers",
        &[
            refilled(7, plain("Survey answers, general panel, per 1,000", "310", 10, 5_000)),
            plain("Survey answers, IT professionals, per 1,000", "1450", 10, 1_000),
            told(
                "The number of the question that panelists are led to.",
                of(K::Poll, plain("Panel vote on one question", "95", 10, 10_000)),
            ),
            of(
                K::CommentLikes,
                plain("Panelists rate the answer of a named author", "60", 10, 5_000),
            ),
            told(
                "Mailing groups, one a line.",
                of(
                    K::InvitesFromGroups,
                    plain("Invitations to a survey, by mailing group", "22", 50, 20_000),
                ),
            ),
            by_staff(package("Survey designed for you", "240")),
        ],
    ),
    (
        "Usability testing",
        &[
            passed(runs(of(
                K::WebTraffic,
                plain("Test visits by recruited testers, per 1,000", "180", 10, 10_000),
            ))),
            plain("Recorded test sessions, per 1,000 minutes", "400", 30, 5_000),
            by_staff(package("Accessibility review of one page", "65")),
        ],
    ),
    (
        "Research",
        &[
            told(
                "Topics or keywords, one a line.",
                of(K::List, plain("Sources found for a list of topics", "34", 10, 5_000)),
            ),
            told(
                "Recordings to compare with, one a line.",
                of(K::Suggest, plain("Related recordings found", "31", 10, 5_000)),
            ),
            told(
                "Keywords to search for, one a line.",
                of(K::Search, plain("Search results reviewed by a person", "28", 10, 5_000)),
            ),
            plain("Data entry, per 1,000 rows", "16.4", 100, 50_000),
            plain("Image descriptions, per 1,000", "70.25", 10, 20_000),
            plain("Documents scanned and named, per 1,000 pages", "41", 50, 20_000),
        ],
    ),
];

/// A product of the demo.
#[derive(Clone, Copy, Debug)]
pub(super) struct Good {
    pub(super) category: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: ProductKind,
    pub(super) rate: &'static str,
    pub(super) max: i64,
    /// What the buyer must type.
    pub(super) form: &'static [&'static str],
    /// Items in stock at the start.
    pub(super) stock: i64,
}

const fn key(name: &'static str, rate: &'static str, max: i64, stock: i64) -> Good {
    let (category, kind) = ("Licence keys", ProductKind::Auto);
    let form: &[&str] = &[];
    Good { category, name, kind, rate, max, form, stock }
}

const fn code(name: &'static str, rate: &'static str, max: i64, stock: i64) -> Good {
    Good { category: "Gift codes", ..key(name, rate, max, stock) }
}

const fn by_hand(name: &'static str, rate: &'static str, form: &'static [&'static str]) -> Good {
    let (category, kind) = ("Set up for you", ProductKind::Service);
    Good { category, name, kind, rate, max: 10, form, stock: 0 }
}

/// Products, by category: one that is short, one that is out of stock, and some that staff
/// deliver.
pub(super) const GOODS: &[Good] = &[
    key("Text editor, licence for a year", "2.5", 100, 400),
    key("Text editor, licence for ever", "19", 20, 60),
    key("Photo developer, licence for a year", "7.25", 50, 120),
    key("Backup client, 1 device", "1.2", 100, 250),
    key("Backup client, 5 devices", "4.8", 100, 3),
    key("Font family, desktop licence", "12", 10, 0),
    code("Bookshop gift code, 10", "9.6", 20, 80),
    code("Bookshop gift code, 25", "24", 20, 40),
    code("Music shop gift code, 15", "14.25", 20, 50),
    code("Cinema ticket code", "8.4", 10, 30),
    code("Coffee voucher", "2.9", 50, 150),
    by_hand("Domain registered for a year", "11", &["Domain name", "Mail address of the owner"]),
    by_hand("Mailbox set up", "3.5", &["Mail address wanted"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_there_and_enough_of_everything() {
        let offers = offers();
        for kind in K::ALL {
            assert!(offers.iter().any(|offer| offer.kind == *kind), "{}", kind.name());
        }
        assert!(offers.len() >= 40 && CATEGORIES.len() >= 6, "{}", offers.len());
        let by_staff = GOODS.iter().filter(|good| good.kind == ProductKind::Service).count();
        let out_of_stock = GOODS.iter().filter(|good| good.stock == 0).count();
        assert!(GOODS.len() >= 12 && by_staff > 0 && out_of_stock > by_staff, "{}", GOODS.len());
        assert!(GOODS.iter().any(|good| good.stock > 0 && good.stock < good.max), "one is short");
    }
}
