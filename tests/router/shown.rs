//! What routers and their parts show of themselves.

use std::sync::Arc;

use fanfare::dispatcher::{Context, Dispatcher};
use fanfare::router::{Call, Route, Router};

use crate::common::Log;
use crate::kit::{router_on, sender};
use crate::runtime::Runtime;

async fn listeners_and_senders_are_shown(on: Runtime) {
    let router = Router::<u32>::builder()
        .spawner(on.spawner())
        .name("plant")
        .stats()
        .build();
    router.connect_sync(|_| ()).sender("s").name("panel").await;
    let _stream = router.subscribe().events(["a", "b"]).name("tape").await;
    let s = sender(&router, "s", &["a"]);
    s.send("a", 1).await.unwrap();
    let shown = router.inspect();
    let names: Vec<_> = shown
        .connections
        .iter()
        .map(|one| one.name.as_deref().unwrap())
        .collect();
    assert_eq!(
        (shown.name.as_deref(), &names[..]),
        (Some("plant"), &["panel", "tape"][..])
    );
    assert_eq!(
        shown.connections[0]
            .counts
            .as_ref()
            .expect("it counts")
            .calls,
        1
    );
    assert_eq!(
        (shown.connections[1].keys, shown.connections[1].queued),
        (2, 1)
    );
    assert_eq!(router.senders(), [s.info().clone()]);
    assert_eq!(router.presence().name(), Some("plant.presence"));
}

async fn everything_has_a_debug_form(on: Runtime) {
    let router = router_on(&on);
    let s = sender(&router, "s", &["a"]);
    let forms = [
        format!("{router:?} {:?}", router.downgrade()),
        format!("{s:?} {:?}", s.send("a", 1)),
        format!("{:?}", router.connect_sync(|_| ()).sender("s").event("a")),
        format!("{:?}", router.subscribe().channel("c")),
        format!(
            "{:?}",
            router
                .sender("t")
                .event("a")
                .on_request_sync("m", |_| 1)
                .register()
        ),
        format!("{:?}", router.request("s", "m", 7)),
        format!("{:?}", s.send("x", 1).now().unwrap_err()),
        format!("{:?}", router.request("s", "m", 7).await.unwrap_err()),
    ];
    let parts = [
        "Router",
        "Sender",
        "\"s\"",
        "#c",
        "\"m\"",
        "\"m\"",
        "`x` of `s`",
        "no requests",
    ];
    for (form, part) in forms.iter().zip(parts) {
        assert!(form.contains(part), "{form}");
    }
    let calls = Log::new();
    let written = calls.clone();
    let write = move |call: &Call<u32>| {
        written.push(format!("{call:?}"));
        1
    };
    let register = router.sender("u").on_any_request_sync(write).register();
    let _u = register.await.unwrap();
    router.request("u", "m", 7).await.unwrap();
    let calls = calls.take().concat();
    assert!(calls.contains("m of u") && calls.contains('7'), "{calls}");
}

async fn routes_read_as_what_they_are(_: Runtime) {
    let shown = [
        (Route::any(), "any event of any sender"),
        (Route::of_sender("s"), "any event of s"),
        (Route::of_event("a"), "a of any sender"),
        (Route::channel("a"), "#a of any sender"),
        (Route::new("s", "a"), "a of s"),
    ];
    for (route, text) in &shown {
        assert_eq!(route.to_string(), *text);
        assert!(route.is_within(&Route::any()) && route.is_within(route));
        assert_eq!(route.is_channel(), text.starts_with('#'));
        assert_eq!(Route::any().is_within(route), *route == Route::any());
    }
    assert!(shown[4].0.is_within(&shown[1].0) && shown[4].0.is_within(&shown[2].0));
    assert!(!shown[4].0.is_within(&shown[3].0) && !shown[1].0.is_within(&shown[4].0));
    assert_eq!(
        (shown[4].0.sender(), shown[4].0.event()),
        (Some("s"), Some("a"))
    );
}

/// Counts what it goes around.
struct Counts(Log<usize>);

impl Dispatcher for Counts {
    fn before(&self, context: &Context) {
        self.0.push(context.receivers());
    }
}

async fn dispatchers_are_around_messages_and_requests(on: Runtime) {
    let log = Log::new();
    let builder = Router::<u32>::builder().spawner(on.spawner());
    let router = builder.dispatcher(Arc::new(Counts(log.clone()))).build();
    router.connect_sync(|_| ()).sender("s").await;
    router.connect_sync(|_| ()).sender("s").event("a").await;
    let builder = router
        .sender("s")
        .event("a")
        .on_request("read", |_| async { 1 });
    let s = builder.register().await.unwrap();
    s.send("a", 1).await.unwrap();
    assert_eq!(router.request("s", "read", 1).await.unwrap(), 1);
    assert_eq!(log.take(), [2, 1]);
}

on_each_runtime! {
    listeners_and_senders_are_shown,
    everything_has_a_debug_form,
    routes_read_as_what_they_are,
    dispatchers_are_around_messages_and_requests,
}

/// In the form of the original.
#[cfg(feature = "serde")]
#[test]
fn what_a_sender_declares_is_written_as_the_original_does() {
    use serde_json::{Value, json};

    let router = Router::<Value>::builder().announce().build();
    let mut messages = router.subscribe().channel("connect").now();
    let silent = sender(&router, "silent", &["a", "#b"]);
    let builder = router
        .sender("replies")
        .on_request_sync("read", |_| json!(1));
    let _replies = builder
        .on_any_request_sync(|_| json!(2))
        .register()
        .now()
        .unwrap();
    let data = [
        json!({"events": ["#connect", "#disconnect", "a", "#b"], "requests": null}),
        json!({"events": ["#connect", "#disconnect"], "requests": ["read", null]}),
    ];
    for data in &data {
        let message = messages.try_recv().expect("it was told");
        assert_eq!(**message, *data);
    }
    assert_eq!(serde_json::to_value(silent.info()).unwrap(), data[0]);
}
