//! Moving a database to another one, on whichever engine (docs/adr/0021).
//!
//! The source is closed to everybody first, so that nothing is acknowledged there that the copy would
//! miss; the target stays closed until both were compared row by row and whoever moves has looked at
//! it. Each step is a unit of its own, and what is there tells which steps were taken: a move that was
//! ended at any moment goes on where it was.

mod compare;
mod copy;
mod error;
pub(crate) mod mark;
pub(crate) mod rows;
pub(crate) mod schema;
pub(crate) mod side;
mod undo;

pub use compare::{Comparison, Difference, TableComparison};
pub use error::MoveError;
pub use rows::Content;
pub use undo::{Undone, undo_move};

use crate::migrate::newest;
use crate::postgres::{Options, PostgresSide};
use crate::sqlite::SqliteSide;
use crate::store::sqlite_path;
use crate::{Access, DbError, MigrationStatus, OpenError, Store, Tx, tables};
use mark::{End, Mark};
use schema::{STAYS, Table};
use side::Side;

/// How far a move is: called after each step that takes a while.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// What is done.
    pub step: Step,
    /// With which table.
    pub table: &'a str,
    /// Rows of the table that are done.
    pub rows: u64,
    /// Rows of the table.
    pub of: u64,
}

/// What is done with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Its rows are written to the target.
    Copy,
    /// Its rows are read on both ends and compared.
    Compare,
}

/// Told of progress.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress<'_>) + Send);

/// The names of all tables that are moved.
///
/// # Errors
/// [`MoveError::Schema`].
pub fn moved_tables() -> Result<Vec<String>, MoveError> {
    Ok(schema::tables()?.into_iter().map(|table| table.name).collect())
}

/// Tables that are not moved, because each database has its own.
pub const OWN_TABLES: [&str; 4] = STAYS;

/// A move that was begun: the source is closed, and so is the target.
pub struct Move {
    source: Box<dyn Side>,
    target: Box<dyn Side>,
    tables: Vec<Table>,
    id: String,
}

impl std::fmt::Debug for Move {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Move").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What was found when a move was begun.
#[derive(Debug)]
pub enum Begun {
    /// A move, to be carried out.
    Move(Box<Move>),
    /// An earlier run has finished this very move.
    Finished,
}

fn open(url: &str, access: Access) -> Result<Box<dyn Side>, MoveError> {
    if Options::concerns(url) {
        return Ok(Box::new(PostgresSide::open(url, access)?));
    }
    Ok(Box::new(SqliteSide::open(&sqlite_path(url)?, access)?))
}

/// Opens the target of a move that was begun, which is made again only at the very place that the
/// source names.
fn open_again(mark: &Mark, source: &str, to: &str) -> Result<Box<dyn Side>, MoveError> {
    match open(to, Access::Existing) {
        Err(MoveError::Open(OpenError::Missing { .. } | OpenError::Behind { found: 0, .. })) => {
            let here = if Options::concerns(to) {
                Store::shown(to)?
            } else {
                SqliteSide::shown_at(&sqlite_path(to)?)
            };
            if mark.end == End::Left || mark.other != here {
                return Err(elsewhere(mark.end, source, &mark.other));
            }
            open(to, Access::CreateIfMissing)
        }
        opened => opened,
    }
}

fn elsewhere(end: End, source: &str, other: &str) -> MoveError {
    MoveError::Refused(if end == End::Left {
        format!("{source}: was moved to {other}; move it from there")
    } else {
        format!(
            "{source}: is being moved to {other} already; go on with that, or give it up with \
             `tradecounter move --undo`"
        )
    })
}

impl Move {
    /// Begins to move the database at `from` to the one at `to`, or goes on with what was begun. A
    /// target that is not there is made. `id` names the move and is used by no other one.
    ///
    /// # Errors
    /// [`MoveError`]; unless the move was begun by an earlier run, everything is as it was.
    pub fn begin(from: &str, to: &str, id: &str) -> Result<Begun, MoveError> {
        let tables = schema::tables()?;
        let mut source = open(from, Access::Existing)?;
        let known = source.mark()?;
        if Store::shown(to)? == source.shown() {
            return Err(MoveError::Refused(format!("{}: is the source itself", source.shown())));
        }
        let under_way = known
            .clone()
            .filter(|mark| matches!(mark.end, End::Leaving | End::Opening | End::Left));
        let mut target = match &under_way {
            None => {
                // Before a target is made for nothing.
                may_close(known.as_ref(), &Mark::new(End::Leaving, id, ""), source.shown())?;
                open(to, Access::CreateIfMissing)?
            }
            Some(mark) => open_again(mark, source.shown(), to)?,
        };
        let there = target.mark()?;
        let id = under_way.as_ref().map_or(id, |mark| &mark.id).to_owned();
        let this = there.clone().filter(|mark| mark.id == id);
        match (&under_way, this) {
            (Some(mark), Some(Mark { end: End::Arrived, .. })) => {
                // Ended between the last two steps, or after them.
                let left = Mark::new(End::Left, &id, target.shown());
                source.hold(mark)?;
                source.replace_mark(&left)?;
                return Ok(Begun::Finished);
            }
            (Some(Mark { end: End::Left, other, .. }), _) => {
                return Err(elsewhere(End::Left, source.shown(), other));
            }
            (Some(_), Some(_)) => {}
            (Some(Mark { end, other, .. }), None) if other != target.shown() => {
                return Err(elsewhere(*end, source.shown(), other));
            }
            _ => {
                may_close(there.as_ref(), &Mark::new(End::Arriving, &id, ""), target.shown())?;
                empty(target.as_mut(), &tables)?;
            }
        }
        // What is acknowledged from here on is acknowledged somewhere else.
        // Once the target was about to be opened, the source never says again that it is not: a
        // COMMIT that opens it may still be on its way.
        let end = under_way.as_ref().map_or(End::Leaving, |mark| mark.end);
        let leaving = Mark::new(end, &id, target.shown());
        source.fence(&leaving)?;
        let arriving = Mark::new(End::Arriving, &id, source.shown());
        let resumed = target.mark()?.is_some_and(|mark| mark.end == End::Arriving && mark.id == id);
        let closed = if resumed { Ok(()) } else { close(target.as_mut(), &arriving, &tables) };
        if let Err(error) = closed {
            if under_way.is_none() {
                // Nothing has been copied: as if it had not been begun. Where that fails too, the
                // mark says what to do.
                source.open_up(None)?;
            }
            return Err(error);
        }
        source.hold(&leaving)?;
        Ok(Begun::Move(Box::new(Self { source, target, tables, id })))
    }

    /// The source as people may read it.
    #[must_use]
    pub fn from(&self) -> &str {
        self.source.shown()
    }

    /// The target as people may read it.
    #[must_use]
    pub fn to(&self) -> &str {
        self.target.shown()
    }

    /// Runs a unit that reads on the target, which nobody else may do yet.
    ///
    /// # Errors
    /// [`MoveError`], the unit's own errors among them.
    pub fn read_target<T>(
        &mut self,
        mut body: impl FnMut(&mut dyn Tx) -> Result<T, DbError>,
    ) -> Result<T, MoveError> {
        let mut read = None;
        self.target.read(&mut |tx| {
            read = Some(body(tx)?);
            Ok(())
        })?;
        read.ok_or_else(|| MoveError::Db(DbError::new("READ", "the unit was not run")))
    }

    /// Opens the target to everybody, and leaves the source closed, with the note where everything is
    /// now. The source is told before that it may not be opened again just like that: wherever this
    /// ends, there are never two that take orders.
    ///
    /// # Errors
    /// [`MoveError`], also when the comparison has found something.
    pub fn finish(mut self, compared: &Comparison) -> Result<(), MoveError> {
        if !compared.equal() {
            return Err(MoveError::Refused(String::from("the two databases are not the same")));
        }
        let opening = Mark::new(End::Opening, &self.id, self.target.shown());
        self.source.replace_mark(&opening)?;
        // Where somebody was faster and has given the move up, the target stays closed.
        self.source.hold(&opening)?;
        let arrived = Mark::new(End::Arrived, &self.id, self.source.shown());
        self.target.open_up(Some(&arrived))?;
        self.source.replace_mark(&Mark::new(End::Left, &self.id, self.target.shown()))
    }
}

/// Why the database takes nothing, when it is on one end of a move: for a server that runs. Its units
/// that write are refused by the database itself; this tells it why.
///
/// # Errors
/// [`DbError`].
pub fn closed(tx: &mut dyn Tx) -> Result<Option<String>, DbError> {
    Ok(mark::refusal(tables::meta::get(tx, mark::MARK)?.as_deref()))
}

/// Closes the target, and looks once more whether it is empty: now nobody writes to it.
fn close(target: &mut dyn Side, arriving: &Mark, tables: &[Table]) -> Result<(), MoveError> {
    target.fence(arriving)?;
    empty(target, tables).or_else(|refused| target.open_up(None).and(Err(refused)))
}

/// Refuses a database whose schema is newer than this program's: it may have tables that this program
/// does not know, and would leave behind.
pub(crate) fn known_whole(status: MigrationStatus, shown: &str) -> Result<(), MoveError> {
    if status.after == newest() {
        return Ok(());
    }
    Err(MoveError::Refused(format!(
        "{shown}: was made by a newer program; move it with that program"
    )))
}

/// Whether a database with this stored mark may be closed for a move: not for two, and not on both
/// ends.
pub(crate) fn may_close(stored: Option<&Mark>, mark: &Mark, shown: &str) -> Result<(), MoveError> {
    match stored {
        Some(stored) if stored.id == mark.id && stored.end != mark.end => {
            Err(MoveError::Refused(format!("{shown}: is the source itself")))
        }
        Some(stored) if stored.id != mark.id => stored
            .refusal()
            .map_or(Ok(()), |why| Err(OpenError::Moved { path: shown.to_owned(), why }.into())),
        _ => Ok(()),
    }
}

/// Refuses a target that somebody has used.
fn empty(target: &mut dyn Side, tables: &[Table]) -> Result<(), MoveError> {
    for table in tables.iter().filter(|table| table.seeded.is_none()) {
        if target.last_key(table)?.is_some() {
            return Err(MoveError::Refused(format!(
                "{}: is not empty (there are rows in {}); name a new database",
                target.shown(),
                table.name
            )));
        }
    }
    Ok(())
}
