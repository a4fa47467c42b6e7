//! Connections whose other end is gone without either side having been told: heartbeats find out, exactly when it is time.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::{CloseReason, Limits, Status};
use fanfare::router::RequestProblem;
use serde_json::{Value, json};

use crate::common::Log;
use crate::frozen::Frost;
use crate::kit::{ByHand, Heard, V, near, settled, writes};
use crate::raw::Spoken;
use crate::scene::{Scene, steps};

const SECOND: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(1);

/// Both sides run between the leaps, as they would.
fn passes(by_hand: &ByHand, time: Duration) {
    let until = by_hand.clock.elapsed() + time;
    while by_hand.clock.elapsed() < until {
        let rest = until - by_hand.clock.elapsed();
        by_hand.clock.advance(rest.min(SECOND));
        by_hand.run();
    }
}

/// At each step of the conversation: the server lets go of it after fifteen seconds, and not before.
#[test]
fn a_server_finds_out_when_it_is_time() {
    for spoken in Spoken::BOTH {
        let all = steps(spoken);
        // Before hello it is a plain peer, of which it is not known; after the last word it is gone.
        for last in 1..all.len() - 1 {
            let scene = Scene::new(5);
            let mut raw = scene.enter(spoken);
            for step in &all[..last] {
                scene.play(&mut raw, step);
            }
            passes(&scene.by_hand, 15 * SECOND - TICK);
            assert_eq!(scene.server.peers().len(), 2, "{spoken:?} {last}");
            passes(&scene.by_hand, TICK);
            assert_eq!(scene.server.peers().len(), 1, "{spoken:?} {last}");
            // Although it is still there.
            scene.has_nothing_left(&format!("{spoken:?}, after step {last}"));
            assert!(raw.is_ended());
        }
    }
}

#[test]
fn how_long_it_takes_can_be_said() {
    let limits = Limits::default().connections(2);
    let scene = Scene::with(1, limits.heartbeat(200 * TICK, 600 * TICK));
    let mut raw = scene.enter(Spoken::Json);
    raw.hello();
    for _ in 0..2 {
        passes(&scene.by_hand, 200 * TICK);
        let asked = raw.got();
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!(asked[0]["method"], "ping");
    }
    passes(&scene.by_hand, 199 * TICK);
    assert_eq!(scene.server.peers().len(), 2);
    // Any word will do.
    raw.say(&json!({"method": "pong"}));
    passes(&scene.by_hand, 599 * TICK);
    assert_eq!(scene.server.peers().len(), 2);
    passes(&scene.by_hand, TICK);
    assert_eq!(scene.server.peers().len(), 1);
}

/// The server has noticed nothing when the client is back: it has been told by no end, and its own time is not up.
#[test]
fn a_client_finds_out_when_it_is_time_and_comes_back() {
    let by_hand = ByHand::new();
    let router = by_hand.router();
    let (server, dialer) = by_hand.server(&router, |builder| {
        builder.limits(Limits::default().heartbeat(60 * SECOND, 180 * SECOND))
    });
    let frost = Frost::new(dialer);
    let client = by_hand.client(frost.clone());
    let told = Log::new();
    let log = told.clone();
    let status = client.status();
    status
        .connect_sync(move |status| log.push(Status::clone(status)))
        .now();
    let heard = Heard::new();
    let listens = client
        .connect_sync(writes(&heard))
        .sender("near")
        .event("a");
    by_hand.now(listens.into_future()).unwrap();
    let register = client.sender("far").event("a").register();
    let far = by_hand.now(register.into_future()).unwrap();
    let near = near(&router, "near", &["a"]);
    by_hand.now(settled(&client));
    frost.freeze();
    far.send("a", json!(1)).now().unwrap();
    near.send("a", json!(1)).now().unwrap();
    let asked = client.request("near", "read", json!(2));
    let mut asked = asked.timeout(60 * SECOND).into_future();
    assert!(by_hand.until(&mut asked).is_none());
    passes(&by_hand, 15 * SECOND - TICK);
    assert!(told.take().is_empty() && client.is_connected());
    passes(&by_hand, TICK);
    let told = told.take();
    let [
        Status::Disconnected {
            reason: CloseReason::Silent(time),
            unconfirmed: 1,
        },
        Status::Resumed { unconfirmed: 1, .. },
    ] = told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(time, 15 * SECOND);
    let error = by_hand.now(asked).unwrap_err();
    assert_eq!(error.problem(), RequestProblem::Lost, "{error}");
    assert_eq!(error.into_payload(), None::<V>, "it may have arrived");
    // The ghost has made way, and nothing is there twice.
    assert_eq!(server.peers().len(), 1);
    assert_eq!(server.peers()[0].senders, ["far"]);
    assert!(heard.take().is_empty());
    near.send("a", Value::from(3)).now().unwrap();
    by_hand.now(far.send("a", json!(4)).join()).unwrap();
    by_hand.now(settled(&client));
    assert_eq!(heard.take(), ["near a 3"]);
}
