//! Accepting: transient failures, several listeners, and who may be listened for.

use std::future::ready;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::BoxFuture;
use fanfare::net::{
    Acceptor, Carrier, CarrierError, Dialer, Framing, Handshake, Limits, Listener, local, tcp,
};
use fanfare::testing::{ManualClock, SeededExecutor};

use crate::kit::{Peer, linked};
use crate::runtime::Runtime;

/// A listener that fails as often as it is told, with this error of the system, and then has somebody.
struct Fails {
    code: i32,
    times: AtomicUsize,
}

impl Listener for Fails {
    fn accept(&self, _: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
        let left = self.times.load(Ordering::SeqCst);
        Box::pin(ready(if left > 0 {
            self.times.store(left - 1, Ordering::SeqCst);
            Err(CarrierError::io(
                "accepting",
                io::Error::from_raw_os_error(self.code),
            ))
        } else if left == 0 {
            self.times.store(usize::MAX, Ordering::SeqCst);
            let (here, _) = local::pair();
            Ok(Handshake::new("somebody", ready(Ok(here))))
        } else {
            Err(CarrierError::closed())
        }))
    }

    fn address(&self) -> String {
        "nowhere".into()
    }
}

const EMFILE: i32 = 24;
const ECONNABORTED: i32 = 103;

#[test]
#[cfg(target_os = "linux")]
fn accepting_goes_on() {
    for (code, pauses) in [(EMFILE, 5), (ECONNABORTED, 0)] {
        let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
        let fails = Fails {
            code,
            times: AtomicUsize::new(5),
        };
        let acceptor = Acceptor::new(fails).timer(clock.clone());
        assert_eq!(acceptor.address(), "nowhere");
        let mut next = Box::pin(acceptor.next(Framing::detect()));
        let mut paused = 0;
        let handshake = loop {
            if let Some(next) = executor.run_until(&mut next) {
                break next.expect("somebody");
            }
            let pause = clock.advance_to_next().expect("a pause");
            assert!(pause <= Duration::from_secs(1), "{pause:?}");
            paused += 1;
        };
        assert_eq!((handshake.peer(), paused), ("somebody", pauses));
    }
}

#[test]
fn a_closed_listener_has_nobody() {
    struct Closed;
    impl Listener for Closed {
        fn accept(&self, _: Framing) -> BoxFuture<'_, Result<Handshake, CarrierError>> {
            Box::pin(ready(Err(CarrierError::closed())))
        }

        fn address(&self) -> String {
            "closed".into()
        }
    }
    assert!(smol::block_on(Acceptor::new(Closed).next(Framing::detect())).is_none());
}

#[test]
fn a_handshake_has_its_time() {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let never = std::future::pending::<Result<local::LocalCarrier, CarrierError>>();
    let handshake = Handshake::new("a slow one", never);
    let limits = Limits::default().handshake(Duration::from_secs(2));
    let mut completing = Box::pin(handshake.complete(&limits, &clock));
    assert!(executor.run_until(&mut completing).is_none());
    clock.advance(Duration::from_secs(2));
    let error = executor
        .run_until(completing)
        .expect("its time is up")
        .err()
        .expect("no carrier");
    assert!(error.is_timed_out(), "{error}");
}

async fn one_server_listens_in_several_places(on: Runtime) {
    let peer = Peer::new();
    let (inside, inside_dialer) = local::listen();
    let outside = tcp::bind("127.0.0.1:0").await.unwrap();
    let outside_dialer: Arc<dyn Dialer> = Arc::new(tcp::dial(outside.address()));
    let (listeners, dialers) = (
        [Box::new(inside) as Box<dyn Listener>, Box::new(outside)],
        [Arc::new(inside_dialer) as Arc<dyn Dialer>, outside_dialer],
    );
    let mut links = Vec::new();
    for (listener, dialer) in listeners.iter().zip(&dialers) {
        links.push(linked(&Peer::new().on(&on), &peer.on(&on), listener, dialer).await);
    }
    for (client, server) in links {
        client.close().await;
        assert!(server.closed().await.is_orderly());
    }
}

async fn nobody_but_this_machine_is_listened_for(_: Runtime) {
    for open in ["0.0.0.0:0", "[::]:0"] {
        let error = tcp::bind(open).await.unwrap_err();
        assert!(error.is_refused(), "{error}");
        for words in ["tls::bind", ".insecure()", "127.0.0.1"] {
            assert!(error.to_string().contains(words), "{error}");
        }
    }
    let listener = tcp::bind("0.0.0.0:0").insecure().await.unwrap();
    assert_ne!(listener.local_addr().port(), 0);
    tcp::bind("localhost:0").await.unwrap();
    for bad in ["127.0.0.1", "", "localhost"] {
        let error = tcp::bind(bad).await.unwrap_err();
        assert!(
            error.is_refused() && error.to_string().contains("host:port"),
            "{error}"
        );
    }
    let taken = listener.local_addr();
    let error = tcp::bind(format!("127.0.0.1:{}", taken.port()))
        .await
        .unwrap_err();
    let kind = error.io_error().map(io::Error::kind);
    assert_eq!(kind, Some(io::ErrorKind::AddrInUse), "{error}");
}

async fn nobody_is_there(_: Runtime) {
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let address = listener.address();
    drop(listener);
    let error = tcp::dial(&address)
        .dial(Framing::objects())
        .await
        .err()
        .unwrap();
    let kind = error.io_error().map(io::Error::kind);
    assert_eq!(kind, Some(io::ErrorKind::ConnectionRefused), "{error}");
    assert!(error.to_string().contains(&address), "{error}");
    let (listener, dialer) = local::listen();
    drop(listener);
    assert!(dialer.dial(Framing::objects()).await.is_err());
    let error = tcp::dial("no.such.host.invalid:1")
        .dial(Framing::objects())
        .await
        .err()
        .unwrap();
    assert!(
        error.to_string().contains("no.such.host.invalid"),
        "{error}"
    );
}

on_each_runtime!(
    one_server_listens_in_several_places,
    nobody_but_this_machine_is_listened_for,
    nobody_is_there,
);

#[test]
fn carriers_in_an_arc_are_carriers() {
    let (one, two) = local::pair();
    let (one, two): (Arc<dyn Carrier>, Arc<dyn Carrier>) = (Arc::new(one), Arc::new(two));
    smol::block_on(async {
        Carrier::send(&one, b"x".to_vec()).await.unwrap();
        Carrier::flush(&one).await.unwrap();
        assert_eq!(Carrier::recv(&two).await.unwrap(), b"x");
        assert_eq!(Carrier::info(&two).peer(), "this process");
        assert_eq!(Carrier::progress(&two), fanfare::net::Progress::default());
        Carrier::close(&one).await;
        assert!(Carrier::recv(&two).await.unwrap_err().is_ended());
        assert!(Carrier::send(&two, vec![1]).await.unwrap_err().is_ended());
        assert!(Carrier::recv(&one).await.unwrap_err().is_closed());
        assert!(Carrier::send(&one, vec![1]).await.unwrap_err().is_closed());
    });
}
