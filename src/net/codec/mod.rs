//! How messages become bytes: [`Codec`], with [`Json`] and [`MessagePack`].

mod base64;
mod bytes;
mod json;
mod messagepack;

pub use bytes::Bytes;
pub use json::Json;
pub use messagepack::MessagePack;

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::frame::Framing;

/// How deep what is in a message may be nested unless a limit says otherwise.
pub(crate) const DEFAULT_DEPTH: usize = 64;

/// The deepest nesting there can be, whatever a limit says: what reads it goes as deep.
pub const MAX_DEPTH: usize = 127;

/// Turns messages into bytes, and back. [`Json`] and [`MessagePack`] are two; any format that `serde` knows is another.
///
/// A message is a map with texts as its keys, and the codec has to write it as one: the order of entries may change, and entries that
/// are not known are passed over.
///
/// # Examples
/// ```
/// use fanfare::net::{Codec, CodecError, Framing, Json};
/// use serde::{Serialize, de::DeserializeOwned};
///
/// /// JSON that somebody who looks over the wire cannot read at once.
/// struct Rot(u8);
///
/// impl Codec for Rot {
///     fn name(&self) -> &str {
///         "rot"
///     }
///
///     fn framing(&self) -> Framing {
///         Framing::lengths() // no objects any more
///     }
///
///     fn encode<T: Serialize + ?Sized>(&self, value: &T, out: &mut Vec<u8>) -> Result<(), CodecError> {
///         let begin = out.len();
///         Json.encode(value, out)?;
///         out[begin..].iter_mut().for_each(|byte| *byte = byte.wrapping_add(self.0));
///         Ok(())
///     }
///
///     fn decode<T: DeserializeOwned>(&self, frame: &[u8], depth: usize) -> Result<T, CodecError> {
///         let json: Vec<u8> = frame.iter().map(|byte| byte.wrapping_sub(self.0)).collect();
///         Json.decode(&json, depth)
///     }
/// }
///
/// let mut frame = Vec::new();
/// Rot(13).encode("hello", &mut frame)?;
/// assert_eq!(Rot(13).decode::<String>(&frame, 8)?, "hello");
/// # Ok::<(), CodecError>(())
/// ```
pub trait Codec: Send + Sync + 'static {
    /// What both sides call it: each tells the other, so that two that differ find out.
    fn name(&self) -> &str;

    /// How its messages are told apart in a stream.
    fn framing(&self) -> Framing {
        Framing::lengths()
    }

    /// Adds a value to `out`.
    ///
    /// # Errors
    /// The value cannot be written in this format. What was added to `out` until then is of no account.
    fn encode<T: Serialize + ?Sized>(&self, value: &T, out: &mut Vec<u8>)
    -> Result<(), CodecError>;

    /// Reads a value, which has to be all of the frame, and be nested no deeper than `depth`.
    ///
    /// # Errors
    /// The frame is something else, or nested too deep. It must not panic, nor make room for what a frame merely announces: frames
    /// come from whoever is at the other end.
    fn decode<T: DeserializeOwned>(&self, frame: &[u8], depth: usize) -> Result<T, CodecError>;
}

/// A value that cannot be written, or a frame that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodecError(Problem);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    Write(Box<str>),
    Read(Box<str>),
    TooDeep(usize),
}

impl CodecError {
    /// A value could not be written, for this reason.
    pub fn of_writing(reason: impl fmt::Display) -> Self {
        Self(Problem::Write(reason.to_string().into()))
    }

    /// A frame could not be read, for this reason.
    pub fn of_reading(reason: impl fmt::Display) -> Self {
        Self(Problem::Read(reason.to_string().into()))
    }

    /// A frame is nested deeper than this, which is what is allowed.
    #[must_use]
    pub const fn too_deep(depth: usize) -> Self {
        Self(Problem::TooDeep(depth))
    }

    /// Whether a frame was nested too deep.
    #[must_use]
    pub fn is_too_deep(&self) -> bool {
        matches!(self.0, Problem::TooDeep(_))
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Write(reason) => write!(f, "this cannot be written: {reason}"),
            Problem::Read(reason) => write!(f, "this cannot be read: {reason}"),
            Problem::TooDeep(depth) => write!(
                f,
                "this is nested deeper than {depth}, which is what is allowed; `Limits::depth` sets how deep"
            ),
        }
    }
}

impl std::error::Error for CodecError {}
