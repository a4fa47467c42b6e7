//! A peer that listens to everything and reads nothing: what becomes of it is as the limits say, and others have all of it, in order.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::{ClientRouter, Limits, ServerRouter, WhenFull};
use fanfare::router::{SendProblem, Sender};
use serde_json::json;

use crate::kit::{ByHand, Heard, V, near, writes};
use crate::raw::{Raw, Spoken, Way, door};

const QUEUE: usize = 100;
const BYTES: usize = 64 * 1024;
const EVENTS: usize = 5_000;

/// A server, one who reads, and one who does not.
struct Table {
    by_hand: ByHand,
    server: ServerRouter<V>,
    way: Way,
    near: Sender<V>,
    _reads: ClientRouter<V>,
    heard: Heard,
}

impl Table {
    fn new(policy: WhenFull) -> Self {
        let by_hand = ByHand::new();
        let router = by_hand.router();
        let (door, way) = door();
        let limits = Limits::default().queue(QUEUE, BYTES).when_full(policy);
        let limits = limits.no_heartbeat();
        let (server, dialer) =
            by_hand.server(&router, |builder| builder.listen(door).limits(limits));
        let reads = by_hand.client(dialer);
        let heard = Heard::new();
        by_hand
            .now(reads.connect_sync(writes(&heard)).into_future())
            .expect("it listens");
        Self {
            near: near(&router, "near", &["a"]),
            by_hand,
            server,
            way,
            _reads: reads,
            heard,
        }
    }

    /// It has said hello, and listens to everything.
    fn enters(&self) -> Raw<'_> {
        let mut raw = self.way.enter(&self.by_hand, Spoken::Json);
        raw.hello();
        let listens = raw.say(&json!({"id": 1, "method": "add_listener", "params": {}}));
        assert_eq!(listens[0]["status"], 0);
        self.heard.take();
        raw
    }

    fn lost(&self) -> u64 {
        self.server
            .peers()
            .iter()
            .map(|peer| peer.link.dropped)
            .sum()
    }

    /// All of it, once, in order.
    fn has_heard_all(&self, policy: WhenFull) {
        self.by_hand.run();
        let expected: Vec<_> = (0..EVENTS).map(|n| format!("near a {n}")).collect();
        assert_eq!(self.heard.take(), expected, "{policy:?}");
    }
}

#[test]
fn it_is_disconnected_where_that_is_said() {
    let table = Table::new(WhenFull::Disconnect);
    let mut slow = table.enters();
    for n in 0..EVENTS {
        table.near.send("a", json!(n)).now().unwrap();
        // Those who read have the time to.
        table.by_hand.run();
    }
    // What is on its way already has the time of an end.
    table.by_hand.clock.advance(Duration::from_secs(5));
    table.by_hand.run();
    assert_eq!(table.server.peers().len(), 1);
    table.has_heard_all(WhenFull::Disconnect);
    // It has missed nothing of what came before.
    for (n, message) in slow.got().iter().enumerate() {
        assert_eq!(message["params"]["data"], n);
    }
    assert!(slow.is_ended());
}

#[test]
fn it_misses_what_is_dropped_and_that_is_counted() {
    for policy in [WhenFull::DropOldest, WhenFull::DropNewest] {
        let table = Table::new(policy);
        let mut slow = table.enters();
        for n in 0..EVENTS {
            table.near.send("a", json!(n)).now().unwrap();
            table.by_hand.run();
            let queued = &table.server.peers()[1].link;
            assert!(queued.queued <= QUEUE && queued.queued_bytes <= BYTES);
        }
        table.has_heard_all(policy);
        assert_eq!(table.server.peers().len(), 2);
        let lost = table.lost();
        assert!(lost > 0);
        // Once it reads, it has what was not dropped, in order.
        let got = slow.got().into_iter();
        let got: Vec<_> = got
            .map(|message| message["params"]["data"].as_u64())
            .collect();
        assert_eq!(got.len() as u64 + lost, EVENTS as u64, "{policy:?}");
        assert!(got.is_sorted_by(|one, two| one < two), "{policy:?}");
        let last = *got.last().expect("some");
        assert_eq!(
            last == Some(EVENTS as u64 - 1),
            policy == WhenFull::DropOldest
        );
    }
}

/// Who sends waits for it, and for no longer than it may take.
#[test]
fn it_is_waited_for_where_that_is_said() {
    let table = Table::new(WhenFull::Block);
    let mut slow = table.enters();
    let mut sent = 0;
    let error = loop {
        match table.near.send("a", json!(sent)).now() {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
        table.by_hand.run();
        assert!(sent < EVENTS);
    };
    assert_eq!(error.problem(), SendProblem::Full);
    let mut waits = table.near.send("a", json!(sent)).into_future();
    assert!(table.by_hand.until(&mut waits).is_none());
    // It has taken some of it until now.
    let stall = Duration::from_secs(10);
    table.by_hand.clock.advance(stall);
    table.by_hand.run();
    table.by_hand.clock.advance(stall);
    table.by_hand.now(waits).unwrap();
    table.by_hand.clock.advance(Duration::from_secs(5));
    table.by_hand.run();
    assert_eq!(table.server.peers().len(), 1);
    for n in sent + 1..EVENTS {
        table.near.send("a", json!(n)).now().unwrap();
        table.by_hand.run();
    }
    table.has_heard_all(WhenFull::Block);
    assert!(slow.is_ended());
}
