//! Every bound of the rules, with its reason. Bounds of the wire (body size, ids in a call) stand
//! beside the wire.

/// Largest public id: clients read ids into signed 32-bit integers.
pub const PUBLIC_ID_MAX: i64 = 2_147_483_647;

/// Largest quantity of one order, and of the parts of a drip-feed or subscription together.
/// Clients read it into 32 bits too, and `rate × quantity` stays far below 2^127.
pub const QUANTITY_MAX: i64 = 2_147_483_647;

/// Longest link in bytes: what browsers and proxies carry without complaint.
pub const LINK_BYTES_MAX: usize = 2_000;

/// Most entries of a list parameter (comments, user names, …).
pub const LINES_MAX: usize = 10_000;

/// Longest entry of a list parameter in bytes.
pub const LINE_BYTES_MAX: usize = 5_000;

/// Longest text parameter (user name, hashtag, country, …) in bytes.
pub const TEXT_BYTES_MAX: usize = 500;

/// Most runs of a drip-feed.
pub const RUNS_MAX: i64 = 1_000;

/// Longest interval between two runs: 30 days, in minutes.
pub const INTERVAL_MINUTES_MAX: i64 = 43_200;

/// Most posts of a subscription, the old ones included.
pub const POSTS_MAX: i64 = 10_000;

/// Highest answer number of a poll.
pub const ANSWER_MAX: i64 = 1_000;

/// Largest start count or progress figure that a supplier may report: exact in every client,
/// also in those that read numbers as doubles.
pub const COUNT_MAX: i64 = 9_007_199_254_740_991;

/// Longest reason or note in bytes.
pub const REASON_BYTES_MAX: usize = 500;

/// Longest name (account, key, category, service) in bytes.
pub const NAME_BYTES_MAX: usize = 300;

/// Longest description of a service in bytes.
pub const DESCRIPTION_BYTES_MAX: usize = 10_000;

/// Longest request id in bytes.
pub const REQUEST_ID_BYTES_MAX: usize = 128;

/// Longest refill window in days: ten years stand for "always".
pub const REFILL_DAYS_MAX: i64 = 3_650;

/// Longest cooldown between two refills, in hours: a year.
pub const REFILL_COOLDOWN_HOURS_MAX: i64 = 8_760;
