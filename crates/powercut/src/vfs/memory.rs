//! The memory that the connections of a database share: its WAL's index.

use crate::locks::HandleId;
use std::collections::BTreeSet;
use std::ffi::c_void;
use std::sync::atomic::AtomicU64;

/// Regions of shared memory, on the heap. Atomics, because SQLite writes through pointers into them
/// from several threads at once, with atomic operations and barriers of its own.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    regions: Vec<Box<[AtomicU64]>>,
    users: BTreeSet<HandleId>,
}

impl Memory {
    /// The region of this number and of so many bytes, for a connection; made, with those before
    /// it, when it is missing and wanted.
    pub(crate) fn region(
        &mut self,
        user: HandleId,
        index: usize,
        size: usize,
        make: bool,
    ) -> Option<*mut c_void> {
        self.users.insert(user);
        while make && self.regions.len() <= index {
            let words = size.div_ceil(size_of::<AtomicU64>());
            self.regions.push((0..words).map(|_| AtomicU64::new(0)).collect());
        }
        let region = self.regions.get(index)?;
        // Behind the shared reference lie atomics, so it may be written through.
        Some(region.as_ptr().cast::<c_void>().cast_mut())
    }

    /// A connection uses it no longer. With the last one it is gone, as on a machine that has been
    /// off, or when all processes have ended: whoever comes next makes it anew from the WAL.
    pub(crate) fn leave(&mut self, user: HandleId) {
        self.users.remove(&user);
        if self.users.is_empty() {
            self.regions.clear();
        }
    }
}
