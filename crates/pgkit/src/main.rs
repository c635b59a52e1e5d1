//! A temporary PostgreSQL to work with by hand: tells its address, its process and its folder, and
//! ends with its standard input, or when it is ended itself.

use std::error::Error;
use std::io::{Read, Write};

use pgkit::Server;

fn main() -> Result<(), Box<dyn Error>> {
    let server = Server::shared();
    let process = server.process().map(|process| process.to_string()).unwrap_or_default();
    let folder = server.folder().map(|folder| folder.display().to_string()).unwrap_or_default();
    let mut out = std::io::stdout();
    writeln!(out, "{}\n{process}\n{folder}", server.url())?;
    out.flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
