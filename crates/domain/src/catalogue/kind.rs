//! The kinds of service: which parameters an order carries, how it is counted, how it is priced.

use crate::names::named;

/// A kind of service. The dialect's spelling of each name belongs to the wire format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ServiceKind {
    /// A link and a quantity, optionally in runs.
    Default,
    /// A link; the service fixes what is delivered.
    Package,
    /// A link, a quantity and keywords.
    Seo,
    /// A link and one unit for each comment.
    CustomComments,
    /// A link and comments at a fixed price.
    CustomCommentsPackage,
    /// A link, a quantity and user names.
    Mentions,
    /// A link, a quantity, user names and hashtags.
    MentionsWithHashtags,
    /// A link and one unit for each user name.
    MentionsCustomList,
    /// A link, a quantity and one hashtag.
    MentionsHashtag,
    /// A link, a quantity and the user whose followers are meant.
    MentionsUserFollowers,
    /// A link, a quantity and the media whose likers are meant.
    MentionsMediaLikers,
    /// A link, a quantity and the owner of the comment.
    CommentLikes,
    /// A link, a user name and one unit for each reply.
    CommentReplies,
    /// A link, a quantity and the number of the answer.
    Poll,
    /// A link, a quantity and the groups to invite from.
    InvitesFromGroups,
    /// A user name; each new post becomes an order of its own.
    Subscriptions,
    /// A link, a quantity and where visitors come from, optionally in runs.
    WebTraffic,
    /// A link, a quantity and a list of suggested videos or keywords.
    List,
    /// A link, a quantity and a list of suggested videos.
    Suggest,
    /// A link, a quantity and a list of search keywords.
    Search,
}

/// A parameter that holds several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ListField {
    /// Comments or replies.
    Comments,
    /// User names.
    Usernames,
    /// Hashtags.
    Hashtags,
    /// Keywords.
    Keywords,
    /// Groups.
    Groups,
    /// Suggested videos or keywords.
    List,
    /// Suggested videos.
    Suggest,
    /// Search keywords.
    Search,
}

/// A parameter that holds one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TextField {
    /// A user name or the address of one.
    Username,
    /// One hashtag.
    Hashtag,
    /// The address of a media.
    Media,
    /// A country code, or `WW`.
    Country,
    /// The keyword that visitors search for.
    GoogleKeyword,
    /// The page that visitors come from.
    ReferringUrl,
    /// The last day of a subscription.
    Expiry,
}

/// A parameter that holds a whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberField {
    /// Units asked for.
    Quantity,
    /// Runs of a drip-feed.
    Runs,
    /// Minutes between two runs.
    Interval,
    /// Smallest quantity for a post.
    Min,
    /// Largest quantity for a post.
    Max,
    /// New posts of a subscription.
    Posts,
    /// Existing posts of a subscription.
    OldPosts,
    /// Minutes to wait after a post.
    Delay,
    /// Number of a poll's answer.
    AnswerNumber,
    /// Device of visitors, 1 to 5.
    Device,
    /// Origin of visitors, 1 to 3.
    TypeOfTraffic,
}

named!(ServiceKind {
    Default => "default",
    Package => "package",
    Seo => "seo",
    CustomComments => "custom_comments",
    CustomCommentsPackage => "custom_comments_package",
    Mentions => "mentions",
    MentionsWithHashtags => "mentions_with_hashtags",
    MentionsCustomList => "mentions_custom_list",
    MentionsHashtag => "mentions_hashtag",
    MentionsUserFollowers => "mentions_user_followers",
    MentionsMediaLikers => "mentions_media_likers",
    CommentLikes => "comment_likes",
    CommentReplies => "comment_replies",
    Poll => "poll",
    InvitesFromGroups => "invites_from_groups",
    Subscriptions => "subscriptions",
    WebTraffic => "web_traffic",
    List => "list",
    Suggest => "suggest",
    Search => "search",
});

named!(ListField {
    Comments => "comments",
    Usernames => "usernames",
    Hashtags => "hashtags",
    Keywords => "keywords",
    Groups => "groups",
    List => "list",
    Suggest => "suggest",
    Search => "search",
});

named!(TextField {
    Username => "username",
    Hashtag => "hashtag",
    Media => "media",
    Country => "country",
    GoogleKeyword => "google_keyword",
    ReferringUrl => "referring_url",
    Expiry => "expiry",
});

named!(NumberField {
    Quantity => "quantity",
    Runs => "runs",
    Interval => "interval",
    Min => "min",
    Max => "max",
    Posts => "posts",
    OldPosts => "old_posts",
    Delay => "delay",
    AnswerNumber => "answer_number",
    Device => "device",
    TypeOfTraffic => "type_of_traffic",
});

/// Where the quantity of an order comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counting {
    /// The `quantity` parameter.
    Asked,
    /// Always one.
    One,
    /// The number of lines of a list parameter; a `quantity` beside it is ignored.
    Lines(ListField),
    /// Each post of a subscription brings its own.
    Posts,
}

/// How the rate becomes a charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// `rate × quantity / 1000`.
    PerThousand,
    /// The rate as it is.
    Flat,
}

/// What an order of a kind is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Where the quantity comes from.
    pub counting: Counting,
    /// How the charge is computed.
    pub pricing: Pricing,
    /// Whether the order has a link.
    pub link: bool,
    /// Lists that must be there.
    pub lists: &'static [ListField],
    /// Texts that must be there.
    pub texts: &'static [TextField],
    /// Whether a service of this kind may allow runs.
    pub runs: bool,
}

impl Shape {
    const BASE: Self = Self {
        counting: Counting::Asked,
        pricing: Pricing::PerThousand,
        link: true,
        lists: &[],
        texts: &[],
        runs: false,
    };
}

impl ServiceKind {
    /// The parameters, counting and pricing of this kind.
    pub const fn shape(self) -> Shape {
        use ListField as L;
        use TextField as T;
        let base = Shape::BASE;
        match self {
            Self::Default => Shape { runs: true, ..base },
            Self::Package => Shape { counting: Counting::One, pricing: Pricing::Flat, ..base },
            Self::Seo => Shape { lists: &[L::Keywords], ..base },
            Self::CustomComments => {
                Shape { counting: Counting::Lines(L::Comments), lists: &[L::Comments], ..base }
            }
            Self::CustomCommentsPackage => Shape {
                counting: Counting::One,
                pricing: Pricing::Flat,
                lists: &[L::Comments],
                ..base
            },
            Self::Mentions => Shape { lists: &[L::Usernames], ..base },
            Self::MentionsWithHashtags => Shape { lists: &[L::Usernames, L::Hashtags], ..base },
            Self::MentionsCustomList => {
                Shape { counting: Counting::Lines(L::Usernames), lists: &[L::Usernames], ..base }
            }
            Self::MentionsHashtag => Shape { texts: &[T::Hashtag], ..base },
            Self::MentionsUserFollowers | Self::CommentLikes => {
                Shape { texts: &[T::Username], ..base }
            }
            Self::MentionsMediaLikers => Shape { texts: &[T::Media], ..base },
            Self::CommentReplies => Shape {
                counting: Counting::Lines(L::Comments),
                lists: &[L::Comments],
                texts: &[T::Username],
                ..base
            },
            Self::Poll => base,
            Self::InvitesFromGroups => Shape { lists: &[L::Groups], ..base },
            Self::Subscriptions => {
                Shape { counting: Counting::Posts, link: false, texts: &[T::Username], ..base }
            }
            Self::WebTraffic => Shape { texts: &[T::Country], runs: true, ..base },
            Self::List => Shape { lists: &[L::List], ..base },
            Self::Suggest => Shape { lists: &[L::Suggest], ..base },
            Self::Search => Shape { lists: &[L::Search], ..base },
        }
    }
}
