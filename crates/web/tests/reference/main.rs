//! The reference page, `docs/PANEL-API.md`, against the server that it describes.
//!
//! Every example on the page is run. An example is a block of shell with a name, and the block of
//! JSON behind it:
//!
//! ````text
//! ```sh example=balance
//! curl -s https://counter.example/api/v2 -d key=KEY -d action=balance
//! ```
//!
//! ```json
//! {"balance":"500","currency":"USD"}
//! ```
//! ````
//!
//! They are sent in the order of the page, all to one counter, and each reply must be the one that
//! stands there. What has to happen between them (somebody delivers, a day goes by) is in
//! [`story`], by the name of the example it happens before. Replies are compared byte for byte,
//! after long ones were broken into lines by [`layout`].
//!
//! After a change, `UPDATE_EXPECT=1 cargo test -p web --test reference every_example` writes the
//! replies into the page; read the difference before you commit it.
//!
//! The tables are held to the truth, too: [`kinds`], [`limits`], [`money`], [`refusals`],
//! [`types`], [`words`].
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed step is a failed test, also in a helper"
)]

mod curl;
mod examples;
mod kinds;
mod layout;
mod limits;
mod money;
mod page;
mod refusals;
mod shop;
mod story;
mod types;
mod words;
