//! Every bound on a request, with its reason. The size of the whole body is the caller's to limit.
//!
//! These bound the work; what an order may hold is for its rules to say. So texts and lines may be
//! longer here than the rules allow: one place refuses, with one answer.
//!
//! "Characters" are Unicode scalar values, so that a text is not shorter in one script than in
//! another.

/// Pairs in one place (query, or body). PHP stops at the same number per place, so no client relies
/// on more.
pub const PAIRS: usize = 1_000;

/// Characters of an API key. Keys are about 32; far longer can only be a pasting accident, and is
/// not hashed.
pub const KEY_CHARS: usize = 512;

/// Distinct ids in one request (panel API v2, section status: "Limit 100").
pub const IDS: usize = 100;

/// Ids in one request, repeated ones counted: bounds the work that repetition can cause.
pub const ID_ENTRIES: usize = 10_000;

/// Characters of one id. It is echoed in the reply, which must not become a mirror of the body.
pub const ID_CHARS: usize = 64;

/// The largest id there can be: clients hold ids in signed 32-bit integers.
pub const ID_MAX: i64 = 2_147_483_647;

/// Lines of one list parameter, also elements of it: more than any known service sells in one
/// order.
pub const LIST_LINES: usize = 10_000;

/// Characters of one line of a list: the longest comment a large site takes (YouTube).
pub const LINE_CHARS: usize = 10_000;

/// Characters of a link, and of the parameters that may hold one: what browsers and servers all
/// carry.
pub const URL_CHARS: usize = 2_000;

/// Characters of any other one-line text: a phrase, a country, a date.
pub const TEXT_CHARS: usize = 500;

/// Characters of `require`, what a buyer types for a product: several lines of account data at
/// most.
pub const REQUIRE_CHARS: usize = 10_000;

/// Characters of a request id: four times a UUID, and it becomes an index key.
pub const REQUEST_ID_CHARS: usize = 128;

/// Bytes of the form of a call to an upstream: what a web server in front of PHP takes unless it is
/// told otherwise (nginx). A larger one would be refused by somebody who does not speak the dialect.
pub const CALL_BYTES: usize = 1_048_576;

/// Bytes of the name of a parameter in a call to an upstream.
pub const NAME_BYTES: usize = 64;

/// Services in the list of an upstream: ten times the largest lists that are known. A longer list is
/// refused whole, because what it was cut to would look as if services had gone.
pub const SERVICES: usize = 50_000;

/// Characters that are kept of an upstream's word that should have been a status, a number or an
/// amount: enough to see what it is.
pub const WORD_CHARS: usize = 64;

/// Digits of an amount or a number of an upstream: all that 128 bits hold.
pub const DIGITS: usize = 38;

/// Orders that `action=orders` lists at most, and when no limit is given.
pub const ORDERS_LISTED: u32 = 100;

/// Values in one request of a supplier: 100 orders with a dozen fields each, and as much again for
/// what nobody asks for.
pub const ADMIN_VALUES: usize = 3_000;

/// Orders that a supplier's list shows at most (admin API v2: "limit up to 1000").
pub const ADMIN_LISTED: usize = 1_000;

/// Orders that a supplier's list shows when no limit is given.
pub const ADMIN_LISTED_USUALLY: usize = 100;

/// Characters of a reason or note of a supplier.
pub const REASON_CHARS: usize = 500;
