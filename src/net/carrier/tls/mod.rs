//! Carriers over TLS 1.3: what is said is known to nobody in between, and the server proves who it is; clients do, too, where it is
//! asked for.
//!
//! # Examples
//! ```no_run
//! # async fn example() -> Result<(), fanfare::net::CarrierError> {
//! use fanfare::net::tls;
//!
//! let server = tls::Credentials::from_files("server.pem", "server.key")?;
//! let clients = tls::Trust::from_file("clients-ca.pem")?;
//! let listener = tls::bind("0.0.0.0:4333", server).require_clients(clients).await?;
//!
//! let trust = tls::Trust::from_file("ca.pem")?;
//! let client = tls::Credentials::from_files("client.pem", "client.key")?;
//! let dialer = tls::dial("signals.example.org:4333", trust).credentials(client);
//! # let _ = (listener, dialer); Ok(()) }
//! ```

mod bind;
mod credentials;
mod dial;
mod problem;
mod trust;

pub use bind::{Bind, TlsListener, bind};
pub use credentials::Credentials;
pub use dial::{TlsDialer, dial};
pub(super) use problem::of as problem;
pub use trust::Trust;

use futures_rustls::rustls::SupportedProtocolVersion;
use futures_rustls::rustls::crypto::{CryptoProvider, ring};
use futures_rustls::rustls::version::TLS13;

use crate::sync::Arc;

/// The versions that are spoken. Both sides are ours, and there is nobody to be old for.
const VERSIONS: &[&SupportedProtocolVersion] = &[&TLS13];

/// Named, so that it does not depend on what else is linked.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}
