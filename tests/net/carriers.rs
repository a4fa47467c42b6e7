//! What every carrier does: frames in order both ways, bounded, ended on both sides, and nothing lost by who gives up waiting.

use std::task::Poll;

use fanfare::ThreadTimer;
use fanfare::net::{
    Carrier, Dialer, FrameError, Framing, Limits, Listener, StreamCarrier, local, tcp,
};
use futures_lite::future::{yield_now, zip};
use futures_lite::io::AsyncWriteExt;
use smol::net::TcpStream;

use crate::common::poll;
use crate::runtime::Runtime;

pub(crate) type Both = (Box<dyn Carrier>, Box<dyn Carrier>);

/// Two carriers over TCP, both as the library makes them.
async fn over_tcp(framing: Framing) -> Both {
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let dialer = tcp::dial(listener.address());
    made(&listener, &dialer, framing).await
}

/// By a listener and a dialer.
pub(crate) async fn made(listener: &impl Listener, dialer: &impl Dialer, framing: Framing) -> Both {
    let accepted = async {
        let handshake = listener.accept(framing).await.unwrap();
        handshake
            .complete(&Limits::default(), &ThreadTimer)
            .await
            .unwrap()
    };
    let (one, two) = zip(dialer.dial(framing), accepted).await;
    (Box::new(one.unwrap()), Box::new(two))
}

fn frame(n: usize) -> Vec<u8> {
    format!("{{\"n\":{n},\"x\":\"{}\"}}", "x".repeat(n % 300)).into_bytes()
}

/// Both ways at once.
pub(crate) async fn frames_keep_their_order(both: &Both) {
    const COUNT: usize = 2_000;
    async fn send(carrier: &dyn Carrier) {
        for n in 0..COUNT {
            carrier.send(frame(n)).await.unwrap();
            if n % 7 == 0 {
                carrier.flush().await.unwrap();
            }
        }
        carrier.flush().await.unwrap();
    }
    async fn receive(carrier: &dyn Carrier) {
        for n in 0..COUNT {
            assert_eq!(carrier.recv().await.unwrap(), frame(n));
        }
    }
    let (one, two) = (&*both.0, &*both.1);
    zip(zip(send(one), receive(two)), zip(send(two), receive(one))).await;
}

/// Who closes gets nothing more, and the other side hears of it after what was sent before.
pub(crate) async fn an_end_is_one_on_both_sides((one, two): Both) {
    // Not flushed: closing does that.
    one.send(frame(1)).await.unwrap();
    let waits = two.recv();
    one.close().await;
    assert!(one.recv().await.unwrap_err().is_closed());
    assert!(one.send(frame(2)).await.unwrap_err().is_closed());
    assert_eq!(waits.await.unwrap(), frame(1));
    assert!(two.recv().await.unwrap_err().is_ended());
    one.close().await;
}

/// A receive that is dropped again and again loses nothing.
async fn giving_up_loses_nothing((one, two): Both) {
    let sends = async {
        for n in 0..200 {
            one.send(frame(n)).await.unwrap();
            one.flush().await.unwrap();
            yield_now().await;
        }
    };
    let receives = async {
        let mut next = 0;
        while next < 200 {
            let mut waits = two.recv();
            match poll(&mut waits) {
                Poll::Ready(received) => {
                    assert_eq!(received.unwrap(), frame(next));
                    next += 1;
                }
                Poll::Pending => {
                    drop(waits);
                    yield_now().await;
                }
            }
        }
    };
    zip(sends, receives).await;
}

async fn tcp_carries_frames(_: Runtime) {
    for framing in [Framing::objects(), Framing::lengths()] {
        frames_keep_their_order(&over_tcp(framing).await).await;
        an_end_is_one_on_both_sides(over_tcp(framing).await).await;
        giving_up_loses_nothing(over_tcp(framing).await).await;
    }
}

async fn the_process_carries_frames(_: Runtime) {
    let pair = || -> Both {
        let (one, two) = local::pair();
        (Box::new(one), Box::new(two))
    };
    frames_keep_their_order(&pair()).await;
    an_end_is_one_on_both_sides(pair()).await;
    giving_up_loses_nothing(pair()).await;
}

/// One side finds out what the other speaks, and speaks it, too.
async fn framing_is_found_out(_: Runtime) {
    for framing in [Framing::objects(), Framing::lengths()] {
        let listener = tcp::bind("127.0.0.1:0").await.unwrap();
        let accepted = async {
            let handshake = listener.accept(Framing::detect()).await.unwrap();
            handshake
                .complete(&Limits::default(), &ThreadTimer)
                .await
                .unwrap()
        };
        let (one, two) = zip(tcp::dial(listener.address()).dial(framing), accepted).await;
        let (one, two) = (one.unwrap(), two);
        // By the first that comes.
        one.send(frame(0)).await.unwrap();
        one.flush().await.unwrap();
        assert_eq!(two.recv().await.unwrap(), frame(0));
        frames_keep_their_order(&(Box::new(two), Box::new(one))).await;
    }
}

async fn frames_have_a_limit(_: Runtime) {
    let framing = Framing::lengths().with_max_frame(100);
    let (one, two) = over_tcp(framing).await;
    assert_eq!(one.info().max_frame(), 100);
    let error = one.send(vec![1; 101]).await.unwrap_err();
    assert_eq!(
        error.frame_error(),
        Some(FrameError::TooLarge {
            size: 101,
            max: 100
        })
    );
    one.send(vec![1; 100]).await.unwrap();
    one.flush().await.unwrap();
    assert_eq!(two.recv().await.unwrap(), vec![1; 100]);
    let progress = two.progress();
    assert_eq!(
        (progress.read, progress.partial, one.progress().written),
        (104, 0, 104)
    );
}

/// A reader that never reads holds up who writes, and closing helps out of it.
async fn a_full_socket_holds_up_who_writes(_: Runtime) {
    let (one, _two) = over_tcp(Framing::lengths()).await;
    let sends = async {
        loop {
            if let Err(error) = one.send(vec![1; 1 << 20]).await {
                return error;
            }
        }
    };
    let closes = async {
        // Until nothing moves any more: what the system takes has an end.
        let (mut before, mut same) = (0, 0);
        while same < 1_000 {
            yield_now().await;
            let now = one.progress().written;
            same = if now == before { same + 1 } else { 0 };
            before = now;
        }
        let mut closing = one.close();
        for _ in 0..10 {
            assert!(poll(&mut closing).is_pending(), "it cannot be written");
            yield_now().await;
        }
    };
    let (error, ()) = zip(sends, closes).await;
    assert!(error.is_closed(), "{error}");
}

/// What is cut off in the middle of a frame is told from an end.
async fn a_connection_that_breaks_is_told_from_an_end(_: Runtime) {
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let mut raw = TcpStream::connect(listener.local_addr()).await.unwrap();
    let handshake = listener.accept(Framing::objects()).await.unwrap();
    let carrier = handshake
        .complete(&Limits::default(), &ThreadTimer)
        .await
        .unwrap();
    raw.write_all(b"{}{\"a\"").await.unwrap();
    assert_eq!(carrier.recv().await.unwrap(), b"{}");
    drop(raw);
    let error = carrier.recv().await.unwrap_err();
    assert_eq!(
        error.frame_error(),
        Some(FrameError::Truncated { got: 4 }),
        "{error}"
    );
    // Over and over.
    assert!(carrier.recv().await.is_err());
}

on_each_runtime!(
    tcp_carries_frames,
    the_process_carries_frames,
    framing_is_found_out,
    frames_have_a_limit,
    a_full_socket_holds_up_who_writes,
    a_connection_that_breaks_is_told_from_an_end,
);

#[test]
fn what_is_shown_of_a_carrier_says_whose_it_is() {
    let stream = futures_lite::io::Cursor::new(Vec::new());
    let carrier = StreamCarrier::new(stream, Framing::objects(), "/dev/ttyS0");
    assert!(format!("{carrier:?}").contains("/dev/ttyS0"));
    assert_eq!(carrier.info().peer(), "/dev/ttyS0");
}
