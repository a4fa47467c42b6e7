//! Peers that are there no more, without a word: half-open connections, and peers that take nothing.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::{Carrier, CloseReason, Limits, RequestError, local};
use serde_json::json;

use crate::kit::{ByHand, Peer, request, signal, value};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_peer_that_says_nothing_is_dead_after_a_while() {
    let by_hand = ByHand::new();
    let (raw, link) = by_hand.server(&Peer::new(), &Limits::default());
    raw.hello();
    let mut asked = link
        .request(request("r", 1))
        .timeout(60 * SECOND)
        .into_future();
    assert!(by_hand.until(&mut asked).is_none());
    let asks = raw.got();
    assert_eq!(asks.len(), 1);
    for _ in 0..2 {
        by_hand.clock.advance(5 * SECOND);
        assert_eq!(raw.got(), [r#"{"method":"ping","params":{}}"#]);
    }
    by_hand.clock.advance(5 * SECOND - Duration::from_millis(1));
    by_hand.run();
    assert!(link.close_reason().is_none());
    by_hand.clock.advance(Duration::from_millis(1));
    by_hand.run();
    assert!(
        matches!(link.close_reason(), Some(CloseReason::Silent(after)) if *after == 15 * SECOND),
        "{link:?}"
    );
    // Whoever waits for it hears of it.
    let error = by_hand.until(asked).expect("it is over").unwrap_err();
    assert!(
        matches!(error, RequestError::Closed(CloseReason::Silent(_))),
        "{error}"
    );
}

#[test]
fn any_word_is_a_sign_of_life() {
    let by_hand = ByHand::new();
    let (raw, link) = by_hand.server(&Peer::new(), &Limits::default());
    raw.hello();
    for round in 0..20 {
        by_hand.clock.advance(14 * SECOND);
        by_hand.run();
        raw.send(match round % 3 {
            0 => r#"{"method":"pong"}"#,
            1 => r#"{"method":"get_version"}"#,
            _ => r#"{"id":99,"status":0}"#,
        });
        assert!(link.close_reason().is_none(), "round {round}");
    }
}

#[test]
fn two_links_keep_each_other_alive() {
    let by_hand = ByHand::new();
    let (client, server) = by_hand.pair(&Peer::new(), &Peer::new(), &Limits::default());
    for _ in 0..100 {
        by_hand.clock.advance(5 * SECOND);
        by_hand.run();
    }
    assert!(client.close_reason().is_none() && server.close_reason().is_none());
    let received = client.stats().received;
    assert!((100..=300).contains(&received), "{received}");
}

#[test]
fn one_that_only_replies_is_alive() {
    let by_hand = ByHand::new();
    let (here, there) = local::pair();
    let server = by_hand
        .builder(&Peer::new())
        .limits(Limits::default().no_heartbeat())
        .accept(there);
    let client = by_hand
        .until(by_hand.builder(&Peer::new()).connect(here))
        .unwrap()
        .unwrap();
    for _ in 0..20 {
        by_hand.clock.advance(5 * SECOND);
        by_hand.run();
    }
    assert!(client.close_reason().is_none() && server.close_reason().is_none());
}

#[test]
fn how_long_it_takes_can_be_said() {
    let by_hand = ByHand::new();
    let limits = Limits::default().heartbeat(SECOND, 2 * SECOND);
    let (raw, link) = by_hand.server(&Peer::new(), &limits);
    raw.hello();
    by_hand.clock.advance(SECOND);
    assert_eq!(raw.got().len(), 1);
    by_hand.clock.advance(SECOND);
    by_hand.run();
    assert!(matches!(link.close_reason(), Some(CloseReason::Silent(_))));
    let (raw, link) = by_hand.server(&Peer::new(), &Limits::default().no_heartbeat());
    raw.hello();
    by_hand.clock.advance(1_000 * SECOND);
    assert_eq!(raw.got(), [""; 0]);
    assert!(link.close_reason().is_none());
}

/// What holds up a link on this side says nothing about the other.
#[test]
fn who_is_not_listened_to_is_not_dead() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (client, server) = by_hand.pair(&one, &two, &Limits::default());
    let mut asked = client
        .request(request("order", 1))
        .timeout(1_000 * SECOND)
        .into_future();
    assert!(by_hand.until(&mut asked).is_none());
    for _ in 0..10 {
        by_hand.clock.advance(5 * SECOND);
        by_hand.run();
    }
    assert!(
        server.close_reason().is_none() && client.close_reason().is_none(),
        "{server:?} {client:?}"
    );
    two.gate.open();
    assert_eq!(value(by_hand.until(asked).unwrap()), json!(1));
}

#[test]
fn a_peer_that_takes_nothing_is_disconnected() {
    let by_hand = ByHand::new();
    let limits = Limits::default().no_heartbeat().write_stall(10 * SECOND);
    let (raw, link) = by_hand.server(&Peer::new(), &limits);
    raw.hello();
    // More than the carrier takes.
    for n in 0..200 {
        by_hand.until(link.send(signal(n))).unwrap().unwrap();
    }
    by_hand.run();
    let queued = link.stats().queued;
    assert!(queued > 0, "{link:?}");
    by_hand
        .clock
        .advance(10 * SECOND - Duration::from_millis(1));
    by_hand.run();
    assert!(link.close_reason().is_none());
    by_hand.clock.advance(Duration::from_millis(1));
    by_hand.run();
    assert!(
        matches!(link.close_reason(), Some(CloseReason::Stalled(_))),
        "{link:?}"
    );
    assert_eq!(link.stats().queued, 0);
}

#[test]
fn a_peer_that_takes_it_slowly_is_not() {
    let by_hand = ByHand::new();
    let limits = Limits::default().no_heartbeat();
    let (raw, link) = by_hand.server(&Peer::new(), &limits);
    raw.hello();
    for n in 0..500 {
        by_hand.until(link.send(signal(n))).unwrap().unwrap();
    }
    let mut got = 0;
    while got < 500 {
        by_hand.run();
        by_hand.clock.advance(9 * SECOND);
        by_hand.run();
        assert!(link.close_reason().is_none(), "after {got}");

        by_hand
            .until(raw.carrier.recv())
            .expect("there is one")
            .unwrap();
        got += 1;
    }
}
