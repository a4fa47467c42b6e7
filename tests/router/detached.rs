//! Listeners that are taken off what will never come.

use fanfare::router::{DetachReason, Notice, Route};
use fanfare::{Connection, Subscription};

use crate::common::Log;
use crate::kit::{Msg, announcing, router_on, sender, sent, writes};
use crate::runtime::Runtime;

/// Who was taken off, as `2 off b of s: Undeclared`.
fn detached(notices: &mut Subscription<Notice>) -> Vec<String> {
    let mut all = Vec::new();
    while let Ok(notice) = notices.try_recv() {
        if let Notice::Detached {
            route,
            listeners,
            reason,
        } = &**notice
        {
            all.push(format!("{listeners} off {route}: {reason:?}"));
        }
    }
    all
}

async fn a_sender_that_comes_takes_listeners_off_what_it_does_not_declare(on: Runtime) {
    let router = router_on(&on);
    let mut notices = router.notices();
    let log = Log::new();
    let listen = || router.connect_sync(writes(&log));
    let ends = [
        listen().sender("s").event("b").await,
        listen().sender("s").event("b").await,
    ];
    let goes_on = listen()
        .senders(["s", "t"])
        .events(["a", "b", "#alarm"])
        .await;
    let others = [
        listen().await,
        listen().sender("s").await,
        listen().event("b").await,
        listen().channel("b").await,
    ];
    let s = sender(&router, "s", &["a"]);
    let mut told = detached(&mut notices);
    told.sort();
    assert_eq!(
        told,
        ["1 off #alarm of s: Undeclared", "3 off b of s: Undeclared"]
    );
    assert!(
        !ends.iter().any(Connection::is_connected),
        "they had nothing else"
    );
    assert!(goes_on.is_connected() && others.iter().all(Connection::is_connected));
    assert_eq!(sent(&s, "a", 1).await, 3);
    // Another of that name that declares it has to be listened to anew.
    drop(s);
    let s = sender(&router, "s", &["a", "b", "#alarm"]);
    assert_eq!(sent(&s, "b", 1).await, 3, "any, its own, any of this name");
    assert!(goes_on.add_keys([Route::new("s", "b")]));
    assert_eq!(sent(&s, "b", 1).await, 4);
    assert_eq!(detached(&mut notices), [""; 0]);
}

async fn who_comes_later_is_taken_off_at_once(on: Runtime) {
    let router = router_on(&on);
    let mut notices = router.notices();
    let s = sender(&router, "s", &["a"]);
    let log = Log::new();
    let ended = router
        .connect_sync(writes(&log))
        .sender("s")
        .event("b")
        .await;
    assert!(!ended.is_connected() && !ended.add_keys([Route::any()]));
    assert_eq!(detached(&mut notices), ["1 off b of s: Undeclared"]);
    let some = router
        .connect_sync(writes(&log))
        .senders(["s", "t"])
        .event("b")
        .await;
    assert!(some.is_connected());
    assert_eq!(detached(&mut notices), ["1 off b of s: Undeclared"]);
    // However it is told, and by streams as well.
    let own = router
        .connect_sync(writes(&log))
        .sender("s")
        .event("a")
        .await;
    assert!(own.add_keys([Route::new("s", "c"), Route::new("t", "c")]));
    assert_eq!(detached(&mut notices), ["1 off c of s: Undeclared"]);
    assert!(own.is_connected());
    let mut stream = router.subscribe().sender("s").event("c").await;
    assert!(stream.recv().await.is_err(), "it is over");
    assert_eq!(detached(&mut notices), ["1 off c of s: Undeclared"]);
    // Once it has gone, anything may come.
    drop(s);
    let waits = router
        .connect_sync(writes(&log))
        .sender("s")
        .event("b")
        .await;
    assert!(waits.is_connected());
    let s = sender(&router, "s", &["b"]);
    assert_eq!(sent(&s, "b", 1).await, 1);
    assert_eq!(
        detached(&mut notices),
        ["1 off a of s: Undeclared"],
        "what was its own once"
    );
}

fn named(_: &Msg) {}

/// As in the original: what was taken off is not there to be removed.
async fn removal_tells_that_it_is_gone(on: Runtime) {
    let router = router_on(&on);
    router.connect_sync(named).sender("s").event("b").await;
    let _s = sender(&router, "s", &["a"]);
    assert!(!router.disconnect(named).sender("s").event("b").await);
    assert!(!router.disconnect(named).await);
}

/// A router that does not announce sends neither of the two, and says so to who waits for them.
async fn who_waits_for_what_is_not_announced_is_told(on: Runtime) {
    let router = router_on(&on);
    let mut notices = router.notices();
    let listen = || router.connect_sync(|_: &Msg| unreachable!("it does not come"));
    let ended = [
        listen().event("#connect").await,
        listen().channel("disconnect").await,
        listen().sender("s").event("#connect").await,
    ];
    assert!(!ended.iter().any(Connection::is_connected));
    let told = detached(&mut notices);
    let expected = [
        "#connect of any sender",
        "#disconnect of any sender",
        "#connect of s",
    ];
    assert_eq!(
        told,
        expected.map(|route| format!("1 off {route}: Unannounced"))
    );
    drop(sender(&router, "s", &["a"]));
    assert!(DetachReason::Unannounced.to_string().contains("announce()"));

    let router = announcing(&on);
    let mut notices = router.notices();
    let stays = router.connect_sync(|_| ()).event("#connect").await;
    drop(sender(&router, "s", &["a"]));
    assert!(stays.is_connected());
    assert_eq!(detached(&mut notices), [""; 0]);
}

on_each_runtime! {
    a_sender_that_comes_takes_listeners_off_what_it_does_not_declare,
    who_comes_later_is_taken_off_at_once,
    removal_tells_that_it_is_gone,
    who_waits_for_what_is_not_announced_is_told,
}
