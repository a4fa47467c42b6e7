//! Certificates, and who has signed them.

use fanfare::net::tls;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

pub(crate) const ANY: &str = "127.0.0.1:0";

/// Somebody who vouches for others.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }

    pub(crate) fn trust(&self) -> tls::Trust {
        tls::Trust::from_pem(self.0.pem()).expect("a certificate")
    }

    /// For `localhost`, unless it is changed.
    pub(crate) fn credentials(
        &self,
        change: impl FnOnce(&mut CertificateParams),
    ) -> tls::Credentials {
        let mut params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        change(&mut params);
        let key = KeyPair::generate().expect("a key");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        let pems = (certificate.pem(), key.serialize_pem());
        tls::Credentials::from_pem(pems.0, pems.1).expect("both fit")
    }
}
