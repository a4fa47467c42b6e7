//! Whose word counts.

use std::fmt;
use std::path::Path;

use futures_rustls::rustls::RootCertStore;
use futures_rustls::rustls::pki_types::CertificateDer;

use super::credentials::{certificates_in, read};
use crate::net::carrier::CarrierError;
use crate::sync::Arc;

/// The authorities whose certificates are believed, and nobody else's: those of the system are not among them unless they are
/// added.
#[derive(Clone)]
pub struct Trust(RootCertStore);

impl Trust {
    /// The authorities with these certificates, in PEM.
    ///
    /// # Errors
    /// There is none in the text, or one that is none.
    pub fn from_pem(certificates: impl AsRef<[u8]>) -> Result<Self, CarrierError> {
        let mut trust = Self(RootCertStore::empty());
        for certificate in
            certificates_in(certificates.as_ref(), "the PEM text of the authorities")?
        {
            trust.add(certificate)?;
        }
        Ok(trust)
    }

    /// The authorities with the certificates in this file, in PEM, which is read at once.
    ///
    /// # Errors
    /// The file cannot be read, or is not what it should be.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, CarrierError> {
        Self::from_pem(read(path.as_ref())?)
    }

    /// And the authority with this certificate, in DER: as crates give them that know those of the system.
    ///
    /// # Errors
    /// It is no certificate.
    pub fn and_der(mut self, certificate: impl Into<Vec<u8>>) -> Result<Self, CarrierError> {
        self.add(CertificateDer::from(certificate.into()))?;
        Ok(self)
    }

    fn add(&mut self, certificate: CertificateDer<'static>) -> Result<(), CarrierError> {
        self.0.add(certificate).map_err(|error| {
            CarrierError::refused(format_args!(
                "the certificate of an authority is none: {error}"
            ))
        })
    }

    pub(super) fn roots(self) -> Arc<RootCertStore> {
        Arc::new(self.0)
    }
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Trust").field(&self.0.len()).finish()
    }
}
