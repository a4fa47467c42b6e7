//! That senders come and go: as a signal, and as messages.

use std::sync::Arc;

use fanfare::router::{CONNECT, DISCONNECT, Message, Presence, Route, Router, SenderInfo};
use fanfare::testing::SeededExecutor;
use fanfare::{Event, Overflow};

use crate::common::{Log, ON_PURPOSE};
use crate::kit::{Datum, announcing, router_on, sender};
use crate::runtime::Runtime;

fn shown(info: &SenderInfo) -> String {
    let requests = info.requests().map(Iterator::collect::<Vec<_>>);
    let any = if info.takes_any_request() {
        " and any"
    } else {
        ""
    };
    format!("{:?} {requests:?}{any}", info.events().collect::<Vec<_>>())
}

async fn it_is_told_with_what_the_sender_declares(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let written = log.clone();
    let write = move |p: &Event<Presence>| written.push(format!("{p}, {}", shown(p.info())));
    router.presence().connect_sync(write).await;
    let s = router
        .sender("s")
        .events(["a", "#b"])
        .register()
        .await
        .unwrap();
    let t = router
        .sender("t")
        .on_request_sync("read", |_| 1)
        .on_any_request_sync(|_| 2);
    let t = t.register().await.unwrap();
    assert_eq!(
        log.take(),
        [
            r##"#connect of s, ["a", "#b"] None"##,
            r#"#connect of t, [] Some(["read"]) and any"#
        ]
    );
    assert!(router.sender("s").event("c").register().await.is_err());
    drop(s);
    assert!(t.disconnect());
    drop(t);
    assert_eq!(
        log.take(),
        [
            r##"#disconnect of s, ["a", "#b"] None"##,
            r#"#disconnect of t, [] Some(["read"]) and any"#
        ]
    );
    assert_eq!(router.presence().id(), router.clone().presence().id());
}

async fn its_keys_are_the_name_and_the_event(on: Runtime) {
    let router = router_on(&on);
    let (of_s, gone) = (Log::new(), Log::new());
    let writes = |log: &Log<String>| {
        let log = log.clone();
        move |p: &Event<Presence>| log.push(p.to_string())
    };
    router.presence().connect_sync(writes(&of_s)).key("s").await;
    router
        .presence()
        .connect_sync(writes(&gone))
        .key(DISCONNECT)
        .await;
    for name in ["s", "t"] {
        drop(sender(&router, name, &["a"]));
    }
    assert_eq!(of_s.take(), ["#connect of s", "#disconnect of s"]);
    assert_eq!(gone.take(), ["#disconnect of s", "#disconnect of t"]);
}

/// What is heard, as `#connect s`, or the number.
fn heard(m: &Message<Datum>) -> String {
    match &**m {
        Datum::Number(number) => number.to_string(),
        Datum::Sender(info) => {
            assert_eq!(info.name(), m.sender());
            format!("{} {}", m.event(), shown(info))
        }
    }
}

async fn as_messages_it_takes_every_route(on: Runtime) {
    let router = announcing(&on);
    let log = Log::new();
    let listen = |name: &'static str| {
        let log = log.clone();
        router.connect_sync(move |m: &Message<Datum>| log.push(format!("{name}: {}", heard(m))))
    };
    listen("own").sender("s").event(CONNECT).await;
    listen("channel").channel("connect").await;
    listen("sender").sender("s").await;
    listen("any").await;
    listen("gone").event(DISCONNECT).await;
    let s = sender(&router, "s", &["a"]);
    let info = r#"["a"] None"#;
    let expected = ["any", "sender", "channel", "own"].map(|who| format!("{who}: #connect {info}"));
    assert_eq!(log.take(), expected);
    s.send("a", Datum::Number(1)).await.unwrap();
    assert_eq!(log.take(), ["any: 1", "sender: 1"]);
    drop(s);
    let expected = ["any", "sender", "gone"].map(|who| format!("{who}: #disconnect {info}"));
    assert_eq!(log.take(), expected);
}

/// The signal first, then the message; and before the sender can send anything.
async fn it_is_told_before_anything_else_of_the_sender(on: Runtime) {
    let router = announcing(&on);
    let log = Log::new();
    let (presence, messages) = (log.clone(), log.clone());
    router
        .connect_sync(move |m: &Message<Datum>| messages.push(heard(m)))
        .sender("s")
        .await;
    let write = move |p: &Event<Presence>| presence.push(p.to_string());
    router.presence().connect_sync(write).await;
    let s = sender(&router, "s", &["a"]);
    s.send("a", Datum::Number(1)).await.unwrap();
    drop(s);
    let [came, went] = [CONNECT, DISCONNECT].map(|event| format!("{event} [\"a\"] None"));
    assert_eq!(
        log.take(),
        ["#connect of s", &came, "1", "#disconnect of s", &went]
    );
}

/// Who takes the place of a sender that goes is heard of after it has gone, by everybody: also by who is called later.
async fn a_stand_in_takes_over_at_once(on: Runtime) {
    let router = announcing(&on);
    let log = Log::new();
    let stand_in = Arc::new(std::sync::Mutex::new(None));
    let (place, within) = (stand_in.clone(), router.downgrade());
    let take_over = move |m: &Message<Datum>| {
        let router = within.upgrade().expect("it tells");
        let register = router.sender(m.sender()).event("b").register();
        let next = futures_lite::future::block_on(register.into_future());
        *place.lock().unwrap() = Some(next.expect("the name is free"));
    };
    router
        .connect_sync(take_over)
        .event(DISCONNECT)
        .once()
        .priority(1)
        .await;
    let written = log.clone();
    router
        .connect_sync(move |m: &Message<Datum>| written.push(heard(m)))
        .sender("s")
        .await;
    let s = sender(&router, "s", &["a"]);
    assert_eq!(log.take(), [r#"#connect ["a"] None"#]);
    drop(s);
    assert_eq!(
        log.take(),
        [r#"#disconnect ["a"] None"#, r#"#connect ["b"] None"#]
    );
    assert!(
        router
            .sender_info("s")
            .is_some_and(|info| info.events().eq(["b"]))
    );
    drop(stand_in.lock().unwrap().take());
    assert_eq!(log.take(), [r#"#disconnect ["b"] None"#]);
}

/// A queue that is waited for and full goes without it, and keeps nobody from it.
async fn who_comes_or_goes_does_not_wait(on: Runtime) {
    let router = announcing(&on);
    let log = Log::new();
    let told = log.clone();
    router
        .failures()
        .connect_sync(move |failed| told.push(failed.to_string()))
        .await;
    let mut full = router
        .subscribe()
        .capacity(1)
        .overflow(Overflow::Wait)
        .name("full")
        .await;
    let mut presence = router
        .presence()
        .subscribe()
        .capacity(1)
        .overflow(Overflow::Wait)
        .now();
    let mut other = router.subscribe().channel("connect").await;
    let (s, t) = (sender(&router, "s", &["a"]), sender(&router, "t", &["a"]));
    assert_eq!(other.len(), 2);
    assert_eq!(other.recv().await.unwrap().sender(), "s");
    assert_eq!((full.recv().await.unwrap().sender(), full.len()), ("s", 0));
    assert_eq!(
        (presence.recv().await.unwrap().name(), presence.len()),
        ("s", 0)
    );
    let failures = log.take();
    assert!(
        failures.len() == 1 && failures[0].starts_with("callback `full`"),
        "{failures:?}"
    );
    drop((s, t));
    assert_eq!(full.len(), 1);
}

/// A payload that cannot be made of every sender.
struct Picky;

impl From<SenderInfo> for Picky {
    fn from(info: SenderInfo) -> Self {
        assert!(info.name() != "bad", "{ON_PURPOSE}");
        Self
    }
}

async fn a_message_that_cannot_be_made_is_told_of(on: Runtime) {
    let router = Router::<Picky>::builder()
        .spawner(on.spawner())
        .announce()
        .build();
    let (log, failed) = (Log::new(), Log::new());
    let told = failed.clone();
    router
        .failures()
        .connect_sync(move |one| told.push(one.to_string()))
        .await;
    let written = log.clone();
    router
        .connect_sync(move |m: &Message<Picky>| written.push(m.route().to_string()))
        .await;
    let presence = router.presence().subscribe().now();
    let (bad, good) = (
        sender(&router, "bad", &["a"]),
        sender(&router, "good", &["a"]),
    );
    drop((bad, good));
    assert_eq!(log.take(), ["#connect of good", "#disconnect of good"]);
    assert_eq!(presence.len(), 4, "these are told all the same");
    let failed = failed.take();
    assert_eq!(failed.len(), 2);
    assert!(
        failed
            .iter()
            .all(|one| one.contains(ON_PURPOSE) && one.contains("comes or goes")),
        "{failed:?}"
    );
}

/// Async listeners hear of a sender in order, too.
async fn async_listeners_hear_it_in_order(_: Runtime) {
    for seed in 0..10 {
        let executor = SeededExecutor::new(seed);
        let router = Router::<Datum>::builder()
            .spawner(executor.clone())
            .announce()
            .build();
        let log = Log::new();
        let written = log.clone();
        let write = move |m: Arc<Message<Datum>>| {
            let log = written.clone();
            async move { log.push(m.event().to_owned()) }
        };
        router
            .connect(write)
            .routes([Route::of_sender("s"), Route::channel("connect")])
            .await;
        for _ in 0..3 {
            let s = sender(&router, "s", &["a"]);
            s.send("a", Datum::Number(1)).now().unwrap();
        }
        executor.run_until_stalled();
        assert_eq!(
            log.take(),
            [CONNECT, "a", DISCONNECT].repeat(3),
            "seed {seed}"
        );
    }
}

on_each_runtime! {
    it_is_told_with_what_the_sender_declares,
    its_keys_are_the_name_and_the_event,
    as_messages_it_takes_every_route,
    it_is_told_before_anything_else_of_the_sender,
    a_stand_in_takes_over_at_once,
    who_comes_or_goes_does_not_wait,
    a_message_that_cannot_be_made_is_told_of,
    async_listeners_hear_it_in_order,
}
