//! Connecting again: pauses, how many attempts, and what is not tried again.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::Backoff;
use fanfare::net::local::LocalCarrier;
use fanfare::net::{CarrierError, Framing, Listener, Redialer, local, tcp};
use fanfare::testing::{ManualClock, SeededExecutor};

use crate::kit::{Peer, request, value};
use crate::runtime::Runtime;

const FRAMING: Framing = Framing::objects();

/// A dialer that is refused so often, and how often it was asked.
fn refused(times: usize) -> (Redialer, Arc<AtomicUsize>, SeededExecutor, ManualClock) {
    let asked = Arc::new(AtomicUsize::new(0));
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let counts = Arc::clone(&asked);
    let dialer = move |_: Framing| {
        let number = counts.fetch_add(1, Ordering::SeqCst);
        async move {
            if number < times {
                return Err(CarrierError::io(
                    "connecting",
                    io::ErrorKind::ConnectionRefused.into(),
                ));
            }
            Ok(local::pair().0)
        }
    };
    (
        Redialer::new(dialer).timer(clock.clone()),
        asked,
        executor,
        clock,
    )
}

#[test]
fn pauses_grow_to_five_seconds() {
    let (redialer, asked, executor, clock) = refused(20);
    let backoff = Backoff::new(Duration::from_millis(50))
        .max(Duration::from_secs(5))
        .attempts(u32::MAX);
    let mut redialer = redialer.backoff(backoff.jitter(0.0));
    let mut connecting = Box::pin(redialer.connect(FRAMING));
    let mut pauses = Vec::new();
    while executor.run_until(&mut connecting).is_none() {
        pauses.push(clock.advance_to_next().expect("a pause").as_millis());
    }
    drop(connecting);
    assert_eq!(pauses[..8], [50, 100, 200, 400, 800, 1600, 3200, 5000]);
    assert_eq!((pauses.len(), pauses[19]), (20, 5000));
    assert_eq!((asked.load(Ordering::SeqCst), redialer.failed()), (21, 21));
    redialer.succeeded();
    assert_eq!(redialer.failed(), 0);
    assert!(
        executor.run_until(redialer.connect(FRAMING)).is_some(),
        "at once"
    );
}

#[test]
fn the_usual_pauses_have_chance_in_them() {
    let (mut redialer, _, executor, clock) = refused(12);
    let mut connecting = Box::pin(redialer.connect(FRAMING));
    let mut most = Duration::from_millis(50);
    let mut are_whole = true;
    while executor.run_until(&mut connecting).is_none() {
        let pause = clock.advance_to_next().unwrap_or_default();
        assert!(pause <= most, "{pause:?} of {most:?}");
        are_whole &= pause == most;
        most = (most * 2).min(Duration::from_secs(5));
    }
    assert!(!are_whole);
}

/// One that is made and then lost at once, over and over, is no reason to hurry.
#[test]
fn a_connection_that_was_of_no_use_has_failed() {
    let (mut redialer, asked, executor, clock) = refused(0);
    for round in 0..3 {
        let mut connecting = Box::pin(redialer.connect(FRAMING));
        if round > 0 {
            if executor.run_until(&mut connecting).is_none() {
                clock.advance_to_next();
            } else {
                continue;
            }
        }
        assert!(executor.run_until(connecting).is_some());
    }
    assert_eq!((asked.load(Ordering::SeqCst), redialer.failed()), (3, 3));
}

#[test]
fn attempts_come_to_an_end() {
    let (redialer, asked, executor, clock) = refused(100);
    let mut redialer = redialer.backoff(Backoff::new(Duration::from_secs(1)).attempts(3));
    let mut connecting = Box::pin(redialer.connect(FRAMING));
    let error = loop {
        if let Some(connected) = executor.run_until(&mut connecting) {
            break connected.err().expect("it was refused");
        }
        clock.advance_to_next();
    };
    drop(connecting);
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    assert_eq!(
        error.to_string(),
        redialer.last_error().unwrap().to_string()
    );
}

#[test]
fn what_cannot_succeed_is_not_tried_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&asked);
    let mut redialer = Redialer::new(move |_: Framing| {
        counts.fetch_add(1, Ordering::SeqCst);
        async { Err::<LocalCarrier, _>(CarrierError::refused("no such thing")) }
    });
    let error = smol::block_on(redialer.connect(FRAMING)).err().unwrap();
    assert!(error.is_refused());
    assert_eq!(asked.load(Ordering::SeqCst), 1);
}

#[test]
fn an_attempt_has_its_time() {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let never = |_: Framing| std::future::pending::<Result<LocalCarrier, CarrierError>>();
    let backoff = Backoff::new(Duration::from_secs(1)).attempts(2).jitter(0.0);
    let mut redialer = Redialer::new(never).timer(clock.clone()).backoff(backoff);
    let mut connecting = Box::pin(redialer.connect(FRAMING));
    for expected in [5, 1, 5] {
        assert!(executor.run_until(&mut connecting).is_none());
        assert_eq!(clock.advance_to_next(), Some(Duration::from_secs(expected)));
    }
    let error = executor
        .run_until(connecting)
        .expect("no more attempts")
        .err()
        .unwrap();
    assert!(error.is_timed_out(), "{error}");
}

/// A server that goes, and comes again at the same place.
async fn a_client_finds_its_server_again(on: Runtime) {
    let listener = tcp::bind("127.0.0.1:0").await.unwrap();
    let address = listener.address();
    let peer = Peer::new();
    let mut redialer = Redialer::new(tcp::dial(&address));
    let mut listener = Some(listener);
    for round in 0..3 {
        let listening = match listener.take() {
            Some(listening) => listening,
            None => tcp::bind(&address).await.unwrap(),
        };
        let server = peer.on(&on);
        let client = Peer::new().on(&on);
        let accepted = async {
            let handshake = listening.accept(server.accept_framing()).await.unwrap();
            server.complete(handshake).await.unwrap()
        };
        let connected = async {
            let carrier = redialer.connect(client.connect_framing()).await.unwrap();
            client.connect(carrier).await.unwrap()
        };
        let (client, server) = futures_lite::future::zip(connected, accepted).await;
        redialer.succeeded();
        assert_eq!(value(client.request(request("echo", round)).await), round);
        server.abort();
        drop((server, listening));
        assert!(!client.closed().await.to_string().is_empty());
    }
}

on_each_runtime!(a_client_finds_its_server_again);
