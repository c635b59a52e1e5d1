//! A certificate for one server, signed by an authority of its own.

use std::path::{Path, PathBuf};

use crate::guardian::Guardian;
use crate::{Error, binaries};

/// The certificate of the authority: what a client is told to trust.
pub(crate) const CA: &str = "ca.crt";

/// Makes `ca.crt`, `server.crt` and `server.key` in the guardian's folder, good for `localhost` and
/// 127.0.0.1. Returns the settings that use them.
pub(crate) fn make(guardian: &mut Guardian) -> Result<[(String, String); 3], Error> {
    let openssl = binaries::program("openssl", "openssl")?.display().to_string();
    let folder = guardian.folder().to_path_buf();
    let at = |name: &str| path(&folder, name).display().to_string();
    // An authority apart from the server's own certificate: some clients refuse a certificate that
    // is both.
    let extensions = "subjectAltName=IP:127.0.0.1,DNS:localhost\n\
                      basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\n";
    std::fs::write(path(&folder, "extensions"), extensions).map_err(Error::io(at("extensions")))?;
    let new_key =
        ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    let mut run = |words: &[&str], more: &[&str]| {
        let words = [openssl.as_str()].into_iter().chain(words.iter().chain(more).copied());
        guardian.run("openssl", &words.map(str::to_owned).collect::<Vec<_>>())
    };
    let (ca, ca_key) = (at(CA), at("ca.key"));
    let (certificate, key, request) = (at("server.crt"), at("server.key"), at("server.csr"));
    let subject = "/CN=pgkit authority of one test";
    run(&["req", "-x509", "-subj", subject, "-keyout", &ca_key, "-out", &ca], &new_key)?;
    run(&["req", "-new", "-subj", "/CN=localhost", "-keyout", &key, "-out", &request], &new_key)?;
    run(
        &["x509", "-req", "-days", "2", "-in", &request, "-out", &certificate],
        &["-CA", &ca, "-CAkey", &ca_key, "-CAcreateserial", "-extfile", &at("extensions")],
    )?;
    Ok([
        ("ssl".to_owned(), "on".to_owned()),
        ("ssl_cert_file".to_owned(), certificate),
        ("ssl_key_file".to_owned(), key),
    ])
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}
