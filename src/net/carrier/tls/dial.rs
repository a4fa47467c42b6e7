//! Connecting.

use futures_rustls::TlsConnector;
use futures_rustls::rustls::ClientConfig;
use futures_rustls::rustls::pki_types::ServerName;

use super::problem::of_handshake;
use super::{Credentials, Trust, VERSIONS, provider};
use crate::net::carrier::names::connect;
use crate::net::carrier::socket::Socket;
use crate::net::carrier::{Carrier, CarrierError, Dialer, PeerInfo, StreamCarrier};
use crate::net::frame::Framing;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Connects to `host:port`, whenever it is asked to, if who answers there proves to be that host by one of these authorities.
pub fn dial(address: impl Into<String>, trust: Trust) -> TlsDialer {
    TlsDialer {
        address: address.into(),
        trust,
        credentials: None,
        server_name: None,
    }
}

/// Connects over TLS. Made by [`dial`].
#[derive(Debug, Clone)]
#[must_use = "nobody is connected to until it is asked to"]
pub struct TlsDialer {
    address: String,
    trust: Trust,
    credentials: Option<Credentials>,
    server_name: Option<String>,
}

impl TlsDialer {
    /// Proves to be who these say, if the server asks.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Whom the server has to prove to be, where that is not the host it is connected to by.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// The name that the server's certificate has to be for.
    fn name(&self) -> Result<ServerName<'static>, CarrierError> {
        let host = self
            .address
            .rsplit_once(':')
            .map_or(&*self.address, |(host, _)| host);
        // Addresses of version 6 are written in brackets before a port.
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = self.server_name.as_deref().unwrap_or(host);
        ServerName::try_from(name.to_owned()).map_err(|_| {
            CarrierError::refused(format_args!(
                "{name:?} is no name that a certificate can be for; `.server_name(..)` says another"
            ))
        })
    }

    fn config(&self) -> Result<ClientConfig, CarrierError> {
        let refused = |error| CarrierError::refused(format_args!("no TLS: {error}"));
        let config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(VERSIONS)
            .map_err(refused)?
            .with_root_certificates(self.trust.clone().roots());
        match self.credentials.clone() {
            None => Ok(config.with_no_client_auth()),
            Some(Credentials { chain, key }) => {
                config.with_client_auth_cert(chain, key).map_err(refused)
            }
        }
    }
}

impl Dialer for TlsDialer {
    fn dial(&self, framing: Framing) -> BoxFuture<'_, Result<Arc<dyn Carrier>, CarrierError>> {
        Box::pin(async move {
            let (name, config) = (self.name()?, self.config()?);
            let stream = connect(&self.address).await?;
            let connector = TlsConnector::from(Arc::new(config));
            let connected = connector.connect(name, Socket::new(stream)).await;
            let stream = connected
                .map_err(|error| of_handshake(&format!("connecting to {}", self.address), error))?;
            let info = PeerInfo::new(&self.address);
            Ok(Arc::new(StreamCarrier::to(stream, framing, info)) as Arc<dyn Carrier>)
        })
    }
}
