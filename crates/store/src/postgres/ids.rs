//! Ids, taken in blocks outside of units, so that no two units wait for each other over them.
//!
//! Every process holds a block of each kind that it uses, and gives its ids out one by one. What a
//! unit took and did not keep is lost, and so is what is left when a process dies; ids say nothing
//! about the order of commits.

use super::connection::Connection;
use super::failure::{self, Remedy};
use super::options::Options;
use super::param::Param;
use crate::{DbError, Val};
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio_postgres::Error;
use tokio_postgres::types::Type;

/// Most ids of a block.
const BLOCK_MAX: i64 = 1_000;

/// How often a lost connection is made anew for one request.
const TRIES: u32 = 3;

const TAKE: &str = "update id_block set next = next + $2 \
    where kind = $1 and next + $2 - 1 <= last returning next - $2";
const GIVE_BACK: &str = "update id_block set next = $2 where kind = $1 and next = $3";

#[derive(Debug)]
pub(super) struct Ids {
    options: Options,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    connection: Option<Connection>,
    blocks: HashMap<&'static str, Block>,
}

/// Ids from `next` to just below `end` are free. The next block will have `size` ids: a command that
/// needs one takes one, a server takes many at a time soon.
#[derive(Clone, Copy, Debug)]
struct Block {
    next: i64,
    end: i64,
    size: i64,
}

impl Ids {
    pub(super) fn new(options: &Options) -> Self {
        Self { options: options.clone(), state: Mutex::default() }
    }

    /// `count` ids of a kind, ascending.
    pub(super) fn take(&self, kind: &'static str, count: usize) -> Result<Vec<i64>, DbError> {
        let mut state = self.state.lock();
        let State { connection, blocks } = &mut *state;
        let block = blocks.entry(kind).or_insert(Block { next: 0, end: 0, size: 1 });
        let mut taken = Vec::with_capacity(count);
        while taken.len() < count {
            if block.next >= block.end {
                let missing = count.saturating_sub(taken.len());
                let missing = i64::try_from(missing).unwrap_or(i64::MAX);
                let size = block.size.max(missing);
                // Near the end of a kind, what is needed is asked for and no more.
                let first = match self.reserve(connection, kind, size)? {
                    Some(first) => Some((first, size)),
                    None => self.reserve(connection, kind, missing)?.map(|first| (first, missing)),
                };
                let Some((first, size)) = first else { return Err(DbError::ids_used_up(kind)) };
                let grown = block.size.saturating_mul(2).min(BLOCK_MAX);
                *block = Block { next: first, end: first.saturating_add(size), size: grown };
            }
            taken.push(block.next);
            block.next = block.next.saturating_add(1);
        }
        Ok(taken)
    }

    fn reserve(
        &self,
        connection: &mut Option<Connection>,
        kind: &'static str,
        size: i64,
    ) -> Result<Option<i64>, DbError> {
        let fail = |message: String| DbError::new("TAKE_IDS", message);
        let mut last = String::from("no connection");
        for _ in 0..TRIES {
            let open = match connection.take() {
                Some(open) => open,
                None => match Connection::open(&self.options) {
                    Ok(open) => open,
                    Err(message) => {
                        last = message;
                        continue;
                    }
                },
            };
            match reserve(&open, kind, size) {
                Ok(first) => {
                    *connection = Some(open);
                    return Ok(first);
                }
                // What was reserved without an answer is lost, and nothing else.
                Err(error) if failure::remedy(&error) != Remedy::None => {
                    last = failure::text(&error)
                }
                Err(error) => return Err(fail(failure::text(&error))),
            }
        }
        Err(fail(last))
    }

    /// Gives back what was not used, where nobody has taken ids behind it; closes the connection.
    pub(super) fn close(&self) {
        let State { connection, blocks } = std::mem::take(&mut *self.state.lock());
        let Some(connection) = connection else { return };
        for (kind, block) in blocks {
            let params = params(kind, &[block.next, block.end]);
            if block.next < block.end
                && let Err(error) = connection.run(None, GIVE_BACK, params)
            {
                tracing::debug!(kind, error = failure::text(&error), "unused ids stay unused");
            }
        }
    }
}

fn reserve(connection: &Connection, kind: &str, size: i64) -> Result<Option<i64>, Error> {
    let (rows, _) = connection.run(None, TAKE, params(kind, &[size]))?;
    rows.first().map(|row| row.try_get(0)).transpose()
}

fn params<'a>(kind: &'a str, numbers: &[i64]) -> Vec<(Param<'a>, Type)> {
    let numbers = numbers.iter().map(|number| (Param::One(Val::Int(*number)), Type::INT8));
    std::iter::once((Param::One(Val::Text(kind)), Type::TEXT)).chain(numbers).collect()
}
