//! The one source of randomness of the product: the operating system.

use crate::failure::Failure;

/// Random bytes for keys and secrets.
#[expect(clippy::disallowed_methods, reason = "this is the one source that is passed on")]
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| Failure::Other(format!("no random numbers from the system: {error}")))?;
    Ok(bytes)
}
