//! Listening.

use std::fmt;
use std::future::IntoFuture;
use std::net::{SocketAddr, TcpStream};

use futures_rustls::rustls::ServerConfig;
use futures_rustls::rustls::server::WebPkiClientVerifier;
use futures_rustls::{TlsAcceptor, server::TlsStream};
use ring::digest::{SHA256, digest};
use webpki::EndEntityCert;

use super::problem::of_handshake;
use super::{Credentials, Trust, VERSIONS, provider};
use crate::net::carrier::listening::Listening;
use crate::net::carrier::socket::Socket;
use crate::net::carrier::{CarrierError, Handshake, Identity, Listener, PeerInfo, StreamCarrier};
use crate::net::frame::Framing;
use crate::spawn::BoxFuture;
use crate::sync::Arc;

/// Listens at `host:port`, as who these credentials prove. Made by `.await`.
pub fn bind(address: impl Into<String>, credentials: Credentials) -> Bind {
    Bind {
        address: address.into(),
        credentials,
        clients: None,
    }
}

/// A listener in the making. Made by [`bind`].
#[derive(Debug, Clone)]
#[must_use = "nothing is listened at until it is awaited"]
pub struct Bind {
    address: String,
    credentials: Credentials,
    clients: Option<Trust>,
}

impl Bind {
    /// Lets in none but who shows a certificate of these authorities. Who it is, [`PeerInfo::identity`] tells.
    pub fn require_clients(mut self, trust: Trust) -> Self {
        self.clients = Some(trust);
        self
    }

    async fn bind(self) -> Result<TlsListener, CarrierError> {
        let refused =
            |error: &dyn fmt::Display| CarrierError::refused(format_args!("no TLS: {error}"));
        let config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(VERSIONS)
            .map_err(|error| refused(&error))?;
        let config = match self.clients {
            None => config.with_no_client_auth(),
            Some(trust) => {
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(trust.roots(), provider()).build();
                config.with_client_cert_verifier(verifier.map_err(|error| refused(&error))?)
            }
        };
        let Credentials { chain, key } = self.credentials;
        let config = config
            .with_single_cert(chain, key)
            .map_err(|error| refused(&error))?;
        // Encrypted: everybody may come.
        let listening = Listening::at(&self.address, true).await?;
        Ok(TlsListener {
            listening,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}

impl IntoFuture for Bind {
    type Output = Result<TlsListener, CarrierError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.bind())
    }
}

/// Accepts connections over TLS. Made by [`bind`].
pub struct TlsListener {
    listening: Listening,
    acceptor: TlsAcceptor,
}

impl TlsListener {
    /// Where it listens, with the port that was found free.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.listening.address()
    }
}

impl Listener for TlsListener {
    fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        Box::pin(async move {
            let (stream, peer) = self.listening.accept().await?;
            let (acceptor, name) = (self.acceptor.clone(), peer.clone());
            Ok(Handshake::new(peer, async move {
                let accepted = acceptor.accept(Socket::new(stream)).await;
                let stream = accepted.map_err(|error| of_handshake("accepting", error))?;
                let mut info = PeerInfo::new(name);
                if let Some(identity) = identity(&stream) {
                    info = info.with_identity(identity);
                }
                Ok(StreamCarrier::to(stream, framing, info))
            }))
        })
    }

    fn address(&self) -> String {
        self.listening.address().to_string()
    }
}

/// Who the client has proved to be. The certificate was verified, or there would be no stream.
fn identity(stream: &TlsStream<Socket<TcpStream>>) -> Option<Identity> {
    let (_, session) = stream.get_ref();
    let certificate = session.peer_certificates()?.first()?;
    let mut names = Vec::new();
    if let Ok(read) = EndEntityCert::try_from(certificate) {
        names.extend(read.valid_dns_names().map(str::to_owned));
        names.extend(read.valid_uri_names().map(str::to_owned));
    }
    let hash = digest(&SHA256, certificate);
    let identity = Identity::new(names);
    Some(match hash.as_ref().try_into() {
        Ok(hash) => identity.with_fingerprint(hash),
        Err(_) => identity,
    })
}

impl fmt::Debug for TlsListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TlsListener")
            .field(&self.listening.address())
            .finish()
    }
}
