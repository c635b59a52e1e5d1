//! A statement with its parameters, as it is sent.

use super::param::Param;
use super::statements::Known;
use crate::{Sql, Val};
use std::collections::HashSet;
use std::sync::Arc;
use tokio_postgres::types::Type;

/// The parameters of one sending.
pub(super) type Sending<'a> = Vec<(Param<'a>, Type)>;

/// A statement for rows of parameters: one sending for all of them where its text allows, or else
/// one for each.
#[derive(Debug)]
pub(super) struct Request<'a> {
    known: Arc<Known>,
    at_once: bool,
    pub(super) sendings: Vec<Sending<'a>>,
}

impl<'a> Request<'a> {
    /// The statement for each `width` parameters. The error says what is wrong.
    pub(super) fn new(
        known: Arc<Known>,
        sql: &Sql,
        width: usize,
        params: &[Val<'a>],
    ) -> Result<Self, String> {
        if known.types.len() != width {
            let wants = known.types.len();
            return Err(format!("has {wants} parameters and was given {width}"));
        }
        let at_once = known.many.is_some()
            && params.len() > width
            && (is_query(sql) || (known.names_rows && all_differ(params, width)));
        let sendings = if at_once {
            let columns = (0..).zip(&known.types);
            let columns = columns.map(|(at, kind)| Param::column(params, width, at, kind));
            vec![columns.collect::<Result<_, _>>()?]
        } else {
            // One empty row for a statement without parameters.
            let rows = if width == 0 { 1 } else { params.len().checked_div(width).unwrap_or(0) };
            let row = |row: usize| {
                let values = params.iter().skip(row.saturating_mul(width)).take(width);
                let typed = values.zip(&known.types);
                typed.map(|(value, kind)| (Param::One(*value), kind.clone())).collect()
            };
            (0..rows).map(row).collect()
        };
        Ok(Self { known, at_once, sendings })
    }

    /// The text of each sending.
    pub(super) fn text(&self) -> &str {
        let many = self.known.many.as_deref().filter(|_| self.at_once);
        many.unwrap_or(&self.known.single)
    }

    /// The same, with parameters that need nothing any more of what they were made from.
    pub(super) fn written(&self) -> Result<Request<'static>, String> {
        let write = |(param, kind): &(Param<'_>, Type)| Ok((param.written(kind)?, kind.clone()));
        let each = self.sendings.iter().map(|sending| sending.iter().map(write).collect());
        let sendings = each.collect::<Result<_, String>>()?;
        Ok(Request { known: Arc::clone(&self.known), at_once: self.at_once, sendings })
    }
}

fn is_query(sql: &Sql) -> bool {
    sql.text.starts_with("select") || sql.text.starts_with("with")
}

/// Whether no two rows have the same first parameter.
fn all_differ(params: &[Val<'_>], width: usize) -> bool {
    let mut seen = HashSet::new();
    params.iter().step_by(width.max(1)).all(|value| seen.insert(*value))
}
