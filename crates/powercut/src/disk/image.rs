//! The bytes of one file: as the running program sees them, and as the disk has them.

use super::survival::Survival;
use fastrand::Rng;

/// What was done to a file and is not durable yet.
#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Length(usize),
}

/// A file's bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Image {
    seen: Vec<u8>,
    durable: Vec<u8>,
    /// In the order they were made: durable and all of these is what is seen, unless a sync failed.
    pending: Vec<Change>,
}

impl Image {
    /// A file as a disk had it when the power came back.
    pub(super) fn stored(bytes: Vec<u8>) -> Self {
        Self { seen: bytes.clone(), durable: bytes, pending: Vec::new() }
    }

    pub(crate) fn len(&self) -> usize {
        self.seen.len()
    }

    /// Fills `into` from what is seen at `at`, with zeros behind the end; whether all was there.
    pub(crate) fn read(&self, at: usize, into: &mut [u8]) -> bool {
        let there = self.seen.get(at..).unwrap_or_default();
        let count = there.len().min(into.len());
        let (found, missing) = into.split_at_mut(count);
        found.copy_from_slice(there.get(..count).unwrap_or_default());
        missing.fill(0);
        missing.is_empty()
    }

    pub(crate) fn write(&mut self, at: usize, bytes: &[u8]) {
        put(&mut self.seen, at, bytes, 0);
        self.pending.push(Change::Write { at, bytes: bytes.to_vec() });
    }

    pub(crate) fn set_length(&mut self, length: usize) {
        self.seen.resize(length, 0);
        self.pending.push(Change::Length(length));
    }

    /// All that was done is durable from now on.
    pub(crate) fn sync(&mut self) {
        for change in std::mem::take(&mut self.pending) {
            apply(&mut self.durable, &change, 0);
        }
    }

    /// As Linux does when a sync fails: some of it may have been written, and what was not is
    /// forgotten. The program goes on seeing all of it, and no later sync writes it.
    pub(super) fn sync_failed(&mut self, rng: &mut Rng) {
        for change in std::mem::take(&mut self.pending) {
            if rng.bool() {
                apply(&mut self.durable, &change, 0);
            }
        }
    }

    /// What is on the disk after the power went.
    pub(super) fn survivors(&self, survival: Survival, rng: &mut Rng) -> Vec<u8> {
        let mut bytes = self.durable.clone();
        let whole = match survival {
            Survival::Prefix => rng.usize(..=self.pending.len()),
            _ => 0,
        };
        for (index, change) in self.pending.iter().enumerate() {
            // What lies between the old end of a file and what was written behind it: zeros, or
            // whatever was on the disk there before.
            let hole = if rng.bool() { 0 } else { rng.u8(..) };
            match survival {
                Survival::Nothing => {}
                Survival::Everything => apply(&mut bytes, change, hole),
                Survival::Half => {
                    if rng.bool() {
                        apply(&mut bytes, change, hole);
                    } else {
                        lengthen(&mut bytes, change, hole, rng);
                    }
                }
                Survival::Torn => tear(&mut bytes, change, hole, rng),
                Survival::Prefix if index < whole => apply(&mut bytes, change, hole),
                Survival::Prefix if index == whole => {
                    if let Change::Write { at, bytes: written } = change {
                        let kept = rng.usize(..=written.len());
                        put(&mut bytes, *at, written.get(..kept).unwrap_or_default(), hole);
                    }
                }
                Survival::Prefix => {}
            }
        }
        bytes
    }
}

/// What a disk writes as one.
const SECTOR: usize = 512;

/// Writes some of the sectors that a change touches. Bytes beside it in the same sector stay: that
/// is what SQLite's default, powersafe overwrite, takes for granted, and disks keep.
fn tear(bytes: &mut Vec<u8>, change: &Change, hole: u8, rng: &mut Rng) {
    let Change::Write { at, bytes: written } = change else {
        if rng.bool() {
            apply(bytes, change, hole);
        }
        return;
    };
    let mut from = *at;
    let mut rest = written.as_slice();
    while !rest.is_empty() {
        let in_sector = SECTOR.saturating_sub(from.checked_rem(SECTOR).unwrap_or(0));
        let (sector, behind) = rest.split_at(in_sector.min(rest.len()));
        if rng.bool() {
            put(bytes, from, sector, hole);
        }
        from = from.saturating_add(sector.len());
        rest = behind;
    }
    lengthen(bytes, change, hole, rng);
}

/// A file may have grown for a write whose bytes never came.
fn lengthen(bytes: &mut Vec<u8>, change: &Change, hole: u8, rng: &mut Rng) {
    if let Change::Write { at, bytes: written } = change {
        let end = at.saturating_add(written.len());
        if end > bytes.len() && rng.bool() {
            bytes.resize(end, hole);
        }
    }
}

fn apply(bytes: &mut Vec<u8>, change: &Change, hole: u8) {
    match change {
        Change::Write { at, bytes: written } => put(bytes, *at, written, hole),
        Change::Length(length) => bytes.resize(*length, hole),
    }
}

fn put(bytes: &mut Vec<u8>, at: usize, written: &[u8], hole: u8) {
    let end = at.saturating_add(written.len());
    if bytes.len() < end {
        bytes.resize(end, hole);
    }
    if let Some(place) = bytes.get_mut(at..end) {
        place.copy_from_slice(written);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image() -> Image {
        let mut image = Image::stored(vec![1; 2_048]);
        image.write(512, &[2; 512]);
        image.sync();
        image.write(0, &[3; 2_048]);
        image.write(2_048, &[4; 1_024]);
        image
    }

    #[test]
    fn what_was_synced_is_there_whatever_else_survives() {
        let image = image();
        let mut rng = Rng::with_seed(1);
        let nothing = image.survivors(Survival::Nothing, &mut rng);
        assert_eq!(nothing, [&[1; 512][..], &[2; 512], &[1; 1_024]].concat());
        let everything = image.survivors(Survival::Everything, &mut rng);
        assert_eq!(everything, [&[3; 2_048][..], &[4; 1_024]].concat());
        assert_eq!(everything, image.seen);
    }

    #[test]
    fn a_torn_write_leaves_whole_sectors_old_or_new() {
        let image = image();
        let mut mixed = 0;
        for seed in 0..64 {
            let bytes = image.survivors(Survival::Torn, &mut Rng::with_seed(seed));
            let sectors: Vec<u8> = bytes
                .chunks(SECTOR)
                .map(|sector| {
                    assert!(sector.iter().all(|byte| *byte == sector[0]), "torn inside a sector");
                    sector[0]
                })
                .collect();
            let old = [1, 2, 1, 1];
            assert!(sectors.iter().zip(old).all(|(found, old)| [old, 3].contains(found)));
            mixed += u32::from(sectors[..4] != old && sectors[..4] != [3; 4]);
        }
        assert!(mixed > 0);
    }

    #[test]
    fn what_a_failed_sync_forgot_no_later_sync_writes() {
        let mut forgotten = 0;
        for seed in 0..64 {
            let mut image = Image::stored(vec![1; 8]);
            image.write(0, &[2; 4]);
            image.sync_failed(&mut Rng::with_seed(seed));
            image.write(4, &[3; 4]);
            image.sync();
            let mut seen = [0; 8];
            assert!(image.read(0, &mut seen));
            assert_eq!(seen, [2, 2, 2, 2, 3, 3, 3, 3]);
            let on_disk = image.survivors(Survival::Everything, &mut Rng::with_seed(0));
            forgotten += u32::from(on_disk == [1, 1, 1, 1, 3, 3, 3, 3]);
        }
        assert!((1..64).contains(&forgotten), "{forgotten}");
    }
}
