//! A disk from within: its files, its names, and how it ends.

mod operations;

use super::image::Image;
use super::plan::{Cut, Moment, Plan};
use super::survival::Survival;
use super::{Code, End, Files};
use crate::locks::{FileLocks, HandleId, ShmLocks};
use crate::vfs::Memory;
use fastrand::Rng;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A file, whatever its name.
type FileId = usize;

/// The slot of the shared memory's lock that a checkpoint holds.
const CHECKPOINT_SLOT: u32 = 1 << 1;

/// What a file is, told from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Main,
    Wal,
    Journal,
}

impl Kind {
    fn of(name: &str) -> Self {
        if name.ends_with("-wal") {
            Self::Wal
        } else if name.ends_with("-journal") {
            Self::Journal
        } else {
            Self::Main
        }
    }
}

/// A file that was opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened {
    file: FileId,
    handle: HandleId,
    kind: Kind,
    /// Its name may be new: SQLite syncs the folder together with the file's first sync.
    new_name: bool,
    /// Of the file's syncs that failed, how many were before it was opened or told to it.
    failures_told: u32,
}

#[derive(Debug, Default)]
struct File {
    image: Image,
    locks: FileLocks,
    shm_locks: ShmLocks,
    memory: Memory,
    /// How many syncs failed.
    failures: u32,
}

/// A disk from within.
#[derive(Debug)]
pub(crate) struct State {
    files: Vec<File>,
    names: BTreeMap<String, FileId>,
    durable_names: BTreeMap<String, FileId>,
    /// Names made (with their file) or removed, in order, and not durable yet.
    pending_names: Vec<(String, Option<FileId>)>,
    plan: Plan,
    rng: Rng,
    end: Option<End>,
    /// What a cut left.
    left: Files,
    handles: HandleId,
    /// How often each moment came.
    moments: BTreeMap<Moment, u32>,
    operations: u32,
    growing: u32,
    troubled: bool,
    sync_failures: u32,
    checkpoints: u64,
    trace: DefaultHasher,
}

impl State {
    pub(super) fn new(files: Files, plan: Plan, rng: Rng) -> Self {
        let mut state = Self {
            files: Vec::new(),
            names: BTreeMap::new(),
            durable_names: BTreeMap::new(),
            pending_names: Vec::new(),
            plan,
            rng,
            end: None,
            left: Files::new(),
            handles: 0,
            moments: BTreeMap::new(),
            operations: 0,
            growing: 0,
            troubled: false,
            sync_failures: 0,
            checkpoints: 0,
            trace: DefaultHasher::new(),
        };
        for (name, bytes) in files {
            state.names.insert(name, state.files.len());
            state.files.push(File { image: Image::stored(bytes), ..File::default() });
        }
        state.durable_names.clone_from(&state.names);
        state
    }

    /// The machine goes on from how this ended.
    pub(super) fn next(&self, plan: Plan, rng: Rng) -> Self {
        if matches!(self.end, Some(End::Cut(_))) {
            return Self::new(self.left.clone(), plan, rng);
        }
        let mut next = Self::new(Files::new(), plan, rng);
        next.names.clone_from(&self.names);
        next.durable_names.clone_from(&self.durable_names);
        next.pending_names.clone_from(&self.pending_names);
        let images = self.files.iter().map(|file| file.image.clone());
        next.files = images.map(|image| File { image, ..File::default() }).collect();
        next
    }

    pub(super) fn files(&self) -> Files {
        if matches!(self.end, Some(End::Cut(_))) {
            return self.left.clone();
        }
        let seen = self.names.iter().filter_map(|(name, file)| {
            let image = &self.files.get(*file)?.image;
            let mut bytes = vec![0; image.len()];
            image.read(0, &mut bytes);
            Some((name.clone(), bytes))
        });
        seen.collect()
    }

    pub(super) fn end(&self) -> Option<End> {
        self.end
    }

    pub(super) fn plan(&self) -> Plan {
        self.plan
    }

    pub(super) fn troubled(&self) -> bool {
        self.troubled
    }

    pub(super) fn sync_failures(&self) -> u32 {
        self.sync_failures
    }

    pub(super) fn checkpoints(&self) -> u64 {
        self.checkpoints
    }

    pub(super) fn trace(&self) -> u64 {
        self.trace.finish()
    }

    pub(super) fn kill(&mut self) {
        self.end.get_or_insert(End::Killed);
    }

    pub(super) fn cut_at_rest(&mut self, survival: Survival) {
        if self.end.is_none() {
            self.cut(survival, None);
        }
    }

    pub(super) fn cut_within(&mut self, count: u32, survival: Survival) {
        let (count, done) = (self.operations.saturating_add(count), self.rng.bool());
        self.plan.cut = Some(Cut { moment: None, count, done, survival });
    }

    fn cut(&mut self, survival: Survival, moment: Option<Moment>) {
        let mut names = self.durable_names.clone();
        for (name, file) in std::mem::take(&mut self.pending_names) {
            if survival.keeps_name(&mut self.rng) {
                match file {
                    Some(file) => names.insert(name, file),
                    None => names.remove(&name),
                };
            }
        }
        for (name, file) in names {
            if let Some(File { image, .. }) = self.files.get(file) {
                self.left.insert(name, image.survivors(survival, &mut self.rng));
            }
        }
        self.end = Some(End::Cut(moment));
    }

    /// An error once nothing can be done any more.
    pub(crate) fn powered(&self, error: Code) -> Result<(), Code> {
        if self.end.is_none() { Ok(()) } else { Err(error) }
    }

    /// Counts an operation that changes something; says whether the power goes in it, and whether
    /// it is still carried out then.
    fn begin(&mut self, moment: Moment, error: Code) -> Result<Option<bool>, Code> {
        self.powered(error)?;
        self.operations = self.operations.saturating_add(1);
        let of_moment = self.moments.entry(moment).or_default();
        *of_moment = of_moment.saturating_add(1);
        let of_moment = *of_moment;
        Ok(self.plan.cut.and_then(|cut| {
            let count = match cut.moment {
                None => self.operations,
                Some(wanted) if wanted == moment => of_moment,
                Some(_) => 0,
            };
            (count == cut.count).then_some(cut.done)
        }))
    }

    /// Cuts the power when it was to go in this operation.
    fn finish(&mut self, cutting: Option<bool>, moment: Moment, error: Code) -> Result<(), Code> {
        match (cutting, self.plan.cut) {
            (Some(_), Some(cut)) => {
                self.cut(cut.survival, Some(moment));
                Err(error)
            }
            _ => Ok(()),
        }
    }

    fn note(&mut self, what: impl Hash) {
        what.hash(&mut self.trace);
    }
}
