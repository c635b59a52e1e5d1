//! A disk from within: its files, its names, and the operations on them.

use super::image::Image;
use super::plan::{Cut, Moment, Plan, Trouble};
use super::survival::Survival;
use super::{Code, End, Files};
use crate::locks::{FileLocks, HandleId, Level, ShmLocks};
use crate::vfs::Memory;
use fastrand::Rng;
use rusqlite::ffi;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A file, whatever its name.
type FileId = usize;

/// The slot of the shared memory's lock that a checkpoint holds.
const CHECKPOINT_SLOT: u32 = 1 << 1;

/// What a file is, told from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
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
    pub(crate) file: FileId,
    pub(crate) handle: HandleId,
    pub(crate) kind: Kind,
    /// Its name is new, and SQLite syncs the folder together with the file's first sync.
    pub(crate) new_name: bool,
}

#[derive(Debug, Default)]
struct File {
    image: Image,
    locks: FileLocks,
    shm_locks: ShmLocks,
    memory: Memory,
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

    fn file(&mut self, file: FileId) -> Result<&mut File, Code> {
        self.files.get_mut(file).ok_or(ffi::SQLITE_IOERR)
    }

    pub(crate) fn exists(&self, name: &str) -> Result<bool, Code> {
        self.powered(ffi::SQLITE_IOERR_ACCESS)?;
        let file = self.names.get(name).and_then(|file| self.files.get(*file));
        // As on Unix: a file without a byte is none.
        Ok(file.is_some_and(|file| file.image.len() > 0))
    }

    pub(crate) fn open(&mut self, name: &str, create: bool) -> Result<Opened, Code> {
        self.powered(ffi::SQLITE_CANTOPEN)?;
        let kind = Kind::of(name);
        let mut new_name = false;
        let file = match self.names.get(name) {
            Some(file) => *file,
            None if create => {
                let cutting = self.begin(Moment::Name, ffi::SQLITE_CANTOPEN)?;
                let file = self.files.len();
                self.note(("create", kind));
                self.files.push(File::default());
                self.names.insert(name.to_owned(), file);
                self.pending_names.push((name.to_owned(), Some(file)));
                self.finish(cutting, Moment::Name, ffi::SQLITE_CANTOPEN)?;
                new_name = kind != Kind::Main;
                file
            }
            None => return Err(ffi::SQLITE_CANTOPEN),
        };
        self.handles = self.handles.saturating_add(1);
        Ok(Opened { file, handle: self.handles, kind, new_name })
    }

    pub(crate) fn delete(&mut self, name: &str, sync: bool) -> Result<(), Code> {
        self.powered(ffi::SQLITE_IOERR_DELETE)?;
        if !self.names.contains_key(name) {
            return Err(ffi::SQLITE_IOERR_DELETE_NOENT);
        }
        let cutting = self.begin(Moment::Name, ffi::SQLITE_IOERR_DELETE)?;
        self.note(("delete", Kind::of(name)));
        self.names.remove(name);
        self.pending_names.push((name.to_owned(), None));
        if sync && cutting != Some(false) && !self.plan.lies {
            self.sync_names();
        }
        self.finish(cutting, Moment::Name, ffi::SQLITE_IOERR_DELETE)
    }

    /// All names are durable as they are.
    fn sync_names(&mut self) {
        self.durable_names.clone_from(&self.names);
        self.pending_names.clear();
    }

    pub(crate) fn length(&mut self, of: &Opened) -> Result<usize, Code> {
        self.powered(ffi::SQLITE_IOERR_FSTAT)?;
        Ok(self.file(of.file)?.image.len())
    }

    /// Fills `into`; whether all was there.
    pub(crate) fn read(&mut self, of: &Opened, at: usize, into: &mut [u8]) -> Result<bool, Code> {
        self.powered(ffi::SQLITE_IOERR_READ)?;
        Ok(self.file(of.file)?.image.read(at, into))
    }

    pub(crate) fn write(&mut self, to: &Opened, at: usize, bytes: &[u8]) -> Result<(), Code> {
        let moment = match to.kind {
            Kind::Wal if at == 0 => Moment::WalStart,
            Kind::Wal => Moment::WalWrite,
            Kind::Journal => Moment::Journal,
            Kind::Main => Moment::FileWrite,
        };
        let cutting = self.begin(moment, ffi::SQLITE_IOERR_WRITE)?;
        self.note(("write", to.kind, at, bytes.len()));
        if at.saturating_add(bytes.len()) > self.file(to.file)?.image.len() && self.is_full() {
            let fitting = self.rng.usize(..=bytes.len());
            let fitting = bytes.get(..fitting).unwrap_or_default();
            self.file(to.file)?.image.write(at, fitting);
            return Err(ffi::SQLITE_FULL);
        }
        // One that the power goes in is on its way to the disk: how much arrives is by chance.
        self.file(to.file)?.image.write(at, bytes);
        self.finish(cutting, moment, ffi::SQLITE_IOERR_WRITE)
    }

    /// Counts a write that makes a file longer; whether there is no room for it.
    fn is_full(&mut self) -> bool {
        self.growing = self.growing.saturating_add(1);
        let Some(Trouble::Full { from, writes }) = self.plan.trouble else { return false };
        let full = (from..from.saturating_add(writes)).contains(&self.growing);
        self.troubled |= full;
        full
    }

    pub(crate) fn truncate(&mut self, of: &Opened, length: usize) -> Result<(), Code> {
        let error = ffi::SQLITE_IOERR_TRUNCATE;
        self.powered(error)?;
        if self.file(of.file)?.image.len() == length {
            return Ok(());
        }
        let cutting = self.begin(Moment::Truncate, error)?;
        self.note(("truncate", of.kind, length));
        self.file(of.file)?.image.set_length(length);
        self.finish(cutting, Moment::Truncate, error)
    }

    pub(crate) fn sync(&mut self, of: &mut Opened) -> Result<(), Code> {
        let moment = match of.kind {
            Kind::Wal => Moment::WalSync,
            Kind::Journal => Moment::Journal,
            Kind::Main => Moment::FileSync,
        };
        let error = ffi::SQLITE_IOERR_FSYNC;
        let cutting = self.begin(moment, error)?;
        self.note(("sync", of.kind));
        let so_often = self.moments.get(&moment).copied().unwrap_or_default();
        if self.plan.trouble == Some(Trouble::SyncFails { moment, count: so_often }) {
            self.troubled = true;
            let mut rng = self.rng.fork();
            self.file(of.file)?.image.sync_failed(&mut rng);
            return Err(error);
        }
        if cutting != Some(false) && !self.plan.lies {
            self.file(of.file)?.image.sync();
            if std::mem::take(&mut of.new_name) {
                self.sync_names();
            }
        }
        self.finish(cutting, moment, error)
    }

    pub(crate) fn lock_file(&mut self, of: &Opened, wanted: Level) -> Result<bool, Code> {
        self.powered(ffi::SQLITE_IOERR_LOCK)?;
        Ok(self.file(of.file)?.locks.lock(of.handle, wanted))
    }

    pub(crate) fn unlock_file(&mut self, of: &Opened, to: Level) -> Result<(), Code> {
        self.file(of.file)?.locks.unlock(of.handle, to);
        Ok(())
    }

    pub(crate) fn reserved(&mut self, of: &Opened) -> Result<bool, Code> {
        Ok(self.file(of.file)?.locks.reserved())
    }

    /// The shared memory's region of this number, made when it is missing and wanted.
    pub(crate) fn memory(
        &mut self,
        of: &Opened,
        index: usize,
        size: usize,
        make: bool,
    ) -> Result<Option<*mut std::ffi::c_void>, Code> {
        self.powered(ffi::SQLITE_IOERR_SHMMAP)?;
        Ok(self.file(of.file)?.memory.region(of.handle, index, size, make))
    }

    pub(crate) fn lock_memory(
        &mut self,
        of: &Opened,
        slots: u32,
        exclusive: bool,
    ) -> Result<bool, Code> {
        self.powered(ffi::SQLITE_IOERR_SHMLOCK)?;
        Ok(self.file(of.file)?.shm_locks.lock(of.handle, slots, exclusive))
    }

    /// Gives slots back; whether a checkpoint has ended with it.
    pub(crate) fn unlock_memory(&mut self, of: &Opened, slots: u32) -> Result<bool, Code> {
        self.file(of.file)?.shm_locks.unlock(of.handle, slots);
        let ended = slots == CHECKPOINT_SLOT;
        self.checkpoints = self.checkpoints.saturating_add(u64::from(ended));
        Ok(ended)
    }

    pub(crate) fn leave_memory(&mut self, of: &Opened) -> Result<(), Code> {
        let file = self.file(of.file)?;
        file.shm_locks.forget(of.handle);
        file.memory.leave(of.handle);
        Ok(())
    }
}
