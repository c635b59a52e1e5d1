//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

xflags::xflags! {
    /// An upstream panel that misbehaves on demand. Runs until it is interrupted.
    cmd fakepanel {
        /// Where clients find it; 127.0.0.1:9090 unless given.
        optional --listen listen: SocketAddr
        /// Where it is steered and looked at; nowhere unless given.
        optional --control control: SocketAddr
        /// JSON that says what it is like and what happens when; see README.md.
        optional --script script: PathBuf
        /// A file that keeps what it did: it goes on from there when it is started again.
        optional --keep keep: PathBuf
        /// Decides what the script leaves open; 1 unless given.
        optional --seed seed: u64
    }
}
