//! Peers that want more than they may have.

use fanfare::net::Limits;
use serde_json::json;

use crate::hostile::{is_served, one_reply};
use crate::raw::Spoken;
use crate::scene::Scene;

/// As much as it may have, and not one more: the limits say how many.
#[test]
fn nobody_has_more_than_he_may() {
    let limits = Limits::default().connections(2).subscriptions(100);
    let scene = Scene::with(6, limits);
    let mut raw = scene.enter(Spoken::Json);
    raw.hello();
    let events: Vec<_> = (0..100_000).map(|n| n.to_string()).collect();
    let huge =
        json!({"id": 1, "method": "add_sender", "params": {"sender": "far", "events": events}});
    let replies = raw.say(&huge);
    assert_eq!(one_reply(&replies)["code"], "too_many");
    assert!(scene.router.sender_info("far").is_none());
    let mut taken = 0;
    for batch in 0..1_000 {
        let ids = batch * 100..(batch + 1) * 100;
        let calls = ids.map(|n| {
            let route = json!({"sender": format!("s{}", n % 7), "event": format!("e{n}")});
            let call = json!({"id": n, "method": "add_listener", "params": route});
            Spoken::Json.bytes(&call)
        });
        raw.write(&calls.collect::<Vec<_>>().concat());
        let replies = raw.got();
        assert_eq!(replies.len(), 100);
        taken += replies.iter().filter(|reply| reply["status"] == 0).count();
    }
    assert_eq!(taken, 100);
    assert_eq!(scene.server.peers()[1].listeners, 100);
    for n in 0..1_000 {
        let sender = json!({"sender": format!("t{n}"), "events": []});
        let replies = raw.say(&json!({"id": n, "method": "add_sender", "params": sender}));
        assert_eq!(one_reply(&replies)["code"], "too_many");
    }
    assert_eq!(scene.router.senders().len(), 1);
    // Nobody was told of those that were refused.
    assert_eq!(scene.heard_lines(), [""; 0]);
    // What is given back can be had again; a long name counts for several.
    for n in 1..=100 {
        raw.say(&json!({"id": n, "method": "remove_listener", "params": {"listener_id": n}}));
    }
    let long = "x".repeat(256 * 60);
    for (name, is_taken) in [
        (&*long, true),
        (&long[1..], false),
        (&long[..256 * 38], true),
    ] {
        let replies =
            raw.say(&json!({"id": 0, "method": "add_listener", "params": {"event": name}}));
        assert_eq!(
            one_reply(&replies)["status"] == 0,
            is_taken,
            "{}",
            name.len()
        );
    }
    is_served(&mut raw, "after all of that");
    drop(raw);
    scene.has_nothing_left("after all of that");
}
