//! Slow readers: what becomes of what waits for them, by each policy.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::{Carrier, CloseReason, Limits, Link, Unsendable, WhenFull, local};
use serde_json::json;

use crate::common::poll;
use crate::kit::{ByHand, Peer, Raw, V, request, signal, value};

/// A link whose queue takes so many, whose writer does not run, and which the other side has said hello to.
fn slow<'a>(by_hand: &'a ByHand, limits: &Limits) -> (Raw<'a>, Link<V>) {
    let limits = limits.clone().no_heartbeat();
    let (raw, link) = by_hand.server(&Peer::new(), &limits);
    raw.hello_with(limits.max_requests().min(limits.max_queue()) as u32);
    (raw, link)
}

/// The numbers of the events that have come.
fn numbers(raw: &Raw<'_>) -> Vec<u64> {
    let mut all = Vec::new();
    loop {
        let got = raw.got();
        if got.is_empty() {
            return all;
        }
        let number =
            |text: &String| serde_json::from_str::<V>(text).unwrap()["params"]["data"].as_u64();
        all.extend(got.iter().filter_map(number));
    }
}

#[test]
fn who_sends_waits_for_room() {
    let by_hand = ByHand::new();
    let (raw, link) = slow(&by_hand, &Limits::default().queue(4, 1 << 20));
    for n in 0..4 {
        link.try_send(signal(n)).unwrap();
    }
    let error = link.try_send(signal(4)).unwrap_err();
    assert!(matches!(error.why(), Unsendable::Full), "{error}");
    assert_eq!(error.into_call(), signal(4));
    let mut fifth = Box::pin(link.send(signal(4)));
    let mut sixth = Box::pin(link.send(signal(5)));
    assert!(poll(&mut fifth).is_pending() && poll(&mut sixth).is_pending());
    drop(fifth);
    assert_eq!(
        numbers(&raw),
        [0, 1, 2, 3],
        "one that was dropped was not sent"
    );
    by_hand.until(sixth).expect("there is room").unwrap();
    assert_eq!(numbers(&raw), [5]);
    assert_eq!(link.stats().dropped, 0);
}

#[test]
fn bytes_are_counted_as_well() {
    let by_hand = ByHand::new();
    let (raw, link) = slow(&by_hand, &Limits::default().queue(1_000, 1_000));
    // One alone may be larger.
    link.try_send(signal("x".repeat(2_000))).unwrap();
    link.try_send(signal(1)).unwrap_err();
    assert!(link.stats().queued_bytes > 2_000);
    assert_eq!(raw.got().len(), 1);
    let mut taken = 0;
    while link.try_send(signal("x".repeat(100))).is_ok() {
        taken += 1;
    }
    let stats = link.stats();
    assert!(
        (3..=6).contains(&taken) && stats.queued_bytes <= 1_000,
        "{taken}: {stats}"
    );
}

#[test]
fn the_oldest_make_room() {
    let by_hand = ByHand::new();
    let limits = Limits::default()
        .queue(3, 1 << 20)
        .when_full(WhenFull::DropOldest);
    let (raw, link) = slow(&by_hand, &limits);
    for n in 0..10 {
        link.try_send(signal(n)).unwrap();
    }
    assert_eq!((link.stats().queued, link.stats().dropped), (3, 7));
    assert_eq!(numbers(&raw), [7, 8, 9]);
    // A request is not dropped for an event, and waits where there are only such.
    let mut asked: Vec<_> = (0..3)
        .map(|n| link.request(request("r", n)).into_future())
        .collect();
    asked
        .iter_mut()
        .for_each(|asked| assert!(poll(asked).is_pending()));
    link.try_send(signal(10)).unwrap();
    assert_eq!((link.stats().queued, link.stats().dropped), (3, 8));
    let mut fourth = link.request(request("r", 3)).into_future();
    assert!(poll(&mut fourth).is_pending());
    assert_eq!(link.stats().queued, 3);
    assert!(by_hand.until(&mut fourth).is_none());
    assert_eq!(raw.got().len(), 4);
}

#[test]
fn the_newest_is_dropped() {
    let by_hand = ByHand::new();
    let limits = Limits::default()
        .queue(3, 1 << 20)
        .when_full(WhenFull::DropNewest);
    let (raw, link) = slow(&by_hand, &limits);
    for n in 0..10 {
        link.try_send(signal(n)).unwrap();
    }
    assert_eq!((link.stats().queued, link.stats().dropped), (3, 7));
    assert_eq!(numbers(&raw), [0, 1, 2]);
}

#[test]
fn the_peer_is_disconnected() {
    let by_hand = ByHand::new();
    let limits = Limits::default()
        .queue(3, 1 << 20)
        .when_full(WhenFull::Disconnect);
    let (raw, link) = slow(&by_hand, &limits);
    for n in 0..3 {
        link.try_send(signal(n)).unwrap();
    }
    let error = link.try_send(signal(3)).unwrap_err();
    assert!(
        matches!(error.why(), Unsendable::Closed(CloseReason::QueueFull)),
        "{error}"
    );
    assert!(matches!(link.close_reason(), Some(CloseReason::QueueFull)));
    assert_eq!((link.stats().queued, numbers(&raw)), (0, vec![]));
}

/// Who asks and does not read is read no more, and in the end disconnected.
#[test]
fn what_a_peer_is_owed_is_bounded() {
    let by_hand = ByHand::new();
    let limits = Limits::default().queue(100, 1 << 20);
    let (raw, link) = slow(&by_hand, &limits);
    let ask = |n| {
        let call = format!(r#"{{"id":{n},"method":"get_version"}}"#);
        by_hand.until(raw.carrier.send(call.into_bytes()))
    };
    let mut asked = 0;
    // The carriers take some each way, the queue a hundred, and a batch is in between.
    while ask(asked).is_some() {
        asked += 1;
        by_hand.run();
        assert!(link.stats().queued <= 100 && asked < 1_000, "{link:?}");
    }
    assert_eq!(link.stats().queued, 100);
    assert!(link.close_reason().is_none());
    by_hand.clock.advance(Duration::from_secs(10));
    by_hand.run();
    assert!(
        matches!(link.close_reason(), Some(CloseReason::Stalled(_))),
        "{link:?}"
    );
    // Who does read gets all of them.
    let (raw, link) = slow(&by_hand, &limits);
    for n in 0..asked {
        raw.send(&format!(r#"{{"id":{n},"method":"get_version"}}"#));
        assert_eq!(raw.got().len(), 1);
    }
    assert!(link.close_reason().is_none());
}

/// A link does not ask for more than the other side has said it takes.
#[test]
fn requests_beyond_the_window_wait() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let (here, there) = local::pair();
    let server = by_hand
        .builder(&two)
        .limits(Limits::default().requests(3))
        .accept(there);
    let client = by_hand
        .until(by_hand.builder(&one).connect(here))
        .unwrap()
        .unwrap();
    let mut all: Vec<_> = (0..5)
        .map(|n| client.request(request("wait", n)).into_future())
        .collect();
    all.iter_mut()
        .for_each(|asked| assert!(by_hand.until(asked).is_none()));
    assert_eq!((server.stats().serving, client.stats().queued), (3, 0));
    // One that is given up makes room, whether it waits there or here.
    drop(all.remove(4));
    drop(all.remove(0));
    by_hand.run();
    assert!(by_hand.until(&mut all[2]).is_none());
    assert_eq!(server.stats().serving, 3);
    two.gate.open();
    for (asked, n) in all.into_iter().zip([1, 2, 3]) {
        assert_eq!(value(by_hand.until(asked).unwrap()), json!(n));
    }
}

#[test]
fn two_that_flood_each_other_come_to_no_stop() {
    let by_hand = ByHand::new();
    let (one, two) = (Peer::new(), Peer::new());
    let limits = Limits::default().queue(8, 1 << 20).requests(1_000);
    let (client, server) = by_hand.pair(&one, &two, &limits);
    let ask = |link: &Link<V>, count: u64| {
        let link = link.clone();
        let all: Vec<_> = (0..count)
            .map(move |n| link.request(request("echo", n)).into_future())
            .collect();
        futures_util::future::join_all(all)
    };
    let both = futures_lite::future::zip(ask(&client, 200), ask(&server, 200));
    let (there, back) = by_hand.until(both).expect("nothing waits for the other");
    for replies in [there, back] {
        let failed: Vec<_> = replies.into_iter().filter_map(Result::err).collect();
        assert!(failed.is_empty(), "{failed:?}");
    }
}

#[test]
fn a_link_that_ends_lets_go_of_those_who_wait() {
    let by_hand = ByHand::new();
    let (_raw, link) = slow(&by_hand, &Limits::default().queue(1, 1 << 20));
    link.try_send(signal(0)).unwrap();
    let mut waits = Box::pin(link.send(signal(1)));
    let mut asks = link
        .request(request("r", 2))
        .timeout(Duration::from_secs(60))
        .into_future();
    assert!(poll(&mut waits).is_pending() && poll(&mut asks).is_pending());
    link.abort();
    let error = by_hand.until(waits).unwrap().unwrap_err();
    assert_eq!(error.into_call(), signal(1));
    by_hand.until(asks).unwrap().unwrap_err();
    assert_eq!(json!(link.stats().queued), json!(0));
}
