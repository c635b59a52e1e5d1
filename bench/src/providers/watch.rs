//! What is looked at while the program works.

use super::Cost;
use crate::Failed;
use crate::program::Served;
use fakepanel::{Panel, Server};
use std::time::{Duration, Instant};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Longest wait for a count that does not come.
const PATIENCE: Duration = Duration::from_secs(600);

/// Waits until the panel has counted up to `most`, and says what that took from its first on.
pub(super) fn until(
    served: &Served,
    server: &Server,
    count: impl Fn(&Panel) -> u64,
    most: u64,
) -> Result<Cost, Failed> {
    let begin = Instant::now();
    let wait = |least: u64| {
        loop {
            let counted = server.look(&count);
            if counted >= least {
                return Ok::<_, Failed>((Instant::now(), counted, served.processor()?));
            }
            if begin.elapsed() > PATIENCE {
                return Err(format!("{counted} of {least} after {PATIENCE:?}").into());
            }
            std::thread::sleep(PAUSE);
        }
    };
    let (started, first, used_before) = wait(1)?;
    let (ended, last, used) = wait(most)?;
    let seconds = ended.saturating_duration_since(started).as_secs_f64();
    let done = u32::try_from(last.saturating_sub(first))?;
    Ok(Cost {
        per_second: f64::from(done) / seconds,
        ceiling: 0.0,
        seconds,
        processor: (used - used_before) / seconds * 100.0,
        memory: served.memory()?,
    })
}
