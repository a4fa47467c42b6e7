//! Every beginning of every message, and then the end of the stream: of peers, and of servers.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use fanfare::net::{CarrierError, FrameDecoder, Framing, Json, MessagePack, Status, StreamCarrier};
use fanfare::{BoxFuture, Spawner};
use futures_lite::io::{AsyncReadExt, AsyncWriteExt};
use tokio::io::DuplexStream;
use tokio_util::compat::TokioAsyncReadCompatExt;

use crate::common::Log;
use crate::forsaken::{Life, in_time, lives};
use crate::kit::ByHand;
use crate::played::replies;
use crate::raw::Spoken;
use crate::scene::{Scene, Step, steps};

#[test]
fn nothing_is_left_of_a_peer_that_ends_within_a_message() {
    for spoken in Spoken::BOTH {
        let all = steps(spoken);
        // One server for all of them: each finds its name and its seat free again.
        let scene = Scene::new(3);
        for (last, step) in all.iter().enumerate() {
            let Step::Says(message) = step else {
                continue;
            };
            let bytes = spoken.bytes(message);
            // What ends an object is its last byte but one: a line break follows.
            let whole = bytes.len() - usize::from(spoken == Spoken::Json);
            for length in 1..whole {
                let mut raw = scene.enter(spoken);
                for step in &all[..last] {
                    scene.play(&mut raw, step);
                }
                assert!(raw.write(&bytes[..length]));
                if length % 2 == 0 {
                    raw.got();
                    assert!(!raw.is_ended(), "more may come");
                }
                drop(raw);
                let when = format!("{spoken:?}, {length} bytes of message {last}");
                scene.has_nothing_left(&when);
            }
        }
    }
}

/// The same in two pieces, of which the other follows: it is as if it had come at once.
#[test]
fn a_message_in_pieces_is_one() {
    for spoken in Spoken::BOTH {
        let scene = Scene::new(4);
        let hello = spoken.bytes(&spoken.hello(1));
        for length in 1..hello.len() {
            let mut raw = scene.enter(spoken);
            assert!(raw.write(&hello[..length]));
            scene.by_hand.run();
            assert!(raw.write(&hello[length..]));
            let welcome = raw.got();
            assert_eq!(welcome.len(), 1, "{length}");
            assert_eq!(welcome[0]["status"], 0, "{length}");
            drop(raw);
            scene.by_hand.run();
        }
        scene.has_nothing_left("after all of them");
    }
}

/// Says so many bytes, and then it is gone; gives how many it had to say, and how many events it has read.
#[derive(Clone)]
struct Shortened {
    spoken: Spoken,
    bytes: usize,
    said: Arc<AtomicUsize>,
    events: Log<()>,
}

impl Shortened {
    async fn serve(self, stream: DuplexStream) {
        let mut stream = stream.compat();
        let mut decoder = FrameDecoder::new(self.spoken.framing());
        let mut room = vec![0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut room).await {
            decoder.push(&room[..count]);
            while let Some(frame) = decoder.next_frame().expect("frames") {
                let message = self.spoken.read(&frame);
                if message["method"] == "signal" {
                    self.events.push(());
                }
                for reply in replies(&message) {
                    let bytes = self.spoken.bytes(&reply);
                    let left = self.bytes - self.said.load(Ordering::Relaxed);
                    let bytes = &bytes[..bytes.len().min(left)];
                    self.said.fetch_add(bytes.len(), Ordering::Relaxed);
                    let is_read = stream.write_all(bytes).await.is_ok();
                    if !is_read || bytes.len() == left {
                        return;
                    }
                }
            }
        }
    }
}

/// The life of a client whose server says so many bytes.
fn lived(spoken: Spoken, bytes: usize) -> (Life, Shortened, Vec<Status>) {
    let by_hand = ByHand::new();
    let server = Shortened {
        spoken,
        bytes,
        said: Arc::default(),
        events: Log::new(),
    };
    // There is one connection, and no other.
    let first = Mutex::new(Some(server.clone()));
    let executor = by_hand.executor.clone();
    let dialer =
        move |framing: Framing| -> BoxFuture<'static, Result<StreamCarrier, CarrierError>> {
            let server = first.lock().unwrap_or_else(PoisonError::into_inner).take();
            let Some(server) = server else {
                return Box::pin(async { Err(CarrierError::ended()) });
            };
            let (here, there) = tokio::io::duplex(64 * 1024);
            executor.spawn(Box::pin(server.serve(there)));
            let carrier = StreamCarrier::new(here.compat(), framing, "a stream");
            Box::pin(async { Ok(carrier) })
        };
    let client = by_hand.builder(dialer);
    let client = match spoken {
        Spoken::Json => client.codec(Json),
        Spoken::Packed => client.codec(MessagePack),
    };
    let told = Log::new();
    let life = in_time(&by_hand, lives(client, told.clone(), false));
    let mut life = life.unwrap_or_else(|| panic!("{spoken:?}, {bytes} bytes: it does not end"));
    let told = told.take();
    life.add_doubts(&told);
    (life, server, told)
}

#[test]
fn a_client_whose_server_ends_within_a_message_is_told() {
    for spoken in Spoken::BOTH {
        let (life, server, _) = lived(spoken, 1_000_000);
        assert!(life.began && life.errors.is_empty(), "{life:?}");
        assert_eq!((life.accepted, server.events.len()), (5, 5));
        let all = server.said.load(Ordering::Relaxed);
        for bytes in 1..all {
            let (life, server, told) = lived(spoken, bytes);
            let when = format!("{spoken:?}, {bytes} of {all} bytes: {life:?}, {told:?}");
            // Of the very last object, all but the line break is all there is to know.
            assert!(bytes == all - 1 || !life.errors.is_empty(), "{when}");
            let arrived = server.events.len() as u64;
            assert!(life.accepted <= arrived + life.doubtful, "{when}");
            assert!(
                !life.began || matches!(told.last(), Some(Status::Closed)),
                "{when}"
            );
        }
    }
}
