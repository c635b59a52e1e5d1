//! Every bound of the rules, with its reason. Bounds of the wire (body size, ids in a call) stand
//! beside the wire.

use crate::Micros;

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

/// Most bytes of all lists of an order together, as a form carries them: what is no plain ASCII sign
/// takes three for each byte. Whoever fulfils the order may be an upstream panel whose server takes forms
/// of at most 1 MiB, and what else is in the form fits into the rest.
pub const LISTS_FORM_BYTES_MAX: usize = 900_000;

/// Longest text parameter (hashtag, country, keyword, …) in bytes; those that may be addresses are
/// as long as links.
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

/// Longest refill window in days: ten years stand for "always".
pub const REFILL_DAYS_MAX: i64 = 3_650;

/// Longest cooldown between two refills, in hours: a year.
pub const REFILL_COOLDOWN_HOURS_MAX: i64 = 8_760;

/// Most pieces of one order for products: what one reply can carry.
pub const PIECES_MAX: i64 = 1_000;

/// Most fields of a product's form.
pub const FORM_FIELDS_MAX: usize = 10;

/// Longest answer to a field of a form in bytes.
pub const FORM_TEXT_BYTES_MAX: usize = 2_000;

/// Longest time that the rest of an order is waited for: 90 days, in hours.
pub const WAIT_HOURS_MAX: i64 = 2_160;

/// Longest warranty of an item: ten years, in days.
pub const WARRANTY_DAYS_MAX: i64 = 3_650;

/// Longest line of stock in bytes: 1,000 of them fit a reply that clients still read.
pub const STOCK_LINE_BYTES_MAX: usize = 4_000;

/// Most uses of one item of stock.
pub const ITEM_USES_MAX: i64 = 1_000_000;

/// Days that a key lives at most that takes the place of one with an expiry.
pub const RENEWED_DAYS_MAX: i64 = 366;

/// Longest refusal text of a provider in bytes: those in use have less than a hundred.
pub const REFUSAL_BYTES_MAX: usize = 500;

/// Fastest rate of calls to a provider, a second: more than one counter needs, and its arithmetic
/// stays within 64 bits.
pub const PER_SECOND_MAX: i64 = 10_000;

/// How late a call may be made up for, in microseconds: timers wake within this on a busy machine.
pub const PACE_LATE_US: i64 = 20_000;

/// Failures in a row after which a provider counts as dead: fewer happen when it restarts.
pub const BREAKER_FAILURES: i64 = 5;

/// Two failures so far apart count as much, in microseconds: a quiet provider is noticed within two
/// seconds too.
pub const BREAKER_FAILURES_US: i64 = 1_000_000;

/// Orders left unclear within [`BREAKER_UNCLEAR_US`] after which no more are placed: each is work for
/// somebody.
pub const BREAKER_UNCLEAR: usize = 3;

/// See [`BREAKER_UNCLEAR`], in microseconds: a minute.
pub const BREAKER_UNCLEAR_US: i64 = 60_000_000;

/// Share of the last 128 orders, in percent, that may be left unclear.
pub const BREAKER_SHARE_PERCENT: u32 = 5;

/// Orders from which on the share says something: one unclear among a few is chance.
pub const BREAKER_SHARE_SAMPLE: u32 = 40;

/// First wait of an open breaker, in microseconds: a restart takes about as long.
pub const BREAKER_WAIT_US: i64 = 2_000_000;

/// Longest wait of an open breaker, in microseconds: a provider that is back is noticed within a
/// minute, also where half of that is spent on a question that it never answers.
pub const BREAKER_WAIT_MAX_US: i64 = 30_000_000;

/// After how long the outcome of a probe is not waited for any more, in microseconds: longer than any
/// call may take.
pub const BREAKER_PROBE_US: i64 = 120_000_000;

/// Retries that a new provider has, in tenths.
pub const RETRY_TENTHS_START: i64 = 100;

/// Most retries that a provider saves up, in tenths: what a short outage costs at 100 orders a second.
pub const RETRY_TENTHS_MAX: i64 = 1_000;

/// How often a retry is made though none is left, in microseconds: once a second is no storm.
pub const RETRY_ANYWAY_US: i64 = 1_000_000;

/// Decimals that are assumed of a provider's charges when it is not known: cents.
pub const COST_DECIMALS_ASSUMED: i64 = 2;

/// Up to what difference a charge is believed however far it is off in proportion: a tenth of the
/// currency is not worth a person's time.
pub const COST_WILD_FLOOR: Micros = Micros::new(100_000);

/// Shortest time between two polls of an order, in microseconds: 15 seconds, as fast as resellers
/// look.
pub const POLL_LEAST_US: i64 = 15_000_000;

/// Longest time between two polls of an open order, in microseconds: 15 minutes. In batches of 100, a
/// million orders then need a dozen requests a second.
pub const POLL_MOST_US: i64 = 900_000_000;

/// Longest time between two polls of an order that is to be cancelled, in microseconds: somebody
/// waits for their money.
pub const POLL_CANCEL_US: i64 = 120_000_000;

/// Time between two polls of an order that has ended, in microseconds: corrections are rare, and six
/// hours are soon enough.
pub const POLL_ENDED_US: i64 = 21_600_000_000;

/// An open order is polled at this share of its age: what is shown is never older than an eighth of it.
pub const POLL_AGE_SHARE: i64 = 8;

/// Fewest decimals of a balance that is evidence. With fewer, what others spend or get back is too
/// often the price of an order.
pub const EVIDENCE_DECIMALS_MIN: i64 = 4;

/// Most lost answers at once that a balance decides without a person: with more, too many choices come
/// to the same.
pub const EVIDENCE_UNKNOWN_MAX: usize = 3;

/// Most lost answers whose choices are looked through at all: 65,536 of them.
pub const EVIDENCE_SUBSETS_OF: usize = 16;

/// How far a second choice must be off, in units of the balance's last decimal, for the first one to be
/// believed: more than roundings that nobody thought of come to.
pub const EVIDENCE_NEAR: i64 = 10;

/// Reads of a balance in a row, a minute apart, that our books must explain before it decides anything: a
/// day of them. With fewer, an account that others use every half hour seems to be ours alone in between,
/// and what they move can be the price of an order.
pub const TRUST_READS: i64 = 1_440;

/// Longest list of a provider's services: several times the longest in use.
pub const OFFERS_MAX: usize = 50_000;

/// So many services may vanish from one list whatever their share: of three services, one is a third.
pub const OFFERS_LOST_FEW: usize = 2;

/// Most lists that a service has to be missing in before it is gone.
pub const MISSING_LISTS_MAX: i64 = 100;

/// Largest markup in basis points: a thousandfold.
pub const MARKUP_POINTS_MAX: i64 = 10_000_000;

/// Largest step that rates are rounded up to: a hundred of the currency.
pub const RATE_STEP_MAX: Micros = Micros::new(100_000_000);

/// Most orders that are being placed at one provider at once, and so most that a crash leaves
/// unknown there.
pub const ADDS_AT_ONCE_MAX: i64 = 1_000;

/// Most requests that one provider is sent in a second.
pub const PROVIDER_RATE_MAX: i64 = 10_000;

/// Fewest letters of a text of its own that a provider refuses with: what has less is in answers that
/// say something else.
pub const REFUSAL_LETTERS_MIN: usize = 4;

/// Most texts of its own that a provider refuses with.
pub const REFUSALS_MAX: usize = 100;

/// Longest name that a provider gives a service, in bytes.
pub const UPSTREAM_ID_BYTES_MAX: usize = 100;

/// Longest id that a provider gives an order, or a service that we order, in bytes: what is longer is not
/// asked about.
pub const UPSTREAM_ORDER_BYTES_MAX: usize = 64;

/// Largest share of a route among those of its priority.
pub const WEIGHT_MAX: i64 = 1_000;

/// Largest number of a route's priority, either way.
pub const PRIORITY_MAX: i64 = 1_000;

/// Hours after its end in which what a provider says of an order corrects it without a person: panels
/// correct themselves within a day, if they do.
pub const CORRECT_HOURS: i64 = 24;

/// For how many microseconds after it was sent an order may be asked for again under its request id: a
/// provider forgets them some day, and then takes the order once more. This program keeps them for 72 hours.
pub const ASKED_FOR_US: i64 = 86_400_000_000;

/// For how many microseconds after a customer asked for it a cancel or refill is sent on again while its
/// provider puts it off: whoever waits for longer is told so, and may ask again.
pub const SENT_ON_FOR_US: i64 = 86_400_000_000;

/// How often in a row a provider does not find an order, or says of it what cannot be read, before a
/// person looks.
pub const NOT_FOUND_MAX: i64 = 12;

/// Most reads of a balance that may be asked for before it is believed: two months of one each minute.
pub const TRUST_READS_MAX: i64 = 100_000;

/// Longest lease of an executor in minutes: 30 days without a word.
pub const LEASE_MINUTES_MAX: i64 = 43_200;

/// Most orders that one executor may have at once.
pub const LEASES_AT_ONCE_MAX: i64 = 100_000;

/// Most services that an executor is bound to by name.
pub const EXECUTOR_SERVICES_MAX: usize = 1_000;

/// Hours in which an executor may still correct an order that it has ended. Later a person does: who
/// steals a key must not give back the money of years.
pub const EXECUTOR_CORRECTS_HOURS: i64 = 72;

/// Most hours that may be set after which an order of which nobody can tell whether a provider has it
/// is written off: a month.
pub const WRITE_OFF_HOURS_MAX: i64 = 720;

/// How long such an order is before a person, and so is asked for no more, before it is written off,
/// in microseconds: longer than any answer is waited for, so that nothing of it is on its way.
pub const WRITE_OFF_QUIET_US: i64 = 900_000_000;
