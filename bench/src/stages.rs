//! One run: databases, processes, and the loads in turn.

use crate::Failed;
use crate::load::{self, Figures};
use crate::options::Options;
use crate::program::Served;
use crate::scripts::Kind;
use crate::seed::{self, Seeded};
use rusqlite::{Connection, OpenFlags};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Orders in the small database.
const SMALL: i64 = 100_000;

/// Items of stock for each second of the load that sells them: more than it can sell.
const ITEMS_PER_SECOND: i64 = 40_000;

/// What a load did, round by round.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// The bare answer, right before.
    pub(crate) plaintext: Vec<Figures>,
    /// The bare loop, right before.
    pub(crate) group_commit: Vec<Figures>,
    /// The small database.
    pub(crate) small: Vec<Figures>,
    /// The large one.
    pub(crate) large: Vec<Figures>,
}

/// All that was measured.
#[derive(Debug, Default)]
pub(crate) struct Measurements {
    /// Each load.
    pub(crate) loads: HashMap<&'static str, Measured>,
    /// Orders in the large database; 0 without one.
    pub(crate) large_orders: i64,
    /// Memory, in MiB: at rest, and after all loads.
    pub(crate) idle_mib: f64,
    pub(crate) loaded_mib: f64,
    /// Size of the program, in MB.
    pub(crate) program_mb: f64,
    /// Start to first answer, in milliseconds.
    pub(crate) start_empty: Vec<f64>,
    pub(crate) start_large: Vec<f64>,
}

/// Measures everything.
///
/// # Errors
/// When something cannot be measured, or what was measured was no success.
pub(crate) fn run(options: &Options) -> Result<Measurements, Failed> {
    // On the disk of the checkout: the folder for temporary files is often in memory.
    let folder = tempfile::tempdir_in("target")?;
    let folder_of = |name: &str| -> Result<PathBuf, Failed> {
        let path = folder.path().join(name);
        std::fs::create_dir(&path)?;
        Ok(path)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let items = i64::from(options.seconds).saturating_mul(ITEMS_PER_SECOND);
    let template = folder_of("template")?;
    eprintln!("filling a database with {SMALL} orders …");
    let small = runtime.block_on(seed::fill(&template, SMALL, items))?;
    let empty = folder_of("empty")?;
    runtime.block_on(seed::fill(&empty, 0, 1))?;
    let mut measurements = Measurements {
        program_mb: to_f64(std::fs::metadata(&options.program)?.len()) / 1e6,
        large_orders: options.orders,
        ..Measurements::default()
    };
    for _ in 0..5 {
        let served = Served::program(&options.program, &empty)?;
        measurements.start_empty.push(served.started.as_secs_f64() * 1e3);
        measurements.idle_mib = served.memory()?;
        served.stop()?;
    }
    let large_folder = folder_of("large")?;
    let large = if options.orders > 0 {
        eprintln!("filling a database with {} orders …", options.orders);
        let rounds = i64::try_from(options.rounds)?;
        let filled = seed::fill(&large_folder, options.orders, items.saturating_mul(rounds));
        Some(runtime.block_on(filled)?)
    } else {
        None
    };
    for round in 1..=options.rounds {
        let work = folder_of(&format!("round-{round}"))?;
        for file in std::fs::read_dir(&template)? {
            let file = file?;
            std::fs::copy(file.path(), work.join(file.file_name()))?;
        }
        let mut stage = Stage {
            options,
            ceilings: Served::ceilings(&work)?,
            small: (Served::program(&options.program, &work)?, work.clone(), small.clone()),
            large: None,
            scripts: tempfile::tempdir()?,
        };
        if let Some(seeded) = &large {
            let served = Served::program(&options.program, &large_folder)?;
            measurements.start_large.push(served.started.as_secs_f64() * 1e3);
            stage.large = Some((served, large_folder.clone(), seeded.clone()));
        }
        stage.round(round, &mut measurements)?;
        measurements.loaded_mib = measurements.loaded_mib.max(stage.small.0.memory()?);
        stage.end()?;
        verify(&options.program, &work)?;
        std::fs::remove_dir_all(&work)?;
    }
    Ok(measurements)
}

/// A process, the folder it works in, and what it was filled with.
type Site = (Served, PathBuf, Seeded);

struct Stage<'o> {
    options: &'o Options,
    ceilings: Served,
    small: Site,
    large: Option<Site>,
    scripts: tempfile::TempDir,
}

impl Stage<'_> {
    fn round(&self, round: usize, measurements: &mut Measurements) -> Result<(), Failed> {
        // Warm: pages of the database, and the processor.
        load::run(&self.ceiling_url("/"), None, &[], 1)?;
        for kind in Kind::ALL {
            let name = kind.name();
            if self.options.only.as_ref().is_some_and(|only| !name.contains(only.as_str())) {
                continue;
            }
            let measured = measurements.loads.entry(name).or_default();
            let brief = self.options.seconds.div_ceil(2);
            measured.plaintext.push(load::run(&self.ceiling_url("/"), None, &[], brief)?);
            if kind == Kind::Add {
                let script = kind.write(self.scripts.path(), &self.small.2)?;
                let url = self.ceiling_url("");
                let figures = load::run(&url, Some(&script), &[], self.options.seconds)?;
                measured.group_commit.push(figures);
            }
            measured.small.push(self.measure(kind, &self.small)?);
            if let Some(large) = &self.large {
                measured.large.push(self.measure(kind, large)?);
            }
            let last = |all: &[Figures]| all.last().map_or(f64::NAN, |last| last.per_second);
            eprintln!(
                "round {round}: {name}: {:.0}/s, on the large database {:.0}/s, plaintext {:.0}/s",
                last(&measured.small),
                last(&measured.large),
                last(&measured.plaintext)
            );
        }
        Ok(())
    }

    fn ceiling_url(&self, path: &str) -> String {
        format!("http://{}{path}", self.ceilings.address)
    }

    /// Runs one load on one database. What it placed must be stored.
    fn measure(&self, kind: Kind, (served, folder, seeded): &Site) -> Result<Figures, Failed> {
        let (form, expected) = kind.example(seeded);
        let answer = served.post(&form)?;
        if !answer.contains(expected) {
            return Err(
                format!("{}: expected {expected}, was answered {answer}", kind.name()).into()
            );
        }
        let script = kind.write(self.scripts.path(), seeded)?;
        let mut headers = Vec::new();
        if matches!(kind, Kind::Services | Kind::ServicesKnown) {
            headers.push(String::from("Accept-Encoding: gzip"));
        }
        if kind == Kind::ServicesKnown {
            let tag = answer.lines().find_map(|line| line.strip_prefix("etag: "));
            let tag = tag.ok_or("no ETag")?.trim().trim_end_matches('"');
            headers.push(format!("If-None-Match: {tag}-gzip\""));
        }
        let before = kind.places().map(|ids| next_id(folder, ids)).transpose()?;
        let url = format!("http://{}", served.address);
        let figures = load::run(&url, Some(&script), &headers, self.options.seconds)?;
        if let (Some(ids), Some(before)) = (kind.places(), before) {
            let stored = next_id(folder, ids)?.saturating_sub(before);
            // wrk counts complete answers only; orders whose answer it did not wait for are stored.
            if stored < i64::try_from(figures.requests)? {
                let (name, answered) = (kind.name(), figures.requests);
                return Err(format!("{name}: {answered} answered, {stored} stored").into());
            }
        }
        Ok(figures)
    }

    fn end(self) -> Result<(), Failed> {
        self.small.0.stop()?;
        if let Some((served, ..)) = self.large {
            served.stop()?;
        }
        Ok(())
    }
}

/// The next id of a kind that the database will give out.
fn next_id(folder: &Path, kind: &str) -> Result<i64, Failed> {
    let connection =
        Connection::open_with_flags(folder.join("bench.db"), OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    let sql = "select next from id_block where kind = ?1";
    Ok(connection.query_row(sql, [kind], |row| row.get(0))?)
}

fn verify(program: &Path, folder: &Path) -> Result<(), Failed> {
    let database = format!("sqlite:{}", folder.join("bench.db").display());
    let output = Command::new(program).args(["--database", &database, "verify"]).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("the books do not balance: {}", String::from_utf8_lossy(&output.stdout)).into())
}

/// Exact up to 2^53, which no file size here comes near.
#[expect(clippy::cast_precision_loss, reason = "sizes of files, for people to read")]
fn to_f64(bytes: u64) -> f64 {
    bytes as f64
}
