//! Why a carrier is not made, or carries nothing more.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::net::frame::FrameError;
use crate::sync::Arc;

/// Why a carrier could not be made, or carries nothing more. Clones are cheap.
#[derive(Debug, Clone)]
pub struct CarrierError(Arc<Kind>);

#[derive(Debug)]
enum Kind {
    Closed,
    Ended,
    TimedOut(Duration),
    Frame(FrameError),
    Refused(Box<str>),
    #[cfg_attr(
        not(feature = "tls"),
        expect(dead_code, reason = "is asked for without it, too")
    )]
    Tls(Box<str>),
    Io(Box<str>, io::Error),
}

impl CarrierError {
    /// It was closed on this side.
    #[must_use]
    pub fn closed() -> Self {
        Self::of(Kind::Closed)
    }

    /// The other side has ended it, where a frame could have begun.
    #[must_use]
    pub fn ended() -> Self {
        Self::of(Kind::Ended)
    }

    /// It took longer than this.
    #[must_use]
    pub fn timed_out(limit: Duration) -> Self {
        Self::of(Kind::TimedOut(limit))
    }

    /// It is not made, for a reason that another attempt does not change: the message has to say what to do.
    #[must_use]
    pub fn refused(message: impl fmt::Display) -> Self {
        Self::of(Kind::Refused(message.to_string().into()))
    }

    /// What was attempted failed with this error.
    #[must_use]
    pub fn io(attempted: impl fmt::Display, error: io::Error) -> Self {
        #[cfg(feature = "tls")]
        if let Some(problem) = super::tls::problem(&error) {
            return problem;
        }
        Self::of(Kind::Io(attempted.to_string().into(), error))
    }

    /// The encryption failed.
    #[cfg(feature = "tls")]
    pub(crate) fn tls(message: impl fmt::Display) -> Self {
        Self::of(Kind::Tls(message.to_string().into()))
    }

    fn of(kind: Kind) -> Self {
        Self(Arc::new(kind))
    }

    /// Whether it was closed on this side.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        matches!(*self.0, Kind::Closed)
    }

    /// Whether the other side has ended it in order, or at least between two frames.
    #[must_use]
    pub fn is_ended(&self) -> bool {
        matches!(*self.0, Kind::Ended)
    }

    /// Whether it took too long.
    #[must_use]
    pub fn is_timed_out(&self) -> bool {
        matches!(*self.0, Kind::TimedOut(_))
    }

    /// Whether it was not attempted, or cannot come to anything however often it is.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        matches!(*self.0, Kind::Refused(_))
    }

    /// Whether the encryption failed: a certificate that is not trusted, or a side that speaks no TLS.
    #[must_use]
    pub fn is_tls(&self) -> bool {
        matches!(*self.0, Kind::Tls(_))
    }

    /// What was wrong with the bytes, if that is what it was.
    #[must_use]
    pub fn frame_error(&self) -> Option<FrameError> {
        match *self.0 {
            Kind::Frame(error) => Some(error),
            _ => None,
        }
    }

    /// The error of the system, if it was one.
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match &*self.0 {
            Kind::Io(_, error) => Some(error),
            _ => None,
        }
    }
}

impl From<FrameError> for CarrierError {
    fn from(error: FrameError) -> Self {
        Self::of(Kind::Frame(error))
    }
}

impl fmt::Display for CarrierError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Closed => f.write_str("the carrier was closed on this side"),
            Kind::Ended => f.write_str("the other side has ended the connection"),
            Kind::TimedOut(limit) => write!(
                f,
                "not done after {limit:?}; `Limits::handshake` sets how long it may take"
            ),
            Kind::Frame(error) => write!(f, "{error}"),
            Kind::Refused(message) => f.write_str(message),
            Kind::Tls(message) => write!(f, "no encrypted connection: {message}"),
            Kind::Io(attempted, error) => write!(f, "{attempted}: {error}"),
        }
    }
}

impl std::error::Error for CarrierError {}
