//! The sockets of both candidates.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::net::{Dialer, Listener, tcp, tls, unix};
use futures::io::{AsyncRead, AsyncWrite};
use futures_rustls::rustls::pki_types::pem::PemObject;
use futures_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use futures_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};
use futures_rustls::{TlsAcceptor, TlsConnector};
use smol::net::{TcpListener, TcpStream, unix::UnixStream};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Tcp,
    Unix,
    Tls,
}

pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A certificate of `localhost`, which vouches for itself, and its key.
struct Pem {
    certificate: String,
    key: String,
}

impl Pem {
    fn new() -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        Self {
            certificate: made.cert.pem(),
            key: made.signing_key.serialize_pem(),
        }
    }
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Tcp, Self::Unix, Self::Tls];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Unix => "Unix socket",
            Self::Tls => "TLS",
        }
    }

    /// As the library has them.
    pub(super) async fn ends(self) -> (Box<dyn Listener>, Box<dyn Dialer>) {
        const ANY: &str = "127.0.0.1:0";
        match self {
            Self::Tcp => {
                let listener = tcp::bind(ANY).await.unwrap();
                let dialer = tcp::dial(listener.address());
                (Box::new(listener), Box::new(dialer))
            }
            Self::Unix => {
                let path = path();
                (
                    Box::new(unix::bind(&path).await.unwrap()),
                    Box::new(unix::dial(&path)),
                )
            }
            Self::Tls => {
                let pem = Pem::new();
                let credentials = tls::Credentials::from_pem(&pem.certificate, &pem.key).unwrap();
                let listener = tls::bind(ANY, credentials).await.unwrap();
                let trust = tls::Trust::from_pem(&pem.certificate).unwrap();
                let dialer = tls::dial(listener.address(), trust).server_name("localhost");
                (Box::new(listener), Box::new(dialer))
            }
        }
    }

    /// Without the library.
    pub(super) async fn raw(self) -> (Box<dyn Stream>, Box<dyn Stream>) {
        if self == Self::Unix {
            let (one, two) = UnixStream::pair().unwrap();
            return (Box::new(one), Box::new(two));
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let one = TcpStream::connect(listener.local_addr().unwrap())
            .await
            .unwrap();
        let (two, _) = listener.accept().await.unwrap();
        one.set_nodelay(true).unwrap();
        two.set_nodelay(true).unwrap();
        if self == Self::Tcp {
            return (Box::new(one), Box::new(two));
        }
        let pem = Pem::new();
        let certificate = CertificateDer::from_pem_slice(pem.certificate.as_bytes()).unwrap();
        let key = PrivateKeyDer::from_pem_slice(pem.key.as_bytes()).unwrap();
        let provider = Arc::new(crypto::ring::default_provider());
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let server = server
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth();
        let server = server
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(certificate).unwrap();
        let client = ClientConfig::builder_with_provider(provider);
        let client = client.with_safe_default_protocol_versions().unwrap();
        let client = client.with_root_certificates(roots).with_no_client_auth();
        let (connector, acceptor) = (
            TlsConnector::from(Arc::new(client)),
            TlsAcceptor::from(Arc::new(server)),
        );
        let name = ServerName::try_from("localhost").unwrap();
        let both =
            futures_lite::future::zip(connector.connect(name, one), acceptor.accept(two)).await;
        (Box::new(both.0.unwrap()), Box::new(both.1.unwrap()))
    }
}

fn path() -> PathBuf {
    static LAST: AtomicUsize = AtomicUsize::new(0);
    let number = LAST.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!(
        "fanfare-bench-{}-{number}.sock",
        std::process::id()
    ))
}
