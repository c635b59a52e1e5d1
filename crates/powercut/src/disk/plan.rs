//! What is to happen to a disk, and when.

use super::survival::Survival;
use fastrand::Rng;

/// What SQLite does to a disk, as far as a cut can fall into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Moment {
    /// Frames are added to the WAL.
    WalWrite,
    /// The WAL begins, or begins again from its start: its header is written.
    WalStart,
    /// The WAL is synced: a commit, or the first step of a checkpoint.
    WalSync,
    /// A page is written into the database file: a checkpoint.
    FileWrite,
    /// The database file is synced.
    FileSync,
    /// A file is shortened.
    Truncate,
    /// A file is made or removed.
    Name,
    /// The rollback journal is written: while a new database is turned to WAL.
    Journal,
    /// The rollback journal is synced.
    JournalSync,
}

impl Moment {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WalWrite => "adding to the WAL",
            Self::WalStart => "starting the WAL again",
            Self::WalSync => "syncing the WAL",
            Self::FileWrite => "copying the WAL into the file",
            Self::FileSync => "syncing the file",
            Self::Truncate => "shortening a file",
            Self::Name => "making or removing a file",
            Self::Journal => "writing the rollback journal of a new database",
            Self::JournalSync => "syncing the rollback journal of a new database",
        }
    }

    /// About how often it happens in one run, so that a cut drawn from it mostly comes.
    const fn usual(self) -> u32 {
        match self {
            Self::WalWrite => 1_500,
            Self::WalStart => 4,
            Self::WalSync => 30,
            Self::FileWrite => 120,
            Self::FileSync => 4,
            Self::Truncate | Self::Name => 3,
            Self::Journal | Self::JournalSync => 4,
        }
    }
}

/// The power goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// In which kind of operation; nothing for any.
    pub moment: Option<Moment>,
    /// In the how manieth of them, from 1.
    pub count: u32,
    /// Whether that operation itself is still carried out. Nobody hears of it either way.
    pub done: bool,
    /// What is left of what was not synced.
    pub survival: Survival,
}

/// The disk does not do what it should, and says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// No room: a file that would grow does not, so often, from the how manieth time on.
    Full {
        /// From which growing write on, from 1.
        from: u32,
        /// How many fail.
        writes: u32,
    },
    /// A sync fails once.
    SyncFails {
        /// Of the WAL, the file or the rollback journal.
        moment: Moment,
        /// The how manieth, from 1.
        count: u32,
    },
}

/// What is to happen to a disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// When the power goes; if it does not come to that, whoever runs the disk cuts it.
    pub cut: Option<Cut>,
    /// What goes wrong before.
    pub trouble: Option<Trouble>,
    /// Whether the disk says that it has synced, and does not.
    pub lies: bool,
}

impl Cut {
    /// One that falls anywhere.
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        let moment = match rng.u8(..16) {
            0..4 => None,
            4 | 5 => Some(Moment::WalWrite),
            6 | 7 => Some(Moment::WalStart),
            8 | 9 => Some(Moment::WalSync),
            10 | 11 => Some(Moment::FileWrite),
            12 | 13 => Some(Moment::FileSync),
            14 => Some(Moment::Truncate),
            _ => Some(Moment::Name),
        };
        let most = moment.unwrap_or(Moment::WalWrite).usual();
        // As often early as late, whatever the scale: the first operations are the opening.
        let scale = rng.u32(1..=most);
        Self { moment, count: rng.u32(1..=scale), done: rng.bool(), survival: Survival::draw(rng) }
    }
}

impl Trouble {
    /// Any.
    pub(crate) fn draw(rng: &mut Rng) -> Self {
        match rng.u8(..8) {
            0..3 => Self::Full { from: rng.u32(1..=300), writes: rng.u32(1..=20) },
            3..5 => Self::SyncFails { moment: Moment::WalSync, count: rng.u32(1..=20) },
            5..7 => Self::SyncFails { moment: Moment::FileSync, count: rng.u32(1..=3) },
            _ => Self::SyncFails { moment: Moment::JournalSync, count: rng.u32(1..=2) },
        }
    }
}
