//! An open file: the safe side of the callbacks.

use super::mount;
use crate::disk::{Code, Disk, Image, Opened};
use crate::locks::Level;
use rusqlite::ffi;
use std::ffi::{c_int, c_void};

type Done<T> = Result<T, Code>;

/// An open file.
pub(super) enum Handle {
    /// On a disk.
    OnDisk(Disk, Opened),
    /// One of SQLite's temporary files: gone with the process, so never on a disk.
    Temporary(Image),
}

fn offset(at: i64) -> Done<usize> {
    usize::try_from(at).map_err(|_| ffi::SQLITE_IOERR)
}

fn level(level: c_int) -> Level {
    match level {
        ffi::SQLITE_LOCK_NONE => Level::None,
        ffi::SQLITE_LOCK_SHARED => Level::Shared,
        ffi::SQLITE_LOCK_RESERVED => Level::Reserved,
        ffi::SQLITE_LOCK_PENDING => Level::Pending,
        _ => Level::Exclusive,
    }
}

fn had(free: bool) -> Done<()> {
    if free { Ok(()) } else { Err(ffi::SQLITE_BUSY) }
}

impl Handle {
    pub(super) fn temporary() -> Self {
        Self::Temporary(Image::default())
    }

    pub(super) fn open(path: &str, create: bool) -> Done<Self> {
        let (disk, name) = mount::find(path).ok_or(ffi::SQLITE_CANTOPEN)?;
        let opened = disk.lock().open(name, create);
        match opened {
            Ok(opened) => Ok(Self::OnDisk(disk, opened)),
            Err(error) => {
                disk.tell();
                Err(error)
            }
        }
    }

    pub(super) fn close(self) {
        if let Self::OnDisk(disk, opened) = self {
            let mut state = disk.lock();
            // Of a file that is there, as it is open: neither can fail.
            let _ = state.leave_memory(&opened);
            let _ = state.unlock_file(&opened, Level::None);
        }
    }

    pub(super) fn read(&mut self, at: i64, into: &mut [u8]) -> Done<()> {
        let at = offset(at)?;
        let all = match self {
            Self::OnDisk(disk, opened) => disk.lock().read(opened, at, into)?,
            Self::Temporary(image) => image.read(at, into),
        };
        if all { Ok(()) } else { Err(ffi::SQLITE_IOERR_SHORT_READ) }
    }

    pub(super) fn write(&mut self, at: i64, bytes: &[u8]) -> Done<()> {
        let at = offset(at)?;
        match self {
            Self::OnDisk(disk, opened) => {
                let done = disk.lock().write(opened, at, bytes);
                done.inspect_err(|_| disk.tell())
            }
            Self::Temporary(image) => {
                image.write(at, bytes);
                image.sync();
                Ok(())
            }
        }
    }

    pub(super) fn truncate(&mut self, length: i64) -> Done<()> {
        let length = offset(length)?;
        match self {
            Self::OnDisk(disk, opened) => {
                let done = disk.lock().truncate(opened, length);
                done.inspect_err(|_| disk.tell())
            }
            Self::Temporary(image) => {
                image.set_length(length);
                image.sync();
                Ok(())
            }
        }
    }

    pub(super) fn sync(&mut self) -> Done<()> {
        match self {
            Self::OnDisk(disk, opened) => {
                let done = disk.lock().sync(opened);
                done.inspect_err(|_| disk.tell())
            }
            Self::Temporary(_) => Ok(()),
        }
    }

    pub(super) fn length(&mut self) -> Done<i64> {
        let length = match self {
            Self::OnDisk(disk, opened) => disk.lock().length(opened)?,
            Self::Temporary(image) => image.len(),
        };
        i64::try_from(length).map_err(|_| ffi::SQLITE_IOERR_FSTAT)
    }

    pub(super) fn lock(&mut self, wanted: c_int) -> Done<()> {
        match self {
            Self::OnDisk(disk, opened) => had(disk.lock().lock_file(opened, level(wanted))?),
            Self::Temporary(_) => Ok(()),
        }
    }

    pub(super) fn unlock(&mut self, to: c_int) -> Done<()> {
        match self {
            Self::OnDisk(disk, opened) => disk.lock().unlock_file(opened, level(to)),
            Self::Temporary(_) => Ok(()),
        }
    }

    pub(super) fn reserved(&mut self) -> Done<bool> {
        match self {
            Self::OnDisk(disk, opened) => disk.lock().reserved(opened),
            Self::Temporary(_) => Ok(false),
        }
    }

    /// SQLite shares memory for database files only, which are never temporary.
    fn shared(&mut self) -> Done<(&Disk, &Opened)> {
        match self {
            Self::OnDisk(disk, opened) => Ok((disk, opened)),
            Self::Temporary(_) => Err(ffi::SQLITE_IOERR_SHMMAP),
        }
    }

    pub(super) fn memory(
        &mut self,
        index: c_int,
        size: c_int,
        make: bool,
    ) -> Done<Option<*mut c_void>> {
        let (disk, opened) = self.shared()?;
        let (index, size) = (offset(index.into())?, offset(size.into())?);
        disk.lock().memory(opened, index, size, make)
    }

    pub(super) fn lock_memory(&mut self, first: c_int, count: c_int, flags: c_int) -> Done<()> {
        let (disk, opened) = self.shared()?;
        let number = |count: c_int| u32::try_from(count).map_err(|_| ffi::SQLITE_IOERR_SHMLOCK);
        let below = |slot: u32| 1_u32.checked_shl(slot).unwrap_or(0).wrapping_sub(1);
        let (first, count) = (number(first)?, number(count)?);
        let slots = below(first.saturating_add(count)) & !below(first);
        if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
            if disk.lock().unlock_memory(opened, slots)? {
                disk.tell();
            }
            return Ok(());
        }
        let exclusive = flags & ffi::SQLITE_SHM_EXCLUSIVE != 0;
        had(disk.lock().lock_memory(opened, slots, exclusive)?)
    }

    pub(super) fn leave_memory(&mut self) -> Done<()> {
        let (disk, opened) = self.shared()?;
        disk.lock().leave_memory(opened)
    }
}
