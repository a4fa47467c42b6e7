//! Who is at the other end of a carrier, and how far it has come.

use std::fmt;

use crate::net::frame::DEFAULT_FRAME;

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerInfo {
    peer: Box<str>,
    identity: Option<Identity>,
    max_frame: usize,
}

impl PeerInfo {
    /// Somebody who is called this in logs and errors: an address, say. The largest frame is 1 MiB.
    pub fn new(peer: impl Into<String>) -> Self {
        Self {
            peer: peer.into().into(),
            identity: None,
            max_frame: DEFAULT_FRAME,
        }
    }

    /// Somebody who has proved to be this.
    #[must_use]
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = Some(identity);
        self
    }

    /// Somebody who is sent frames up to this many bytes.
    #[must_use]
    pub fn with_max_frame(mut self, bytes: usize) -> Self {
        self.max_frame = bytes;
        self
    }

    /// What the other end is called in logs and errors.
    #[must_use]
    pub fn peer(&self) -> &str {
        &self.peer
    }

    /// Who it has proved to be, if it has: by the certificate of a TLS client, say.
    #[must_use]
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The largest frame that can be sent, in bytes.
    #[must_use]
    pub fn max_frame(&self) -> usize {
        self.max_frame
    }
}

/// Somebody who was known by a proof, and not only by what he says.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identity {
    names: Vec<String>,
    fingerprint: Option<[u8; 32]>,
}

impl Identity {
    /// Somebody with these names.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
            fingerprint: None,
        }
    }

    /// With the SHA-256 of his certificate.
    #[must_use]
    pub fn with_fingerprint(mut self, sha256: [u8; 32]) -> Self {
        self.fingerprint = Some(sha256);
        self
    }

    /// The names: those that a certificate is issued for (DNS names and URIs).
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether this is one of the names.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// The SHA-256 of the certificate, where it was one that proved who it is.
    #[must_use]
    pub fn fingerprint(&self) -> Option<&[u8; 32]> {
        self.fingerprint.as_ref()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Identity");
        shown.field("names", &self.names);
        if let Some(fingerprint) = &self.fingerprint {
            shown.field("sha256", &format_args!("{}", Hex(fingerprint)));
        }
        shown.finish()
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// How far a carrier has come: what tells a slow peer from one that stands still.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many bytes have come, in all.
    pub read: u64,
    /// How many bytes were written, in all.
    pub written: u64,
    /// How many have come of a frame that is not complete.
    pub partial: usize,
}
