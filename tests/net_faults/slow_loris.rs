//! Many who begin to say something, and do not go on: they take up places, and not for long.

use std::time::Duration;

use fanfare::net::wire::Code;
use fanfare::net::{ConnectError, Limits};

use crate::kit::{ByHand, settled};
use crate::raw::{Spoken, door};

const SLOW: usize = 200;
const TIME: Duration = Duration::from_secs(5);

/// With one place more than they take; `hello` says whether hello is asked for.
fn slow_ones_are_let_go(beginning: &[u8], asks_for_hello: bool) {
    let by_hand = ByHand::new();
    let (door, way) = door();
    let limits = Limits::default().connections(SLOW + 1).handshake(TIME);
    let (server, dialer) = by_hand.server(&by_hand.router(), |builder| {
        let builder = builder.listen(door).limits(limits);
        if asks_for_hello {
            builder.require_hello()
        } else {
            builder
        }
    });
    let slow: Vec<_> = (0..SLOW)
        .map(|_| {
            let mut raw = way.enter(&by_hand, Spoken::Json);
            assert!(raw.write(beginning));
            raw
        })
        .collect();
    by_hand.run();
    assert_eq!(server.peers().len(), SLOW);
    let client = by_hand.client(dialer.clone());
    by_hand.now(settled(&client));
    // Now all places are taken.
    let error = by_hand
        .now(by_hand.builder(dialer.clone()).start())
        .unwrap_err();
    let Some(ConnectError::Refused(remote)) = error.connect_error() else {
        panic!("{error}");
    };
    assert_eq!(remote.code(), Some(Code::TooMany));
    by_hand.clock.advance(TIME - Duration::from_millis(1));
    by_hand.run();
    assert_eq!(server.peers().len(), SLOW + 1);
    by_hand.now(settled(&client));
    by_hand.clock.advance(Duration::from_millis(1));
    by_hand.run();
    assert_eq!(server.peers().len(), 1, "{}", beginning.escape_ascii());
    for mut raw in slow {
        assert!(raw.is_ended());
    }
    let more: Vec<_> = (0..SLOW).map(|_| by_hand.client(dialer.clone())).collect();
    assert_eq!(server.peers().len(), SLOW + 1);
    by_hand.now(settled(&client));
    drop(more);
}

#[test]
fn who_begins_and_does_not_go_on_is_let_go() {
    let hello = Spoken::Json.bytes(&Spoken::Json.hello(1));
    let packed = Spoken::Packed.bytes(&Spoken::Packed.hello(1));
    for beginning in [
        &b"{"[..],
        b"\x00",
        b"\x00\x00\x00\x40",
        &hello[..hello.len() / 2],
        &packed[..packed.len() - 1],
    ] {
        for asks_for_hello in [false, true] {
            slow_ones_are_let_go(beginning, asks_for_hello);
        }
    }
}

/// Where hello is asked for, one who says something else, or nothing at all, is no better.
#[test]
fn who_does_not_say_hello_is_let_go() {
    for beginning in [&b""[..], b"  \n", b"{\"id\":1,\"method\":\"get_version\"}"] {
        slow_ones_are_let_go(beginning, true);
    }
}

/// A byte now and then does not make it longer.
#[test]
fn who_goes_on_too_slowly_is_let_go() {
    for spoken in Spoken::BOTH {
        let by_hand = ByHand::new();
        let (door, way) = door();
        let limits = Limits::default().connections(SLOW).handshake(TIME);
        let (server, _dialer) = by_hand.server(&by_hand.router(), |builder| {
            builder.listen(door).limits(limits)
        });
        let mut slow: Vec<_> = (0..SLOW).map(|_| way.enter(&by_hand, spoken)).collect();
        let hello = spoken.bytes(&spoken.hello(1));
        for byte in &hello[..10] {
            for raw in &mut slow {
                assert!(raw.write(&[*byte]));
            }
            by_hand.run();
            assert_eq!(server.peers().len(), SLOW);
            by_hand.clock.advance(TIME / 10);
        }
        by_hand.run();
        assert_eq!(server.peers().len(), 0);
    }
}

#[cfg(feature = "tls")]
mod tls {
    use std::sync::Arc;

    use fanfare::net::{ClientRouter, ServerRouter, tls};
    use fanfare::router::Router;
    use fanfare::testing::ManualClock;
    use futures_lite::io::{AsyncReadExt, AsyncWriteExt};
    use smol::net::TcpStream;

    use super::{Limits, TIME, settled};
    use crate::authority::{ANY, Authority};
    use crate::kit::V;
    use crate::runtime::Runtime;

    /// Handshakes that never end.
    async fn who_does_not_end_the_handshake_is_let_go(on: Runtime) {
        const SLOW: usize = 20;
        let authority = Authority::new("ca");
        let listener = tls::bind(ANY, authority.credentials(|_| ())).await.unwrap();
        let address = listener.local_addr();
        let dialer = tls::dial(address.to_string(), authority.trust()).server_name("localhost");
        let clock = ManualClock::new();
        let limits = Limits::default().connections(SLOW + 1).handshake(TIME);
        let server = ServerRouter::builder(Router::<V>::new()).listen(listener);
        let server = server
            .limits(limits)
            .spawner(on.spawner())
            .timer(clock.clone());
        let server = server.start().await.unwrap();
        let mut slow = Vec::new();
        for _ in 0..SLOW {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"\x16\x03\x01\x02").await.unwrap();
            slow.push(stream);
        }
        // Each has its time from now on.
        clock.wait_for_sleepers(SLOW).await;
        let start = || {
            let builder = ClientRouter::<V>::builder().spawner(on.spawner());
            // However slow the machine is.
            let builder = builder.limits(Limits::default().handshake(12 * TIME));
            builder.connect(dialer.clone()).start()
        };
        let client = start().await.unwrap();
        settled(&client).await;
        assert_eq!(server.peers().len(), 1, "the others are not let in");
        let error = start().await.unwrap_err();
        assert!(
            error.to_string().contains("`Limits::connections`"),
            "{error}"
        );
        clock.advance(TIME);
        for stream in &mut slow {
            let mut rest = Vec::new();
            // It is hung up on, in whatever way.
            let _ = stream.read_to_end(&mut rest).await;
        }
        // Whoever is hung up on gives his place back just before or after.
        let mut more = Vec::new();
        while more.len() < SLOW {
            more.extend(start().await.ok());
        }
        settled(&client).await;
        drop((more, Arc::new(slow)));
    }

    on_each_runtime!(who_does_not_end_the_handshake_is_let_go);
}
