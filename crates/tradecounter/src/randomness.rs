//! The one source of randomness of the product: the operating system.

/// Random bytes for keys and secrets.
pub(crate) fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    fill(&mut bytes);
    bytes
}

/// Fills `bytes`. A system without random numbers can keep no secret: the process ends.
#[expect(clippy::disallowed_methods, reason = "this is the one source that is passed on")]
pub(crate) fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        eprintln!("fatal: no random numbers from the system: {error}");
        std::process::exit(70);
    }
}
