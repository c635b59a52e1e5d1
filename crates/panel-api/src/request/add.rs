//! A new order, with all that any service type may take.

use super::params::Params;
use super::vocabulary::{
    ANSWER_NUMBER, ANSWERS_NUMBER, COMMENTS, COUNTRY, DELAY, DEVICE, EXPIRY, GOOGLE_KEYWORD,
    GROUPS, HASHTAG, HASHTAGS, INTERVAL, KEYWORDS, LINK, LIST, MAX, MEDIA, MIN, OLD_POSTS, POSTS,
    QUANTITY, REFERRING_URL, RUNS, SEARCH, SERVICE, SUGGEST, TYPE_OF_TRAFFIC, USERNAME, USERNAMES,
};
use super::{Number, request_id};
use crate::Fault;
use crate::limits::{TEXT_CHARS, URL_CHARS};

/// The parameters of `add` (panel API v2, section add), read but not judged: which of them a
/// service needs, and what is junk to be ignored, depends on its type.
///
/// Lists are trimmed lines without blank ones; empty means not given. Where a text has no line
/// breaks, `usernames` and `hashtags` may be separated by commas (neither can contain one); all
/// other lists only by line breaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Add {
    /// The service's id.
    pub service: Option<Number>,
    /// What the order is for; at most [`URL_CHARS`] characters, not otherwise checked.
    pub link: Option<String>,
    /// How many; per run with drip-feed.
    pub quantity: Option<Number>,
    /// Drip-feed: how many times.
    pub runs: Option<Number>,
    /// Drip-feed: minutes between runs.
    pub interval: Option<Number>,
    /// Subscriptions: least quantity per post.
    pub min: Option<Number>,
    /// Subscriptions: greatest quantity per post.
    pub max: Option<Number>,
    /// Subscriptions: number of new posts.
    pub posts: Option<Number>,
    /// Subscriptions: number of existing posts.
    pub old_posts: Option<Number>,
    /// Subscriptions: minutes to wait after a post.
    pub delay: Option<Number>,
    /// Polls: which answer; also read from `answers_number`.
    pub answer_number: Option<Number>,
    /// Web traffic: 1 desktop, 2 Android, 3 iOS, 4 mixed mobile, 5 all.
    pub device: Option<Number>,
    /// Web traffic: 1 search engine, 2 referrer, 3 direct.
    pub type_of_traffic: Option<Number>,
    /// Comments.
    pub comments: Vec<String>,
    /// User names.
    pub usernames: Vec<String>,
    /// Hashtags.
    pub hashtags: Vec<String>,
    /// Search phrases.
    pub keywords: Vec<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// Videos or search phrases.
    pub list: Vec<String>,
    /// Suggesting videos.
    pub suggest: Vec<String>,
    /// Search phrases for videos.
    pub search: Vec<String>,
    /// One hashtag.
    pub hashtag: Option<String>,
    /// One user name, or the link of a user.
    pub username: Option<String>,
    /// The link of a post.
    pub media: Option<String>,
    /// Web traffic: a country's code, or `WW`.
    pub country: Option<String>,
    /// Web traffic: the phrase searched for.
    pub google_keyword: Option<String>,
    /// Web traffic: the referrer.
    pub referring_url: Option<String>,
    /// Subscriptions: the last day, in one of several spellings.
    pub expiry: Option<String>,
    /// The client's own name for the order: the same one again means the same order.
    pub request_id: Option<String>,
}

impl Add {
    pub(crate) fn read(params: &Params, idempotency_key: Option<&str>) -> Result<Self, Fault> {
        let answer_number = match params.number(ANSWER_NUMBER)? {
            None => params.number(ANSWERS_NUMBER)?,
            found => found,
        };
        Ok(Self {
            service: params.number(SERVICE)?,
            link: params.line(LINK, URL_CHARS)?,
            quantity: params.number(QUANTITY)?,
            runs: params.number(RUNS)?,
            interval: params.number(INTERVAL)?,
            min: params.number(MIN)?,
            max: params.number(MAX)?,
            posts: params.number(POSTS)?,
            old_posts: params.number(OLD_POSTS)?,
            delay: params.number(DELAY)?,
            answer_number,
            device: params.number(DEVICE)?,
            type_of_traffic: params.number(TYPE_OF_TRAFFIC)?,
            comments: params.lines(COMMENTS, false)?,
            usernames: params.lines(USERNAMES, true)?,
            hashtags: params.lines(HASHTAGS, true)?,
            keywords: params.lines(KEYWORDS, false)?,
            groups: params.lines(GROUPS, false)?,
            list: params.lines(LIST, false)?,
            suggest: params.lines(SUGGEST, false)?,
            search: params.lines(SEARCH, false)?,
            hashtag: params.line(HASHTAG, TEXT_CHARS)?,
            username: params.line(USERNAME, URL_CHARS)?,
            media: params.line(MEDIA, URL_CHARS)?,
            country: params.line(COUNTRY, TEXT_CHARS)?,
            google_keyword: params.line(GOOGLE_KEYWORD, TEXT_CHARS)?,
            referring_url: params.line(REFERRING_URL, URL_CHARS)?,
            expiry: params.line(EXPIRY, TEXT_CHARS)?,
            request_id: request_id::read(params, idempotency_key)?,
        })
    }
}
