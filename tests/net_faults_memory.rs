//! What peers can make a server take: no more than follows from its limits, and nothing once they are gone.
//!
//! One test, alone in its process, for the bytes that are counted are the whole process's.

#[allow(dead_code, reason = "shared with the tests of the signal")]
#[path = "signal/common.rs"]
mod common;
#[allow(
    dead_code,
    reason = "shared with the tests of routers over the network"
)]
#[path = "net_router/kit.rs"]
mod kit;
#[allow(dead_code, reason = "shared with the tests of faults of the network")]
#[path = "net_faults/raw.rs"]
mod raw;
#[allow(
    dead_code,
    unused_macros,
    reason = "shared with the tests of the signal"
)]
#[path = "signal/runtime.rs"]
mod runtime;

use std::alloc::System;
use std::future::pending;
use std::time::Duration;

use fanfare::net::{ClientRouter, Limits, ServerRouter, WhenFull};
use fanfare::router::{Router, Sender};
use serde_json::{Value, json};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use kit::{ByHand, V, settled};
use raw::{Raw, Spoken, Way, door};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const KIB: isize = 1024;
const FRAME: usize = 64 * 1024;
const MESSAGES: usize = 1_000;
const BYTES: usize = 256 * 1024;
const SUBSCRIPTIONS: usize = 1_000;
const REQUESTS: usize = 16;

/// Both ways of the stream, what a carrier keeps, what is read and is no frame yet, and a batch that was taken to be written.
const CARRIED: isize = 2 * 64 * KIB + 64 * KIB + 2 * FRAME as isize + 64 * KIB;
/// What waits to be written: events, what is owed, and what is kept beside each message.
const QUEUED: isize = 2 * BYTES as isize + 2 * MESSAGES as isize * 200;
/// Each name stands in some ten places at most: by listener, by route, and where events are looked up.
const SUBSCRIBED: isize = SUBSCRIPTIONS as isize * (10 * 256 + 2 * KIB);
/// What was asked, as it came and as it was read: a value takes more than its text.
const ASKED: isize = REQUESTS as isize * 4 * FRAME as isize;
/// What may be left of one who has gone.
const LEFT: isize = 4 * KIB;

/// What was sent, unless more follows from what it is.
const SENT: isize = CARRIED + QUEUED;

/// A server, one who is served, and the way to it for one who is not so kind.
struct Place {
    by_hand: ByHand,
    server: ServerRouter<V>,
    way: Way,
    near: Sender<V>,
    client: ClientRouter<V>,
}

impl Place {
    fn new(policy: WhenFull) -> Self {
        let by_hand = ByHand::new();
        let router: Router<V> = by_hand.router();
        let (door, way) = door();
        let limits = Limits::default().frame(FRAME).queue(MESSAGES, BYTES);
        let limits = limits.subscriptions(SUBSCRIPTIONS).requests(REQUESTS);
        let limits = limits.no_heartbeat().when_full(policy);
        let (server, dialer) =
            by_hand.server(&router, |builder| builder.listen(door).limits(limits));
        let near = router.sender("near").event("a");
        let near = near.on_request("wait", |_| pending::<V>()).register();
        let near = near.now().expect("the name is free");
        let client = by_hand.client(dialer);
        by_hand.now(settled(&client));
        Self {
            by_hand,
            server,
            way,
            near,
            client,
        }
    }

    fn enters(&self) -> Raw<'_> {
        let mut raw = self.way.enter(&self.by_hand, Spoken::Json);
        raw.hello();
        raw
    }

    /// Nobody is there any more but the one who is served.
    fn goes(&self, what: &str) {
        self.by_hand.run();
        // What is on its way has the time of an end.
        self.by_hand.clock.advance(Duration::from_secs(5));
        self.by_hand.run();
        assert_eq!(self.server.peers().len(), 1, "{what}");
    }
}

fn live(region: &Region<'_, System>) -> isize {
    let change = region.change();
    change.bytes_allocated as isize - change.bytes_deallocated as isize
}

/// A peer that wants all there is: what for, how often, what it may have beside what it sends, and its `n`th message.
type Attack = (&'static str, usize, isize, fn(usize) -> Value);

fn name(n: usize, bytes: usize) -> String {
    format!("{n:0>bytes$}")
}

fn call(n: usize, method: &str, params: &Value) -> Value {
    json!({"id": n, "method": method, "params": params})
}

const ATTACKS: [Attack; 10] = [
    ("listeners", 20_000, SUBSCRIBED, |n| {
        call(
            n,
            "add_listener",
            &json!({"sender": name(n, 8), "event": name(n, 8)}),
        )
    }),
    ("listeners of long names", 3_000, SUBSCRIBED, |n| {
        call(n, "add_listener", &json!({"sender": name(n, 255)}))
    }),
    ("listeners of very long names", 300, SUBSCRIBED, |n| {
        call(n, "add_listener", &json!({"event": name(n, 30_000)}))
    }),
    ("the same listener", 3_000, SUBSCRIBED, |n| {
        call(n, "add_listener", &json!({"sender": "near"}))
    }),
    ("senders", 3_000, SUBSCRIBED, |n| {
        call(
            n,
            "add_sender",
            &json!({"sender": name(n, 200), "events": [name(n, 200)]}),
        )
    }),
    ("senders that declare much", 100, 0, |n| {
        let events: Vec<_> = (0..2_000).map(|event| name(event, 8)).collect();
        call(
            n,
            "add_sender",
            &json!({"sender": name(n, 8), "events": events}),
        )
    }),
    ("requests that wait", 300, ASKED, |n| {
        let params = "x".repeat(FRAME - 200);
        call(
            n,
            "request",
            &json!({"sender": "near", "method": "wait", "params": params}),
        )
    }),
    ("requests of long ids", 300, ASKED, |n| {
        let asks = json!({"sender": "near", "method": "wait", "params": 1});
        json!({"id": name(n, 30_000), "method": "request", "params": asks})
    }),
    ("what nobody knows", 3_000, 0, |n| {
        call(n, &name(n, 500), &json!({"x": [n, {"y": n}]}))
    }),
    (
        "what nobody has asked",
        3_000,
        0,
        |n| json!({"id": n, "status": 0, "response": name(n, 500)}),
    ),
];

/// It says all of it, and then it is gone; whether it reads what it is told, it says. Gives how many bytes are left.
fn attacks(place: &Place, (what, count, more, message): Attack, reads: bool) -> isize {
    let region = Region::new(ALLOCATOR);
    let mut raw = place.enters();
    let mut most = 0;
    for n in 0..count {
        // One who is not read any more has no more to say.
        if !raw.send(&message(n)) {
            break;
        }
        if n % 50 == 0 {
            if reads {
                drop(raw.got());
            }
            most = most.max(live(&region));
        }
    }
    most = most.max(live(&region));
    let bound = SENT + more;
    assert!(
        most <= bound,
        "{what}, reads {reads}: {most} bytes, of {bound}"
    );
    // Others are served all the while.
    place.by_hand.now(settled(&place.client));
    drop(raw);
    place.goes(what);
    live(&region)
}

/// It listens to everything and reads none of it.
fn slow_readers() {
    for policy in [
        WhenFull::Disconnect,
        WhenFull::DropOldest,
        WhenFull::DropNewest,
        WhenFull::Block,
    ] {
        let place = Place::new(policy);
        let region = Region::new(ALLOCATOR);
        let mut raw = place.enters();
        raw.say(&call(1, "add_listener", &json!({})));
        let mut most = 0;
        for n in 0..5_000 {
            let sent = place.near.send("a", json!([n, "x".repeat(500)])).now();
            assert!(sent.is_ok() || policy == WhenFull::Block, "{policy:?}");
            if n % 50 == 0 {
                place.by_hand.run();
                most = most.max(live(&region));
            }
        }
        assert!(most <= SENT, "{policy:?}: {most} bytes, of {SENT}");
        drop(raw);
        place.goes("a slow reader");
        let left = live(&region);
        assert!(left <= LEFT, "{policy:?}: {left} bytes are left");
    }
}

#[test]
fn memory_is_bounded() {
    let place = Place::new(WhenFull::Disconnect);
    for attack in ATTACKS {
        // Tables that have grown stay as large as they are, and grow no more.
        attacks(&place, attack, true);
        for reads in [false, true] {
            let left = attacks(&place, attack, reads);
            assert!(left <= LEFT, "{}: {left} bytes are left", attack.0);
        }
    }
    slow_readers();
}
