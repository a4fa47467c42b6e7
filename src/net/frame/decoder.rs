//! Bytes in, frames out.

use std::fmt;

use super::objects::Objects;
use super::{FrameError, Framing, Kind, PREFIX};

/// The least room that is read into, and the most that is kept while nothing needs more.
const LEAST: usize = 4 * 1024;
const USUAL: usize = 64 * 1024;

/// Takes the bytes of a stream as they come, and gives the frames in it.
///
/// What it holds is bounded: by the largest frame, and what was read together with it. A frame that is announced too large
/// is an error at once, and one that is allowed gets its room as its bytes come.
pub struct FrameDecoder {
    framing: Framing,
    /// What has come and was not given yet is `bytes[begin..end]`.
    bytes: Vec<u8>,
    begin: usize,
    end: usize,
    /// Of objects: how far what has come was looked at, and what was found there.
    looked: usize,
    object: Objects,
    /// Once there is an error, there is nothing else.
    failed: Option<FrameError>,
}

impl FrameDecoder {
    /// One for a stream from its beginning.
    #[must_use]
    pub fn new(framing: Framing) -> Self {
        Self {
            framing,
            bytes: Vec::new(),
            begin: 0,
            end: 0,
            looked: 0,
            object: Objects::default(),
            failed: None,
        }
    }

    /// How the stream is framed, as far as is known by now.
    #[must_use]
    pub fn framing(&self) -> Framing {
        self.framing
    }

    /// Takes bytes that have come.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let space = self.space();
            let taken = space.len().min(bytes.len());
            space[..taken].copy_from_slice(&bytes[..taken]);
            self.filled(taken);
            bytes = &bytes[taken..];
        }
    }

    /// Where the next bytes can be read to: never empty. Say with [`filled`](Self::filled) how many there are.
    pub fn space(&mut self) -> &mut [u8] {
        if self.end == self.bytes.len() {
            self.make_room();
        }
        &mut self.bytes[self.end..]
    }

    /// That so many bytes have been read into [`space`](Self::space).
    ///
    /// # Panics
    /// If that is more than there was room for.
    pub fn filled(&mut self, count: usize) {
        assert!(
            count <= self.bytes.len() - self.end,
            "more than there was room for"
        );
        self.end += count;
    }

    /// The next frame, if all of it has come.
    ///
    /// # Errors
    /// What has come is no frame, or too large a one. From then on there is nothing but this error.
    pub fn next_frame(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let found = self.find();
        self.failed = found.as_ref().err().copied();
        let Some((from, to)) = found? else {
            return Ok(None);
        };
        let frame = self.bytes[from..to].to_vec();
        self.begin = to;
        self.looked = to;
        if self.begin == self.end {
            self.start_over();
        }
        Ok(Some(frame))
    }

    /// How many bytes have come of a frame that is not complete yet. White space between objects is not counted.
    #[must_use]
    pub fn partial(&self) -> usize {
        self.end - self.begin
    }

    /// That the stream has ended.
    ///
    /// # Errors
    /// It ended within a frame.
    pub fn finish(&self) -> Result<(), FrameError> {
        match (self.failed, self.partial()) {
            (Some(error), _) => Err(error),
            (None, 0) => Ok(()),
            (None, got) => Err(FrameError::Truncated { got }),
        }
    }

    /// Where the next frame is, without what tells it apart.
    fn find(&mut self) -> Result<Option<(usize, usize)>, FrameError> {
        if self.framing.is_detecting() {
            let Some(&first) = self.bytes[self.begin..self.end].first() else {
                return Ok(None);
            };
            self.framing = self.framing.settled_by(first);
        }
        match self.framing.kind {
            Kind::Lengths => self.find_by_length(),
            Kind::Objects | Kind::Detect => self.find_object(),
        }
    }

    fn find_by_length(&self) -> Result<Option<(usize, usize)>, FrameError> {
        let come = &self.bytes[self.begin..self.end];
        let Some((prefix, rest)) = come.split_first_chunk::<PREFIX>() else {
            return Ok(None);
        };
        let size = u32::from_be_bytes(*prefix);
        let max = self.framing.max_frame();
        match usize::try_from(size) {
            Ok(0) => Err(FrameError::Empty),
            Ok(length) if length <= max => {
                let from = self.begin + PREFIX;
                Ok((rest.len() >= length).then_some((from, from + length)))
            }
            _ => Err(FrameError::TooLarge {
                size: u64::from(size),
                max,
            }),
        }
    }

    fn find_object(&mut self) -> Result<Option<(usize, usize)>, FrameError> {
        if self.looked == self.begin {
            let come = &self.bytes[self.begin..self.end];
            let blank = come.iter().take_while(|byte| is_blank(**byte)).count();
            self.begin += blank;
            self.looked = self.begin;
            match self.bytes[self.begin..self.end].first() {
                None => {
                    self.start_over();
                    return Ok(None);
                }
                Some(b'{') => self.object = Objects::default(),
                Some(&found) => return Err(FrameError::NoObject { found }),
            }
        }
        let ended = self.object.end(&self.bytes[self.looked..self.end]);
        let to = ended.map_or(self.end, |length| self.looked + length);
        self.looked = to;
        let (size, max) = (to - self.begin, self.framing.max_frame());
        if size > max {
            let size = size as u64;
            return Err(FrameError::TooLarge { size, max });
        }
        Ok(ended.map(|_| (self.begin, to)))
    }

    /// Nothing that has come is left: the next bytes go to the front.
    fn start_over(&mut self) {
        self.begin = 0;
        self.end = 0;
        self.looked = 0;
        if self.bytes.len() > USUAL {
            self.bytes = Vec::new();
        }
    }

    fn make_room(&mut self) {
        if self.begin > 0 {
            self.bytes.copy_within(self.begin..self.end, 0);
            self.end -= self.begin;
            self.looked -= self.begin;
            self.begin = 0;
        }
        // At most doubled, whatever was announced: room is made for what comes, and not for what is said to. What has filled
        // all of it once is likely to do so again.
        if self.bytes.len() < USUAL || self.end * 2 > self.bytes.len() {
            self.bytes.resize((self.bytes.len() * 2).max(LEAST), 0);
        }
    }
}

/// What may stand between objects.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

impl fmt::Debug for FrameDecoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FrameDecoder")
            .field("framing", &self.framing)
            .field("partial", &self.partial())
            .finish_non_exhaustive()
    }
}
