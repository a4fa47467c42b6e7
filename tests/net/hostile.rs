//! Peers that send what they should not: each is disconnected, with the reason, and nothing else happens.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::{CloseReason, FrameError, Limits, Link, Listener, local, tcp};
use futures_lite::io::{AsyncReadExt, AsyncWriteExt};
use proptest::collection::vec;
use proptest::prelude::*;
use smol::net::TcpStream;

use crate::kit::{ByHand, Peer, V, request, value};
use crate::runtime::Runtime;

/// A server, and a socket that is connected to it.
async fn attacked(on: &Runtime, limits: Limits) -> (TcpStream, Link<V>) {
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let stream = TcpStream::connect(listener.local_addr()).await.unwrap();
    let builder = Peer::new().on(on).limits(limits);
    let handshake = listener.accept(builder.accept_framing()).await.unwrap();
    (stream, builder.complete(handshake).await.unwrap())
}

/// The reason for which it is disconnected who sends this.
async fn end_of(on: &Runtime, limits: Limits, bytes: &[u8]) -> CloseReason {
    let (mut stream, link) = attacked(on, limits).await;
    // It may be disconnected before it is done.
    let _ = stream.write_all(bytes).await;
    let reason = link.closed().await;
    // And it notices.
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    reason
}

fn frame_error(reason: &CloseReason) -> Option<FrameError> {
    match reason {
        CloseReason::Lost(error) => error.frame_error(),
        _ => None,
    }
}

async fn what_is_no_frame_ends_the_link(on: Runtime) {
    let max = 1024;
    let limits = || Limits::default().frame(max);
    for (bytes, expected) in [
        (
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            FrameError::NoObject { found: b'G' },
        ),
        (
            b"\x16\x03\x01\x02\x00",
            FrameError::NoObject { found: 0x16 },
        ),
        (b"[1,2]", FrameError::NoObject { found: b'[' }),
        (b"\x00\x00\x00\x00", FrameError::Empty),
        (
            b"\x00\x00\x04\x01",
            FrameError::TooLarge { size: 1025, max },
        ),
        (
            b"\x01\xff\xff\xff",
            FrameError::TooLarge {
                size: 0x01ff_ffff,
                max,
            },
        ),
    ] {
        let reason = end_of(&on, limits(), bytes).await;
        assert_eq!(frame_error(&reason), Some(expected), "{reason}");
        assert!(!reason.is_orderly());
    }
    // Once it is known that lengths are used.
    let mut stream = b"\x00\x00\x00\x01\x80".to_vec();
    stream.extend([0xff; 4]);
    let reason = end_of(&on, limits(), &stream).await;
    let size = u64::from(u32::MAX);
    assert_eq!(
        frame_error(&reason),
        Some(FrameError::TooLarge { size, max }),
        "{reason}"
    );
    // Without an end.
    let endless = "{\"a\":\"".to_owned() + &"x".repeat(100_000);
    let reason = end_of(&on, limits(), endless.as_bytes()).await;
    assert!(
        matches!(frame_error(&reason), Some(FrameError::TooLarge { .. })),
        "{reason}"
    );
}

async fn what_is_no_message_ends_the_link(on: Runtime) {
    let deep = format!(
        r#"{{"method":"get_version","x":{}1{}}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let mut deep_packed = vec![0, 0, 0x27, 0x10];
    deep_packed.extend(vec![0x91; 10_000]);
    for bytes in [
        &b"{foo}"[..],
        b"{\"id\":1,\"method\":\"get_version\"]",
        b"{\"a\":\"\xff\xfe\"}",
        b"{\"id\":\"\\ud800\"}",
        b"{\"id\":1e999}",
        b"{\"status\":\"fine\"}",
        deep.as_bytes(),
        b"\x00\x00\x00\x01\xc1",
        b"\x00\x00\x00\x05\xdf\xff\xff\xff\xff",
        b"\x00\x00\x00\x03\x81\xa1\xff",
        b"\x00\x00\x00\x02\x80\x80",
        &deep_packed,
    ] {
        let reason = end_of(&on, Limits::default(), bytes).await;
        assert!(
            matches!(reason, CloseReason::Malformed(_)),
            "{}: {reason}",
            bytes.escape_ascii()
        );
    }
}

async fn what_is_cut_short_ends_the_link(on: Runtime) {
    for bytes in [
        &b"{\"id\":1,\"meth"[..],
        b"{",
        b"\x00",
        b"\x00\x00\x00\x09{\"id\"",
    ] {
        let (mut stream, link) = attacked(&on, Limits::default()).await;
        stream.write_all(bytes).await.unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let reason = link.closed().await;
        let got = bytes.len();
        assert_eq!(
            frame_error(&reason),
            Some(FrameError::Truncated { got }),
            "{reason}"
        );
    }
}

on_each_runtime!(
    what_is_no_frame_ends_the_link,
    what_is_no_message_ends_the_link,
    what_is_cut_short_ends_the_link,
);

/// One who begins, and takes his time: a byte a second, or none.
#[test]
fn the_first_message_has_to_end_in_time() {
    smol::block_on(async {
        let by_hand = ByHand::new();
        let listener = tcp::bind("127.0.0.1:0").await.unwrap();
        let mut stream = TcpStream::connect(listener.local_addr()).await.unwrap();
        let builder = by_hand.builder(&Peer::new());
        let handshake = listener.accept(builder.accept_framing()).await.unwrap();
        let link = by_hand.until(builder.complete(handshake)).unwrap().unwrap();
        // Who has said nothing yet has all the time there is.
        by_hand.run();
        by_hand.clock.advance(Duration::from_secs(1_000));
        by_hand.run();
        assert!(link.close_reason().is_none());
        for _ in 0..5 {
            stream.write_all(b"{").await.unwrap();
            // From the first byte on somebody sleeps until the time is up. The reactor wakes who reads it, which may take its while.
            while by_hand.clock.sleepers() == 0 {
                by_hand.run();
                futures_lite::future::yield_now().await;
            }
            assert!(link.close_reason().is_none());
            by_hand.clock.advance(Duration::from_secs(1));
            by_hand.run();
        }
        assert!(
            matches!(link.close_reason(), Some(CloseReason::TooSlow(_))),
            "{link:?}"
        );
    });
}

#[test]
fn nobody_else_is_touched() {
    let by_hand = ByHand::new();
    let server = Peer::new();
    let (bad, bad_link) = by_hand.server(&server, &Limits::default());
    let (here, there) = local::pair();
    let good = by_hand.builder(&server).accept(there);
    let client = by_hand
        .until(by_hand.builder(&Peer::new()).connect(here))
        .unwrap()
        .unwrap();
    bad.send("{bad}");
    assert!(bad_link.close_reason().is_some());
    let reply = by_hand.until(client.request(request("echo", 1)).into_future());
    assert_eq!(value(reply.unwrap()), V::from(1));
    assert!(good.close_reason().is_none());
}

/// Any bytes at all, in any pieces, to a server: it replies or hangs up, and does not hang.
#[test]
fn any_bytes_do_no_harm() {
    let runner = |bytes: Vec<u8>, piece: usize| {
        let by_hand = ByHand::new();
        let (raw, link) = by_hand.server(&Peer::new(), &Limits::default());
        for frame in bytes.chunks(piece) {
            raw.send(&String::from_utf8_lossy(frame));
        }
        raw.got();
        by_hand.clock.advance(Duration::from_secs(60));
        by_hand.run();
        drop(raw);
        by_hand.run();
        assert!(link.close_reason().is_some());
    };
    proptest!(crate::kit::cases(), |(bytes in vec(any::<u8>(), 1..200), piece in 1usize..50)| runner(bytes, piece));
    proptest!(crate::kit::cases(), |(text in r#"(\{("(id|method|params|status)":("x"|1|\{\}|null),?){0,4}\}){1,4}"#, piece in 1usize..50)| {
        runner(text.into_bytes(), piece);
    });
}
