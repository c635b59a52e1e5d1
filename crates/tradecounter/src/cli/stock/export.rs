//! `stock export`.

use super::item_row;
use crate::cli::Desk;
use crate::failure::Failure;
use crate::{clock, output};
use domain::{ProductId, StockItemId};

/// Items in one page of an export.
const EXPORT_PAGE: i64 = 1_000;

/// No cell holds a text from outside, so none needs quoting.
pub(super) async fn run(desk: &Desk, product: ProductId) -> Result<(), Failure> {
    let json = desk.output.json;
    let mut last = StockItemId(0);
    let mut page = desk.counter.list_stock(product, last, EXPORT_PAGE).await?;
    output::say(if json {
        "["
    } else {
        "item,import,line,state,uses,uses_left,expires,last_order"
    });
    while let Some(newest) = page.last() {
        let first = last == StockItemId(0);
        last = newest.id;
        for (item, index) in page.iter().zip(0_u64..) {
            if json {
                // JSON has no comma behind the last one, so each but the first brings its own.
                let comma = if first && index == 0 { "" } else { "," };
                output::say(&format!("{comma}{}", item_row(item)));
                continue;
            }
            let expires = item.expires.map(clock::shown).unwrap_or_default();
            let order = item.last_order.map(|order| order.to_string()).unwrap_or_default();
            output::say(&format!(
                "{},{},{},{},{},{},{expires},{order}",
                item.id,
                item.batch,
                item.line,
                item.state.name(),
                item.uses,
                item.uses_left
            ));
        }
        output::print()?;
        page = desk.counter.list_stock(product, last, EXPORT_PAGE).await?;
    }
    if json {
        output::say("]");
    }
    Ok(())
}
