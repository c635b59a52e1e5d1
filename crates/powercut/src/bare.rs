//! A bare loop of grouped commits, without any of the product: what the checker is tried on.

use crate::Outcome;
use crate::disk::{Cut, Disk, Plan, Survival};
use crate::vfs::Mounted;
use fastrand::Rng;
use rusqlite::Connection;
use std::collections::BTreeSet;

/// How the loop treats durability.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// `synchronous=FULL`, acknowledged after COMMIT: nothing may be lost.
    Full,
    /// `synchronous=NORMAL`: a commit is not synced.
    Normal,
    /// `synchronous=FULL`, acknowledged before COMMIT.
    Early,
}

/// What a run of the loop came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bare {
    /// Rows that were acknowledged.
    pub acknowledged: u64,
    /// Of these, rows that are not there afterwards.
    pub lost: u64,
    /// Whether the database was found broken.
    pub broken: bool,
}

const GROUPS: u32 = 60;
const PAGES: i64 = 40;

impl Bare {
    /// Runs the loop until the power goes, and looks what is left.
    ///
    /// # Errors
    /// When the proof itself cannot be carried out.
    pub fn run(setting: Setting, seed: u64) -> Outcome<Self> {
        let mut rng = Rng::with_seed(seed);
        let plan = Plan { cut: Some(Cut::draw(&mut rng)), ..Plan::default() };
        let disk = Disk::new(crate::Files::new(), plan, rng.u64(..));
        let mounted = Mounted::new(disk.clone())?;
        let mut acknowledged = BTreeSet::new();
        // What ends it is the power: an error is how a program sees that.
        let ended = fill(&mounted, setting, &mut rng, &mut acknowledged);
        if let (Err(error), None) = (ended, disk.end()) {
            return Err(error);
        }
        disk.cut(Survival::draw(&mut rng));
        mounted.put(disk.next(Plan::default(), rng.u64(..)));
        let mut result = Self { acknowledged: acknowledged.len().try_into()?, ..Self::default() };
        match found(&mounted) {
            Ok(found) => result.lost = acknowledged.difference(&found).count().try_into()?,
            Err(_) => result.broken = true,
        }
        Ok(result)
    }
}

fn fill(
    mounted: &Mounted,
    setting: Setting,
    rng: &mut Rng,
    acknowledged: &mut BTreeSet<i64>,
) -> Outcome<()> {
    let connection = Connection::open(mounted.database())?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    let level = if setting == Setting::Normal { "normal" } else { "full" };
    connection.pragma_update(None, "synchronous", level)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.execute_batch("create table row (id integer primary key, text text) strict")?;
    let mut next = 1..;
    for _ in 0..GROUPS {
        let group: Vec<i64> = next.by_ref().take(rng.usize(1..=16)).collect();
        connection.execute_batch("begin immediate")?;
        for id in &group {
            let text = format!("{id}").repeat(rng.usize(1..100));
            connection.execute("insert into row (id, text) values (?1, ?2)", (id, text))?;
        }
        if setting == Setting::Early {
            acknowledged.extend(&group);
        }
        connection.execute_batch("commit")?;
        if setting != Setting::Early {
            acknowledged.extend(&group);
        }
        let pages = |mode: &str| {
            let pragma = format!("pragma wal_checkpoint({mode})");
            connection.query_row(&pragma, [], |row| row.get::<_, i64>(1))
        };
        if pages("noop")? >= PAGES {
            pages("passive")?;
        }
    }
    Ok(())
}

fn found(mounted: &Mounted) -> Outcome<BTreeSet<i64>> {
    let connection = Connection::open(mounted.database())?;
    let verdict: String = connection.query_row("pragma integrity_check", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(verdict.into());
    }
    if !connection.table_exists(None, "row")? {
        return Ok(BTreeSet::new());
    }
    let mut rows = connection.prepare("select id from row order by id")?;
    let found = rows.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(found)
}
