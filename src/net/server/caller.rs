//! Who asks.

use std::fmt;

use super::view::write_peer;
use crate::net::carrier::Identity;

/// The peer of a server that asks for something: what a handler in the server's process gets of
/// [`call.asked_by::<Caller>()`](crate::Event::asked_by).
///
/// # Examples
/// ```
/// use fanfare::net::Caller;
/// use fanfare::router::{Call, HandlerError};
///
/// fn open(call: &Call<f64>) -> Result<f64, HandlerError> {
///     let who = call.asked_by::<Caller>().and_then(|caller| caller.identity.as_ref());
///     let who = who.ok_or("who are you?")?;
///     println!("{} opens the valve", who.names()[0]);
///     Ok(1.0)
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Caller {
    /// Its number, as in [`PeerView::id`](super::PeerView::id).
    pub peer: u64,
    /// What its end is called: an address, say.
    pub address: String,
    /// Who it is, if that is known: by a token, or by a certificate.
    pub identity: Option<Identity>,
}

/// As a peer's: its number, who it is, and where.
impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_peer(f, self.peer, self.identity.as_ref(), &self.address)
    }
}
