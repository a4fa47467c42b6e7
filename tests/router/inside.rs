//! Code of the user's that uses the router it is called by: listeners, handlers, drops, conversions. A lock that is held shows as
//! a test that hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::router::{Call, Message, Presence, Route, Router, SenderInfo};
use fanfare::{Connection, Event, Overflow};

use crate::common::{Log, OnDrop};
use crate::kit::{Msg, router_on, sender, text};
use crate::runtime::Runtime;

/// Everything with a router that one could think of, but waiting.
fn busy<V: Default + Send + Sync + 'static>(router: &Router<V>) {
    let listener = router
        .connect_sync(|_: &Message<V>| ())
        .senders(["inside", "s"])
        .now();
    let stream = router
        .subscribe()
        .sender("inside")
        .capacity(1)
        .overflow(Overflow::Wait)
        .now();
    router
        .connect(async |_| ())
        .sender("inside")
        .event("x")
        .once()
        .now();
    let register = router
        .sender("inside")
        .event("x")
        .on_request_sync("r", |_| V::default());
    // Another one, further out, may have it.
    if let Ok(inside) = register.register().now() {
        drop(inside.send("x", V::default()).now());
        drop(inside.send("x", V::default()).now());
        assert!(inside.has_listeners("x"));
        let reply = router.request("inside", "r", V::default()).into_future();
        assert!(futures_lite::future::block_on(reply).is_ok());
        inside.disconnect();
    }
    let _ = (
        router.senders(),
        router.inspect(),
        router.all_queue_sizes(),
        router.get_sender("s"),
    );
    listener.add_keys([Route::any()]);
    listener.disconnect();
    drop((stream, router.notices()));
}

async fn listeners_and_handlers_may_do_everything(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let (within, written) = (router.downgrade(), log.clone());
    let listen = router.connect_sync(move |m: &Msg| {
        written.push(text(m));
        let router = within.upgrade().expect("it sends");
        busy(&router);
        if **m > 0 {
            let s = router.get_sender("s").expect("it is there");
            assert!(s.send("a", **m - 1).now().is_ok());
        }
    });
    listen.sender("s").event("a").await;
    let within = router.downgrade();
    let told = router.presence();
    let told = told.connect_sync(move |p: &Event<Presence>| {
        if let Some(router) = within.upgrade().filter(|_| p.name() == "s") {
            busy(&router);
        }
    });
    told.await;
    let builder = router.sender("s").event("a").on_any_request_with(
        router.downgrade(),
        |router, call| async move {
            let router = router.upgrade().ok_or("no router")?;
            busy(&router);
            Ok::<_, fanfare::router::HandlerError>(**call)
        },
    );
    let s = builder.register().await.unwrap();
    s.send("a", 3).await.unwrap();
    assert_eq!(log.take(), ["s a 3", "s a 2", "s a 1", "s a 0"]);
    assert_eq!(router.request("s", "x", 7).await.unwrap(), 7);
    drop(s);
    assert!(router.senders().is_empty());
}

async fn drops_may_do_everything(on: Runtime) {
    let router = router_on(&on);
    let count = Arc::new(AtomicUsize::new(0));
    let guard = || {
        let (within, count) = (router.downgrade(), count.clone());
        OnDrop(move || {
            count.fetch_add(1, Ordering::Relaxed);
            if let Some(router) = within.upgrade() {
                busy(&router);
            }
        })
    };
    let held = guard();
    let listener = router
        .connect_sync(move |_: &Msg| _ = &held)
        .sender("s")
        .await;
    assert!(listener.disconnect());
    let held = guard();
    router
        .connect_sync(move |_: &Msg| _ = &held)
        .sender("s")
        .event("undeclared")
        .await;
    let held = guard();
    let builder = router
        .sender("s")
        .event("a")
        .on_request_sync("r", move |_| {
            let _ = &held;
            1
        });
    let s = builder.register().await.unwrap();
    let held = guard();
    let refused = router.sender("s").on_request_sync("r", move |_| {
        let _ = &held;
        1
    });
    assert!(refused.register().await.is_err());
    drop(s);
    assert_eq!(count.load(Ordering::Relaxed), 4);
    let held = guard();
    router.connect_sync(move |_: &Msg| _ = &held).await;
    drop(router);
    assert_eq!(
        count.load(Ordering::Relaxed),
        5,
        "the router is gone by then"
    );
}

/// A payload that uses its router where it is made.
#[derive(Default)]
struct Busy;

static ROUTER: std::sync::OnceLock<Router<Busy>> = std::sync::OnceLock::new();

impl From<SenderInfo> for Busy {
    fn from(info: SenderInfo) -> Self {
        if let Some(router) = ROUTER.get().filter(|_| info.name() == "s") {
            busy(router);
        }
        Self
    }
}

async fn conversions_may_do_everything(_: Runtime) {
    let router = ROUTER.get_or_init(|| {
        Router::builder()
            .spawner(fanfare::Inline)
            .announce()
            .build()
    });
    // Several tests share the router.
    let register = router
        .sender("s")
        .event("a")
        .on_request_sync("r", |_: &Call<Busy>| Busy);
    if let Ok(s) = register.register().now() {
        drop(s.send("a", Busy).now());
        drop(s);
    }
}

/// A sender that goes while it is being sent by.
async fn a_sender_may_go_within_its_own_send(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    let within = router.downgrade();
    router
        .connect_sync(move |m: &Msg| {
            let router = within.upgrade().expect("it sends");
            assert_eq!(router.remove_sender(m.sender()), **m == 1);
        })
        .priority(1)
        .await;
    let later: Connection<Route> = router.connect_sync(crate::kit::writes(&log)).await;
    let s = sender(&router, "s", &["a"]);
    assert_eq!(s.send("a", 1).await.unwrap().count(), 2);
    assert_eq!(log.take(), ["s a 1"], "what has begun goes on");
    assert!(!s.is_connected() && later.is_connected());
}

on_each_runtime! {
    listeners_and_handlers_may_do_everything,
    drops_may_do_everything,
    conversions_may_do_everything,
    a_sender_may_go_within_its_own_send,
}
