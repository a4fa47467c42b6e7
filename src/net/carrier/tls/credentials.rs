//! What proves who one is.

use std::fmt;
use std::fs;
use std::path::Path;

use futures_rustls::rustls::pki_types::pem::PemObject;
use futures_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::net::carrier::CarrierError;

/// A certificate, with those that vouch for it, and its private key. The key is never shown.
pub struct Credentials {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: PrivateKeyDer<'static>,
}

impl Credentials {
    /// From PEM: the certificate first, then those that vouch for it one after the other; and the key (PKCS#8, PKCS#1 or SEC1).
    ///
    /// # Errors
    /// There is no certificate, or no key, in the text where it should be.
    pub fn from_pem(
        certificates: impl AsRef<[u8]>,
        key: impl AsRef<[u8]>,
    ) -> Result<Self, CarrierError> {
        let chain = certificates_in(certificates.as_ref(), "the PEM text of the certificate")?;
        let key = PrivateKeyDer::from_pem_slice(key.as_ref()).map_err(|error| {
            CarrierError::refused(format_args!(
                "no private key in the PEM text of the key: {error}"
            ))
        })?;
        Ok(Self { chain, key })
    }

    /// From PEM in files, which are read at once. See [`from_pem`](Self::from_pem).
    ///
    /// # Errors
    /// A file cannot be read, or is not what it should be.
    pub fn from_files(
        certificates: impl AsRef<Path>,
        key: impl AsRef<Path>,
    ) -> Result<Self, CarrierError> {
        Self::from_pem(read(certificates.as_ref())?, read(key.as_ref())?)
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, CarrierError> {
    fs::read(path)
        .map_err(|error| CarrierError::io(format_args!("reading {}", path.display()), error))
}

/// All certificates in a PEM text; at least one.
pub(super) fn certificates_in(
    pem: &[u8],
    what: &str,
) -> Result<Vec<CertificateDer<'static>>, CarrierError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match read {
        Ok(certificates) if certificates.is_empty() => Err(CarrierError::refused(format_args!(
            "no certificate in {what}: it has none between BEGIN CERTIFICATE and END CERTIFICATE"
        ))),
        Ok(certificates) => Ok(certificates),
        Err(error) => Err(CarrierError::refused(format_args!(
            "no certificate in {what}: {error}"
        ))),
    }
}

impl Clone for Credentials {
    fn clone(&self) -> Self {
        Self {
            chain: self.chain.clone(),
            key: self.key.clone_key(),
        }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("certificates", &self.chain.len())
            .finish_non_exhaustive()
    }
}
