//! SQLite's locks on a file and on its shared memory, between connections of one process.

use std::collections::BTreeMap;

/// A connection's handle on a file.
pub(crate) type HandleId = u64;

/// How far a connection has locked a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    #[default]
    None,
    Shared,
    Reserved,
    Pending,
    Exclusive,
}

/// Who holds a file's lock, and how far.
#[derive(Debug, Default)]
pub(crate) struct FileLocks {
    held: BTreeMap<HandleId, Level>,
}

impl FileLocks {
    fn others(&self, who: HandleId) -> Level {
        let others = self.held.iter().filter(|(id, _)| **id != who);
        others.map(|(_, level)| *level).max().unwrap_or_default()
    }

    /// Raises a lock; whether it could be had.
    pub(crate) fn lock(&mut self, who: HandleId, wanted: Level) -> bool {
        let own = self.held.get(&who).copied().unwrap_or_default();
        if own >= wanted {
            return true;
        }
        let others = self.others(who);
        let free = match wanted {
            Level::None | Level::Shared => others < Level::Pending,
            Level::Reserved => others < Level::Reserved,
            Level::Pending | Level::Exclusive => {
                if others < Level::Reserved {
                    // Nobody new may read from now on, even if those who do keep it from more.
                    self.held.insert(who, Level::Pending);
                }
                others == Level::None
            }
        };
        if free {
            self.held.insert(who, wanted);
        }
        free
    }

    /// Lowers a lock.
    pub(crate) fn unlock(&mut self, who: HandleId, to: Level) {
        if to == Level::None {
            self.held.remove(&who);
        } else if let Some(own) = self.held.get_mut(&who) {
            *own = to.min(*own);
        }
    }

    /// Whether somebody is about to write.
    pub(crate) fn reserved(&self) -> bool {
        self.held.values().any(|level| *level >= Level::Reserved)
    }
}

/// Slots of the shared memory's lock, as bits.
#[derive(Clone, Copy, Debug, Default)]
struct Slots {
    shared: u32,
    exclusive: u32,
}

/// Who holds which slot.
#[derive(Debug, Default)]
pub(crate) struct ShmLocks {
    held: BTreeMap<HandleId, Slots>,
}

impl ShmLocks {
    /// Takes slots; whether they could be had.
    pub(crate) fn lock(&mut self, who: HandleId, slots: u32, exclusive: bool) -> bool {
        let others = self.held.iter().filter(|(id, _)| **id != who);
        let taken = others.fold(0, |taken, (_, held)| {
            taken | held.exclusive | if exclusive { held.shared } else { 0 }
        });
        if taken & slots != 0 {
            return false;
        }
        let own = self.held.entry(who).or_default();
        if exclusive {
            own.exclusive |= slots;
        } else {
            own.shared |= slots;
        }
        true
    }

    /// Gives slots back.
    pub(crate) fn unlock(&mut self, who: HandleId, slots: u32) {
        if let Some(own) = self.held.get_mut(&who) {
            own.shared &= !slots;
            own.exclusive &= !slots;
        }
    }

    /// Gives back whatever a connection holds.
    pub(crate) fn forget(&mut self, who: HandleId) {
        self.held.remove(&who);
    }
}
