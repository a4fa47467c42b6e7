//! Peers, and servers, that come back while what is left of them is still being cleared away.

use std::thread;

use fanfare::BoxFuture;
use fanfare::net::{Carrier, Dialer, Framing, Limits, ServerRouter, local, tcp};
use fanfare::router::{Presence, Router};
use serde_json::{Value, json};
use smol::block_on;

use crate::common::Gate;
use crate::kit::V;
use crate::raw::Spoken;
use crate::runtime::Runtime;

fn say(carrier: &dyn Carrier, message: &Value) {
    let sent = block_on(carrier.send(message.to_string().into_bytes()));
    sent.expect("somebody reads");
}

fn hear(carrier: &dyn Carrier) -> Value {
    let frame = block_on(carrier.recv()).expect("somebody speaks");
    serde_json::from_slice(&frame).expect("JSON")
}

/// By a secret it is known to be the same one.
fn hello() -> Value {
    let mut hello = Spoken::Json.hello(0);
    hello["params"]["session"] = "secret".into();
    hello
}

fn add_sender(name: &str) -> Value {
    let params = json!({"sender": name, "events": ["a"]});
    json!({"id": 1, "method": "add_sender", "params": params})
}

/// Each task has a thread, so that one that is held up holds up no other.
fn threads(task: BoxFuture<'static, ()>) {
    thread::spawn(|| block_on(task));
}

#[test]
fn a_name_that_is_about_to_be_free_is_waited_for() {
    let router = Router::<V>::builder().spawner(threads).build();
    let (listener, dialer) = local::listen();
    let server = ServerRouter::builder(router.clone()).spawner(threads);
    // Nobody here says that he is still there.
    let server = server.limits(Limits::default().no_heartbeat());
    let server = block_on(server.listen(listener).start()).expect("it listens");
    let enter = || block_on(dialer.dial(Framing::objects())).expect("it listens");
    // Whoever clears away is held up between the first sender and the second.
    let (begun, gate) = (Gate::new(), Gate::new());
    let (begins, waits) = (begun.clone(), gate.clone());
    let told = move |presence: &Presence| {
        if presence.name() == "one" && !presence.is_connected() {
            begins.open();
            waits.wait_blocking();
        }
    };
    router
        .presence()
        .connect_sync(move |event| told(event))
        .now();
    let first = enter();
    for message in [hello(), add_sender("one"), add_sender("two")] {
        say(&*first, &message);
        assert_eq!(hear(&*first)["status"], 0);
    }
    drop(first);
    begun.wait_blocking();
    let second = enter();
    say(&*second, &hello());
    assert_eq!(hear(&*second)["status"], 0);
    say(&*second, &add_sender("two"));
    while server
        .peers()
        .iter()
        .all(|peer| peer.link.received < 2 || peer.id == 1)
    {
        thread::yield_now();
    }
    gate.open();
    let reply = hear(&*second);
    assert_eq!(reply["status"], 0, "{reply}");
    // The name of somebody else is another matter.
    say(&*second, &add_sender("two"));
    assert_eq!(hear(&*second)["code"], "name_taken");
    let stranger = enter();
    say(&*stranger, &Spoken::Json.hello(0));
    hear(&*stranger);
    say(&*stranger, &add_sender("two"));
    assert_eq!(hear(&*stranger)["code"], "name_taken");
}

/// An address that nobody else in this process has ports of, where there are several.
const OWN: &str = if cfg!(target_os = "linux") {
    "127.0.0.7:0"
} else {
    "127.0.0.1:0"
};

/// As soon as it has stopped.
async fn another_listens_where_one_has_stopped(on: Runtime) {
    let mut address = OWN.to_owned();
    for round in 0..50 {
        let listener = tcp::bind(address).await;
        let listener = listener.unwrap_or_else(|error| panic!("round {round}: {error}"));
        address = listener.local_addr().to_string();
        let server = ServerRouter::builder(Router::<V>::new()).spawner(on.spawner());
        let server = server.listen(listener).start().await.unwrap();
        server.stop().await.unwrap();
    }
}

on_each_runtime!(another_listens_where_one_has_stopped);
