//! How messages are told apart in a stream of bytes.
//!
//! [`FrameDecoder`] knows nothing of sockets: bytes go in as they come, frames come out. It is what the carriers over streams
//! read with, and it is there for carriers of one's own.

mod decoder;
mod error;
mod objects;

pub use decoder::FrameDecoder;
pub use error::FrameError;
pub(crate) use objects::is_deeper_than;

/// The largest frame there can be, whatever a limit says: 16 MiB.
pub const MAX_FRAME: usize = 16 * 1024 * 1024;

/// The largest frame unless a limit says otherwise: 1 MiB.
pub(crate) const DEFAULT_FRAME: usize = 1024 * 1024;

/// How many bytes tell the length of a frame.
const PREFIX: usize = 4;

/// How frames are told apart in a stream, and how large they may be.
///
/// A codec says which it is ([`Codec::framing`](super::Codec::framing)), a link sets the size, and a [`Dialer`](super::Dialer) or
/// [`Listener`](super::Listener) is given both.
///
/// # Examples
/// ```
/// use fanfare::net::{FrameDecoder, Framing};
///
/// let mut stream = Vec::new();
/// let framing = Framing::objects();
/// framing.append(br#"{"a":1}"#, &mut stream);
/// framing.append(br#"{"b":2}"#, &mut stream);
///
/// let mut decoder = FrameDecoder::new(framing);
/// decoder.push(&stream);
/// assert_eq!(decoder.next_frame()?.as_deref(), Some(&br#"{"a":1}"#[..]));
/// assert_eq!(decoder.next_frame()?.as_deref(), Some(&br#"{"b":2}"#[..]));
/// assert_eq!(decoder.next_frame()?, None);
/// # Ok::<(), fanfare::net::FrameError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Framing {
    kind: Kind,
    max_frame: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Objects,
    Lengths,
    Detect,
}

impl Framing {
    /// JSON objects, one after the other. They are written a line each, and read however they come: with white space between
    /// them, with none, or with line breaks inside. A frame is one object.
    #[must_use]
    pub const fn objects() -> Self {
        Self::of(Kind::Objects)
    }

    /// Frames of any bytes, each after its length in four bytes, the highest first.
    #[must_use]
    pub const fn lengths() -> Self {
        Self::of(Kind::Lengths)
    }

    /// Whichever of the two the other side uses, known by the first byte that comes: no length that is allowed begins as an
    /// object does. What is written before anything has come is written as objects.
    #[must_use]
    pub const fn detect() -> Self {
        Self::of(Kind::Detect)
    }

    const fn of(kind: Kind) -> Self {
        Self {
            kind,
            max_frame: DEFAULT_FRAME,
        }
    }

    /// The largest frame, in bytes: 1 MiB otherwise, and never more than [`MAX_FRAME`]. A larger one is an error before any room
    /// is made for it.
    #[must_use]
    pub const fn with_max_frame(mut self, bytes: usize) -> Self {
        self.max_frame = if bytes < MAX_FRAME { bytes } else { MAX_FRAME };
        self
    }

    /// The largest frame, in bytes.
    #[must_use]
    pub const fn max_frame(&self) -> usize {
        self.max_frame
    }

    /// Whether it is still to be found out which of the two it is.
    #[must_use]
    pub const fn is_detecting(&self) -> bool {
        matches!(self.kind, Kind::Detect)
    }

    /// Adds a frame to what is to be written.
    ///
    /// # Panics
    /// If the frame is larger than [`MAX_FRAME`] and lengths are written.
    pub fn append(&self, frame: &[u8], out: &mut Vec<u8>) {
        match self.kind {
            Kind::Objects | Kind::Detect => {
                out.reserve(frame.len() + 1);
                out.extend_from_slice(frame);
                out.push(b'\n');
            }
            Kind::Lengths => {
                assert!(frame.len() <= MAX_FRAME, "no frame is larger than 16 MiB");
                out.reserve(PREFIX + frame.len());
                out.extend_from_slice(&(frame.len() as u32).to_be_bytes());
                out.extend_from_slice(frame);
            }
        }
    }

    /// Which of the two a stream is that begins with this byte.
    fn settled_by(self, first: u8) -> Self {
        // A length starts with 0 or 1, since it is at most 16 MiB.
        let kind = if first <= 1 {
            Kind::Lengths
        } else {
            Kind::Objects
        };
        Self { kind, ..self }
    }
}
