//! Floor 4: the network.

mod carrier;
mod codec;
mod frame;
mod limits;
mod link;
pub mod wire;
mod within;

#[cfg(feature = "tls")]
#[cfg_attr(docsrs, doc(cfg(feature = "tls")))]
pub use carrier::tls;
#[cfg(unix)]
pub use carrier::unix;
pub use carrier::{
    Acceptor, Carrier, CarrierError, Dialer, Handshake, Identity, Listener, PeerInfo, Progress,
    Redialer, StreamCarrier, local, tcp,
};

pub use codec::{Bytes, Codec, CodecError, Json, MAX_DEPTH, MessagePack};
pub use frame::{FrameDecoder, FrameError, Framing, MAX_FRAME};
pub use limits::{Limits, WhenFull};
pub use link::{
    Answer, CloseReason, ConnectError, Handler, Link, LinkBuilder, LinkRequest, LinkStats,
    RequestError, SendError, Unsendable,
};
