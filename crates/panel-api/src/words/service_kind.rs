//! Service types: what parameters an `add` for a service takes.

use std::fmt;

use super::letters;

/// A service type (panel API v2, sections services and add).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ServiceKind {
    /// link, quantity, and runs with interval for drip-feed.
    Default,
    /// link; the service fixes what is delivered.
    Package,
    /// link, quantity, keywords.
    Seo,
    /// link, comments; their number is the quantity.
    CustomComments,
    /// link, comments; at a flat price.
    CustomCommentsPackage,
    /// link, quantity, usernames.
    Mentions,
    /// link, quantity, usernames, hashtags.
    MentionsWithHashtags,
    /// link, usernames; their number is the quantity.
    MentionsCustomList,
    /// link, quantity, hashtag.
    MentionsHashtag,
    /// link, quantity, username whose followers are meant.
    MentionsUserFollowers,
    /// link, quantity, media whose likers are meant.
    MentionsMediaLikers,
    /// link, quantity, username that wrote the comment.
    CommentLikes,
    /// link, username that wrote the comment, comments; their number is the quantity.
    CommentReplies,
    /// link, quantity, answer_number.
    Poll,
    /// link, quantity, groups.
    InvitesFromGroups,
    /// username, min, max, delay, and posts, old_posts, expiry.
    Subscriptions,
    /// link, quantity, country, device, type_of_traffic with what it asks for, and runs with
    /// interval.
    WebTraffic,
    /// link, quantity, list (of videos or of search phrases).
    VideoList,
    /// link, quantity, suggest (videos that suggest the link).
    VideoSuggest,
    /// link, quantity, search (phrases to find the link by).
    VideoSearch,
}

impl ServiceKind {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 20] = [
        Self::Default,
        Self::Package,
        Self::Seo,
        Self::CustomComments,
        Self::CustomCommentsPackage,
        Self::Mentions,
        Self::MentionsWithHashtags,
        Self::MentionsCustomList,
        Self::MentionsHashtag,
        Self::MentionsUserFollowers,
        Self::MentionsMediaLikers,
        Self::CommentLikes,
        Self::CommentReplies,
        Self::Poll,
        Self::InvitesFromGroups,
        Self::Subscriptions,
        Self::WebTraffic,
        Self::VideoList,
        Self::VideoSuggest,
        Self::VideoSearch,
    ];

    /// The exact text in `type`.
    ///
    /// The last three are our own: the parameters `list`, `suggest` and `search` are documented,
    /// the names of their service types are not. Each ends in the name of its parameter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Default => "Default",
            Self::Package => "Package",
            Self::Seo => "SEO",
            Self::CustomComments => "Custom Comments",
            Self::CustomCommentsPackage => "Custom Comments Package",
            Self::Mentions => "Mentions",
            Self::MentionsWithHashtags => "Mentions with Hashtags",
            Self::MentionsCustomList => "Mentions Custom List",
            Self::MentionsHashtag => "Mentions Hashtag",
            Self::MentionsUserFollowers => "Mentions User Followers",
            Self::MentionsMediaLikers => "Mentions Media Likers",
            Self::CommentLikes => "Comment Likes",
            Self::CommentReplies => "Comment Replies",
            Self::Poll => "Poll",
            Self::InvitesFromGroups => "Invites from Groups",
            Self::Subscriptions => "Subscriptions",
            Self::WebTraffic => "Web Traffic",
            Self::VideoList => "Video List",
            Self::VideoSuggest => "Video Suggest",
            Self::VideoSearch => "Video Search",
        }
    }

    /// Reads a name whatever its case, and whatever stands between its words (`custom_comments`,
    /// `WebTraffic`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let wanted = letters(text);
        Self::ALL.into_iter().find(|kind| letters(kind.name()) == wanted)
    }
}

impl fmt::Display for ServiceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
