//! What can be wrong with the bytes of a stream.

use std::fmt;

/// Bytes that are no frames. The stream cannot be read any further: where the next frame begins is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameError {
    /// A frame is larger than allowed. The size is the one announced, or where none is, what has come of it.
    TooLarge {
        /// In bytes, at least.
        size: u64,
        /// The limit, in bytes.
        max: usize,
    },
    /// A frame without any bytes was announced.
    Empty,
    /// Something else than an object stands where one should begin.
    NoObject {
        /// The byte that was found.
        found: u8,
    },
    /// The stream ended within a frame.
    Truncated {
        /// How many bytes of it have come.
        got: usize,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { size, max } => write!(
                f,
                "a frame has {size} bytes or more, and at most {max} are allowed; `Limits::frame` sets how many"
            ),
            Self::Empty => f.write_str("a frame of no bytes was announced; each holds a message"),
            Self::NoObject { found } => write!(
                f,
                "{:?} stands where a message should begin; messages are JSON objects, which begin with '{{'",
                char::from(*found)
            ),
            Self::Truncated { got } => write!(
                f,
                "the stream ended within a frame, after {got} bytes of it"
            ),
        }
    }
}

impl std::error::Error for FrameError {}
