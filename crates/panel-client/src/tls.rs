//! Whom to believe.

use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// Authorities whose certificates are believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Authorities {
    /// Those of the operating system.
    #[default]
    System,
    /// Those of a text in PEM, and no others.
    Pem(String),
    /// None: whoever needs a certificate to be believed is not spoken to.
    Nobody,
}

/// Why no certificate could be checked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoTls {
    /// There is no authority to believe.
    #[error("no authority's certificate was found")]
    NoAuthority,
    /// An authority's certificate cannot be read.
    #[error("an authority's certificate cannot be read: {0}")]
    Unreadable(String),
    /// The library refuses its settings.
    #[error("TLS cannot be set up: {0}")]
    Setup(String),
}

/// TLS that checks the other end's certificate.
pub(crate) fn connector(authorities: &Authorities) -> Result<TlsConnector, NoTls> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Authorities::System => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
        Authorities::Nobody => {}
        Authorities::Pem(text) => {
            let unreadable = |error: &dyn std::fmt::Display| NoTls::Unreadable(error.to_string());
            for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
                let certificate = certificate.map_err(|error| unreadable(&error))?;
                roots.add(certificate).map_err(|error| unreadable(&error))?;
            }
        }
    }
    if roots.is_empty() && *authorities != Authorities::Nobody {
        return Err(NoTls::NoAuthority);
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| NoTls::Setup(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Data before the handshake is over would be sent before we know to whom, and may be replayed.
    config.enable_early_data = false;
    Ok(TlsConnector::from(Arc::new(config)))
}
