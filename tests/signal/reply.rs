//! What callbacks reply, and the key types a signal can have.

use std::sync::Arc;

use fanfare::{Event, Inline, Schedule, Signal};

use crate::common::{Log, ON_PURPOSE, told};
use crate::runtime::Runtime;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Topic {
    Logs,
    Audit { level: u8 },
}

async fn callbacks_reply_with_the_type_the_builder_was_given(on: Runtime) {
    let signal = on.builder(20u32).reply::<String>().build();
    signal.connect_sync(|ev| format!("sync {}", **ev)).await;
    signal
        .connect(|ev| async move { format!("async {}", **ev) })
        .await;
    let report = signal.send().join().await;
    assert_eq!(report.replies(), ["sync 20", "async 20"]);
    let replies = signal.send().with(3).await.join().await.into_replies();
    assert_eq!(replies, ["sync 3", "async 3"]);
}

async fn a_reply_need_be_neither_clone_nor_shareable(on: Runtime) {
    struct Owned(std::cell::Cell<u32>);
    let signal = on.builder(1u32).reply::<Owned>().build();
    signal.connect_sync(|ev| Owned((**ev).into())).await;
    signal
        .connect(|ev| async move { Owned((**ev + 1).into()) })
        .await;
    let replies = signal.send().join().await.into_replies();
    let numbers: Vec<u32> = replies.into_iter().map(|Owned(n)| n.get()).collect();
    assert_eq!(numbers, [1, 2]);
}

async fn an_error_is_a_reply_and_no_failure(on: Runtime) {
    let signal = on.builder(()).reply::<Result<u8, String>>().build();
    signal.connect_sync(|_| Err("no".to_owned())).await;
    signal.connect(|_| async { Ok(1) }).await;
    let report = signal.send().await.join().await;
    assert!(report.is_ok());
    assert_eq!(report.replies(), [Err("no".to_owned()), Ok(1)]);
}

async fn a_callback_that_never_returns_fits_every_reply(on: Runtime) {
    let signal = on.builder(()).reply::<String>().build();
    signal.connect_sync(|_| panic!("{ON_PURPOSE}: sync")).await;
    signal
        .connect(|_| async { panic!("{ON_PURPOSE}: async") })
        .await;
    let report = signal.send().join().await;
    assert_eq!(told(&report), ["on purpose: sync", "on purpose: async"]);
    assert!(report.replies().is_empty());
}

async fn keys_can_be_of_an_enum(on: Runtime) {
    let signal = on.builder(()).key::<Topic>().build();
    let log = Log::new();
    signal
        .connect_sync(log.writes("logs"))
        .key(Topic::Logs)
        .await;
    signal
        .connect(log.writes_async("audit 2"))
        .key(Topic::Audit { level: 2 })
        .await;
    signal.connect_sync(log.writes("bare")).await;
    signal
        .connect_sync(|ev: &Event<(), Topic>| assert_eq!(ev.keys(), [Topic::Logs]))
        .key(Topic::Logs)
        .await;

    assert!(signal.send().key(Topic::Logs).join().await.is_ok());
    assert_eq!(log.take(), ["logs", "bare"]);
    let _ = signal.send().keys([Topic::Audit { level: 2 }]).join().await;
    assert_eq!(log.take(), ["audit 2", "bare"]);
    let _ = signal.send().key(Topic::Audit { level: 3 }).join().await;
    assert_eq!(log.take(), ["bare"]);
}

async fn keys_can_be_of_any_hashable_type(on: Runtime) {
    let signal = on.builder(()).key::<(u8, String)>().build();
    let connection = signal.connect_sync(|_| ()).key((1, "a".into())).await;
    assert_eq!(signal.send().key((1, "a".into())).await.count(), 1);
    assert_eq!(signal.send().key((1, "b".into())).await.count(), 0);
    assert!(connection.remove_keys([(1, "a".into())]));
    assert_eq!(signal.send().key((1, "a".into())).await.count(), 0);
}

async fn the_builder_keeps_its_settings_when_its_types_change(_: Runtime) {
    let log = Log::new();
    let signal: Signal<u8, u16, u32> = Signal::builder(1u8)
        .name("settled")
        .spawner(Inline)
        .schedule(Schedule::Eager)
        .reply::<u16>()
        .key::<u32>()
        .build();
    signal
        .connect_with(log.clone(), |log, ev: Arc<Event<u8, u32>>| async move {
            log.push(ev.signal().name().map(str::to_owned));
            futures_lite::future::yield_now().await;
            u16::from(**ev) + 1
        })
        .key(7u32)
        .await;
    // Were it not for `Inline`, the callback would not be done here.
    let delivery = signal.send().key(7u32).now().unwrap();
    assert!(delivery.is_done());
    assert_eq!(delivery.join().await.replies(), [2]);
    assert_eq!(log.take(), [Some("settled".to_owned())]);
}

on_each_runtime![
    callbacks_reply_with_the_type_the_builder_was_given,
    a_reply_need_be_neither_clone_nor_shareable,
    an_error_is_a_reply_and_no_failure,
    a_callback_that_never_returns_fits_every_reply,
    keys_can_be_of_an_enum,
    keys_can_be_of_any_hashable_type,
    the_builder_keeps_its_settings_when_its_types_change,
];
