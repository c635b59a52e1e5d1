//! One run: databases, processes, and the loads in turn.

use crate::Failed;
use crate::load::{self, Figures};
use crate::options::Options;
use crate::place::Place;
use crate::program::{Served, verify};
use crate::providers;
use crate::scripts::Kind;
use crate::seed::{self, Seeded};
use std::collections::HashMap;
use std::path::PathBuf;

/// Orders in the small database.
const SMALL: i64 = 100_000;

/// Items of stock for each second of the load that sells them: more than it can sell.
const ITEMS_PER_SECOND: i64 = 40_000;

/// What a load did, round by round.
#[derive(Debug, Default)]
pub(crate) struct Measured {
    /// The bare answer, right before.
    pub(crate) plaintext: Vec<Figures>,
    /// The bare loop of the engine, right before.
    pub(crate) bare: Vec<Figures>,
    /// The small database.
    pub(crate) small: Vec<Figures>,
    /// The large one; on SQLite only.
    pub(crate) large: Vec<Figures>,
}

/// Loads by their names.
pub(crate) type Loads = HashMap<&'static str, Measured>;

/// All that was measured.
#[derive(Debug, Default)]
pub(crate) struct Measurements {
    /// Each load on SQLite.
    pub(crate) loads: Loads,
    /// Each load on PostgreSQL.
    pub(crate) postgres: Loads,
    /// Orders at providers, on each engine.
    pub(crate) providers: Vec<providers::Figures>,
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

/// PostgreSQL as it comes, with what its manual says to set first on a machine that is not tiny.
fn postgres() -> Result<pgkit::Server, Failed> {
    let settings = [("shared_buffers", "1GB"), ("max_wal_size", "4GB"), ("min_wal_size", "2GB")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let options = pgkit::Options { durable: true, settings, ..pgkit::Options::default() };
    Ok(pgkit::Server::start(&options)?)
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
    let server = postgres()?;
    let template = Place::sqlite(folder_of("template")?);
    eprintln!("filling a database with {SMALL} orders …");
    let small = runtime.block_on(seed::fill(&template, SMALL, items))?;
    let postgres_template = Place::postgres(folder_of("postgres")?, &server);
    eprintln!("filling one of PostgreSQL with {SMALL} orders …");
    let postgres_small = runtime.block_on(seed::fill(&postgres_template, SMALL, items))?;
    // As on a server that has run for a while: the files of its log are there already.
    server.run_sql("postgres", "checkpoint")?;
    let empty = Place::sqlite(folder_of("empty")?);
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
    let large_place = Place::sqlite(folder_of("large")?);
    let large = if options.orders > 0 {
        eprintln!("filling a database with {} orders …", options.orders);
        let rounds = i64::try_from(options.rounds)?;
        let filled = seed::fill(&large_place, options.orders, items.saturating_mul(rounds));
        Some(runtime.block_on(filled)?)
    } else {
        None
    };
    let on_sqlite = |name: &str| Ok(Place::sqlite(folder_of(name)?));
    measurements.providers.push(providers::measure(options, "", on_sqlite)?);
    let on_postgres =
        |name: &str| Ok(Place::postgres(folder_of(&format!("postgres-{name}"))?, &server));
    measurements.providers.push(providers::measure(options, "PostgreSQL, ", on_postgres)?);
    for round in 1..=options.rounds {
        let work = template.copy(folder_of(&format!("round-{round}"))?)?;
        let mut stage = Stage {
            options,
            ceilings: Served::ceilings(work.folder())?,
            small: Site::open(options, &work, &small)?,
            large: None,
            scripts: tempfile::tempdir()?,
        };
        if let Some(seeded) = &large {
            let site = Site::open(options, &large_place, seeded)?;
            measurements.start_large.push(site.served.started.as_secs_f64() * 1e3);
            stage.large = Some(site);
        }
        stage.round(round, "", &mut measurements.loads)?;
        measurements.loaded_mib = measurements.loaded_mib.max(stage.small.served.memory()?);
        stage.end()?;
        verify(&options.program, &work)?;
        std::fs::remove_dir_all(work.folder())?;

        let work = postgres_template.copy(folder_of(&format!("postgres-round-{round}"))?)?;
        let bare = server.database();
        let stage = Stage {
            options,
            ceilings: Served::ceilings(bare.url())?,
            small: Site::open(options, &work, &postgres_small)?,
            large: None,
            scripts: tempfile::tempdir()?,
        };
        stage.round(round, "PostgreSQL, ", &mut measurements.postgres)?;
        stage.end()?;
        verify(&options.program, &work)?;
    }
    Ok(measurements)
}

/// A process, the database it works on, and what that was filled with.
struct Site<'p> {
    served: Served,
    place: &'p Place,
    seeded: Seeded,
}

impl<'p> Site<'p> {
    fn open(options: &Options, place: &'p Place, seeded: &Seeded) -> Result<Self, Failed> {
        let served = Served::program(&options.program, place)?;
        Ok(Self { served, place, seeded: seeded.clone() })
    }
}

struct Stage<'o> {
    options: &'o Options,
    ceilings: Served,
    small: Site<'o>,
    large: Option<Site<'o>>,
    scripts: tempfile::TempDir,
}

impl Stage<'_> {
    /// One round of every load that is asked for; `engine` stands before its name.
    fn round(&self, round: usize, engine: &str, loads: &mut Loads) -> Result<(), Failed> {
        // Warm: pages of the database, and the processor.
        load::run(&self.ceiling_url("/"), None, &[], 1)?;
        for kind in Kind::ALL {
            let name = kind.name();
            let full = format!("{engine}{name}");
            if self.options.only.as_ref().is_some_and(|only| !full.contains(only.as_str())) {
                continue;
            }
            let measured = loads.entry(name).or_default();
            let brief = self.options.seconds.div_ceil(2);
            measured.plaintext.push(load::run(&self.ceiling_url("/"), None, &[], brief)?);
            if kind == Kind::Add {
                let script = kind.write(self.scripts.path(), &self.small.seeded)?;
                let url = self.ceiling_url("");
                let figures = load::run(&url, Some(&script), &[], self.options.seconds)?;
                measured.bare.push(figures);
            }
            measured.small.push(self.measure(kind, &self.small)?);
            if let Some(large) = &self.large {
                measured.large.push(self.measure(kind, large)?);
            }
            let last = |all: &[Figures]| all.last().map_or(f64::NAN, |last| last.per_second);
            eprintln!(
                "round {round}: {full}: {:.0}/s, on the large database {:.0}/s, plaintext {:.0}/s",
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
    fn measure(&self, kind: Kind, site: &Site<'_>) -> Result<Figures, Failed> {
        let Site { served, place, seeded } = site;
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
        let before = kind.places().map(|placed| place.stored(placed)).transpose()?;
        let url = format!("http://{}", served.address);
        let figures = load::run(&url, Some(&script), &headers, self.options.seconds)?;
        if let (Some(placed), Some(before)) = (kind.places(), before) {
            let stored = place.stored(placed)?.saturating_sub(before);
            // wrk counts complete answers only; orders whose answer it did not wait for are stored.
            if stored < i64::try_from(figures.requests)? {
                let (name, answered) = (kind.name(), figures.requests);
                return Err(format!("{name}: {answered} answered, {stored} stored").into());
            }
        }
        Ok(figures)
    }

    fn end(self) -> Result<(), Failed> {
        self.small.served.stop()?;
        if let Some(large) = self.large {
            large.served.stop()?;
        }
        Ok(())
    }
}

/// Exact up to 2^53, which no file size here comes near.
#[expect(clippy::cast_precision_loss, reason = "sizes of files, for people to read")]
fn to_f64(bytes: u64) -> f64 {
    bytes as f64
}
