//! Rules of the house that no compiler holds.
//!
//! One program for all of them: each further one would be linked on its own.

mod direction;
mod lints;
mod machine;
mod reasons;

use std::error::Error;
use std::path::{Path, PathBuf};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn root() -> Outcome<PathBuf> {
    let parent = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    Ok(parent.ok_or("this crate lies within the workspace")?.to_path_buf())
}
