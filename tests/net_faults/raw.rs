//! Peers that speak bytes: messages written by hand, in either codec, over a stream that ends where a test says.

use fanfare::BoxFuture;
use fanfare::net::{
    CarrierError, Codec, FrameDecoder, Framing, Handshake, Json, Listener, MessagePack,
    StreamCarrier,
};
use futures_lite::io::{AsyncReadExt, AsyncWriteExt};
use serde_json::{Value, json};
use smol::channel::{Receiver, Sender, unbounded};
use tokio::io::DuplexStream;
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};

use crate::kit::ByHand;

/// How many bytes wait in a stream each way.
const ROOM: usize = 64 * 1024;

/// One of the two codecs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spoken {
    Json,
    Packed,
}

impl Spoken {
    pub(crate) const BOTH: [Self; 2] = [Self::Json, Self::Packed];

    fn name(self) -> &'static str {
        match self {
            Self::Json => Json.name(),
            Self::Packed => MessagePack.name(),
        }
    }

    pub(crate) fn framing(self) -> Framing {
        match self {
            Self::Json => Framing::objects(),
            Self::Packed => Framing::lengths(),
        }
    }

    /// A message as it stands in a stream.
    pub(crate) fn bytes(self, message: &Value) -> Vec<u8> {
        let mut frame = Vec::new();
        let written = match self {
            Self::Json => Json.encode(message, &mut frame),
            Self::Packed => MessagePack.encode(message, &mut frame),
        };
        written.expect("a message");
        let mut bytes = Vec::new();
        self.framing().append(&frame, &mut bytes);
        bytes
    }

    pub(crate) fn read(self, frame: &[u8]) -> Value {
        let read = match self {
            Self::Json => Json.decode(frame, 64),
            Self::Packed => MessagePack.decode(frame, 64),
        };
        read.expect("a message")
    }

    pub(crate) fn hello(self, id: u64) -> Value {
        json!({"id": id, "method": "hello", "params": {"protocol": 1, "codec": self.name()}})
    }
}

/// Where streams come in.
pub(crate) struct Door(Receiver<DuplexStream>);

/// The way to it. Clones lead to the same.
#[derive(Clone)]
pub(crate) struct Way(Sender<DuplexStream>);

pub(crate) fn door() -> (Door, Way) {
    let (sender, receiver) = unbounded();
    (Door(receiver), Way(sender))
}

impl Listener for Door {
    fn accept(&self, framing: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        Box::pin(async move {
            let stream = self.0.recv().await.map_err(|_| CarrierError::closed())?;
            let carrier = StreamCarrier::new(stream.compat(), framing, "a stream");
            Ok(Handshake::new("a stream", async move { Ok(carrier) }))
        })
    }

    fn address(&self) -> String {
        "streams".into()
    }
}

impl Way {
    pub(crate) fn enter<'a>(&self, by_hand: &'a ByHand, spoken: Spoken) -> Raw<'a> {
        let (here, there) = tokio::io::duplex(ROOM);
        self.0.try_send(there).expect("somebody listens");
        Raw {
            by_hand,
            stream: here.compat(),
            spoken,
            decoder: FrameDecoder::new(spoken.framing()),
            is_ended: false,
        }
    }
}

/// A peer that sends and gets what the test says. Dropped, it is gone without a word.
pub(crate) struct Raw<'a> {
    by_hand: &'a ByHand,
    stream: Compat<DuplexStream>,
    pub(crate) spoken: Spoken,
    decoder: FrameDecoder,
    is_ended: bool,
}

impl Raw<'_> {
    /// As many of these bytes as the stream takes; nobody reads them yet.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> bool {
        let written = self.by_hand.until(self.stream.write_all(bytes));
        matches!(written, Some(Ok(())))
    }

    /// The message alone: nobody has read it yet, unless he was quick.
    pub(crate) fn send(&mut self, message: &Value) -> bool {
        let bytes = self.spoken.bytes(message);
        self.write(&bytes)
    }

    /// The message, and what comes of it.
    pub(crate) fn say(&mut self, message: &Value) -> Vec<Value> {
        self.send(message);
        self.got()
    }

    pub(crate) fn hello(&mut self) {
        let welcome = self.say(&self.spoken.hello(0));
        assert_eq!(welcome.len(), 1, "{welcome:?}");
        assert_eq!(welcome[0]["status"], 0, "{welcome:?}");
    }

    /// All that has come.
    pub(crate) fn got(&mut self) -> Vec<Value> {
        let mut all = Vec::new();
        let mut bytes = vec![0; 4096];
        self.by_hand.run();
        while let Some(read) = self.by_hand.until(self.stream.read(&mut bytes)) {
            match read {
                Ok(count) if count > 0 => self.decoder.push(&bytes[..count]),
                _ => {
                    self.is_ended = true;
                    break;
                }
            }
            while let Some(frame) = self.decoder.next_frame().expect("frames") {
                all.push(self.spoken.read(&frame));
            }
        }
        all
    }

    /// Whether the other side has hung up.
    pub(crate) fn is_ended(&mut self) -> bool {
        self.got();
        self.is_ended
    }

    /// Says nothing more, and still reads.
    pub(crate) fn end_writing(&mut self) {
        let closed = self.by_hand.until(self.stream.close());
        closed.expect("it does not wait").expect("it is open");
    }
}
