//! Floor 4: the network.

mod codec;
mod frame;
pub mod wire;

pub use codec::{Bytes, Codec, CodecError, Json, MAX_DEPTH, MessagePack};
pub use frame::{FrameDecoder, FrameError, Framing, MAX_FRAME};
