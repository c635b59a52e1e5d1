//! What SQLite does to a disk.

use super::{CHECKPOINT_SLOT, File, FileId, Kind, Opened, State};
use crate::disk::Code;
use crate::disk::plan::{Moment, Trouble};
use crate::locks::Level;
use rusqlite::ffi;
use std::ffi::c_void;

impl State {
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
                file
            }
            None => return Err(ffi::SQLITE_CANTOPEN),
        };
        self.handles = self.handles.saturating_add(1);
        let failures_told = self.file(file)?.failures;
        // As on Unix: not asked whether it was there already, and not for the database file.
        let new_name = create && kind != Kind::Main;
        Ok(Opened { file, handle: self.handles, kind, new_name, failures_told })
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
            Kind::Journal => Moment::JournalSync,
            Kind::Main => Moment::FileSync,
        };
        let error = ffi::SQLITE_IOERR_FSYNC;
        let cutting = self.begin(moment, error)?;
        self.note(("sync", of.kind));
        let so_often = self.moments.get(&moment).copied().unwrap_or_default();
        if self.plan.trouble == Some(Trouble::SyncFails { moment, count: so_often }) {
            self.troubled = true;
            let mut rng = self.rng.fork();
            let file = self.file(of.file)?;
            file.image.sync_failed(&mut rng);
            file.failures = file.failures.saturating_add(1);
        }
        let failures = self.file(of.file)?.failures;
        if std::mem::replace(&mut of.failures_told, failures) < failures {
            // As Linux does: everybody who has the file open hears of it once.
            self.sync_failures = self.sync_failures.saturating_add(1);
            self.file(of.file)?.image.sync();
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
    ) -> Result<Option<*mut c_void>, Code> {
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
