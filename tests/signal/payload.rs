//! What a send delivers: the defaults, another payload, or a changed copy.

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::{Event, Signal};

use crate::common::{Gate, Log, opens};
use crate::runtime::Runtime;

/// Counts how often it is cloned.
#[derive(Default)]
struct Line {
    text: String,
    level: u8,
    clones: Arc<AtomicUsize>,
}

impl Line {
    fn new(text: &str, level: u8) -> Self {
        Self {
            text: text.into(),
            level,
            clones: Arc::default(),
        }
    }
}

impl Clone for Line {
    fn clone(&self) -> Self {
        self.clones.fetch_add(1, Ordering::SeqCst);
        Self {
            text: self.text.clone(),
            level: self.level,
            clones: Arc::clone(&self.clones),
        }
    }
}

/// A signal, and what its two callbacks, one sync and one async, get to see.
fn listened(on: &Runtime, defaults: Line) -> (Signal<Line>, Log<(String, u8)>) {
    let signal = on.signal(defaults);
    let log = Log::new();
    let seen = |ev: &Event<Line>| (ev.text.clone(), ev.level);
    signal
        .connect_with_sync(log.clone(), move |log, ev| log.push(seen(ev)))
        .now();
    signal
        .connect_with(
            log.clone(),
            move |log, ev| async move { log.push(seen(&ev)) },
        )
        .now();
    (signal, log)
}

fn twice(text: &str, level: u8) -> Vec<(String, u8)> {
    vec![(text.to_owned(), level); 2]
}

async fn a_send_without_a_payload_delivers_the_defaults_and_clones_nothing(on: Runtime) {
    let (signal, log) = listened(&on, Line::new("default", 1));
    let clones = Arc::clone(&signal.defaults().clones);

    let _ = signal.send().join().await;
    assert_eq!(log.take(), twice("default", 1));
    let _ = signal.send().await.join().await;
    assert_eq!(log.take(), twice("default", 1));
    let _ = signal.send().now().unwrap().join().await;
    assert_eq!(log.take(), twice("default", 1));
    signal.send().fold((), |(), ()| ()).await;
    assert_eq!(log.take(), twice("default", 1));

    assert_eq!(clones.load(Ordering::SeqCst), 0);
}

async fn the_defaults_are_shared_with_every_event(on: Runtime) {
    let signal = on.signal(Line::new("default", 1));
    let defaults = ptr::from_ref(signal.defaults()).addr();
    let seen = Log::new();
    let of = |ev: &Event<Line>| ptr::from_ref::<Line>(ev).addr();
    signal
        .connect_with_sync(seen.clone(), move |seen, ev| seen.push(of(ev)))
        .now();
    signal
        .connect_with(
            seen.clone(),
            move |seen, ev| async move { seen.push(of(&ev)) },
        )
        .now();
    let _ = signal.send().await.join().await;
    assert_eq!(seen.take(), [defaults; 2]);
}

async fn a_payload_need_not_be_clone(on: Runtime) {
    struct Solid(u32);
    let signal = on.signal(Solid(1));
    let log = Log::new();
    signal
        .connect_with(log.clone(), |log, ev: Arc<Event<Solid>>| async move {
            log.push(ev.0);
        })
        .await;
    let _ = signal.send().join().await;
    let _ = signal.send().with(Solid(2)).await.join().await;
    assert_eq!(log.take(), [1, 2]);
}

async fn with_replaces_the_whole_payload(on: Runtime) {
    let (signal, log) = listened(&on, Line::new("default", 1));
    let clones = Arc::clone(&signal.defaults().clones);
    let line = Line {
        level: 7,
        clones: Arc::clone(&clones),
        ..Line::default()
    };
    let _ = signal.send().with(line).await.join().await;
    assert_eq!(log.take(), twice("", 7));
    assert_eq!(clones.load(Ordering::SeqCst), 0);
}

async fn update_changes_some_fields_of_a_copy(on: Runtime) {
    let (signal, log) = listened(&on, Line::new("default", 1));
    let clones = Arc::clone(&signal.defaults().clones);
    let _ = signal.send().update(|line| line.level = 9).join().await;
    assert_eq!(log.take(), twice("default", 9));
    assert_eq!(clones.load(Ordering::SeqCst), 1);

    // The defaults are what they were.
    assert_eq!(signal.defaults().level, 1);
    let _ = signal.send().join().await;
    assert_eq!(log.take(), twice("default", 1));
}

async fn several_updates_add_up_on_one_copy(on: Runtime) {
    let (signal, log) = listened(&on, Line::new("default", 1));
    let clones = Arc::clone(&signal.defaults().clones);
    let send = signal
        .send()
        .update(|line| line.level += 1)
        .key("between")
        .update(|line| line.text.push('!'))
        .update(|line| line.level *= 10);
    let _ = send.await.join().await;
    assert_eq!(log.take(), twice("default!", 20));
    assert_eq!(clones.load(Ordering::SeqCst), 1);
}

async fn update_after_with_changes_what_with_was_given(on: Runtime) {
    let (signal, log) = listened(&on, Line::new("default", 1));
    let line = Line::new("own", 2);
    let clones = Arc::clone(&line.clones);
    let send = signal.send().with(line).update(|line| line.level += 40);
    let _ = send.join().await;
    assert_eq!(log.take(), twice("own", 42));
    assert_eq!(clones.load(Ordering::SeqCst), 0);
}

async fn with_after_update_replaces_it(on: Runtime) {
    let (signal, log) = listened(&on, Line::new("default", 1));
    let send = signal.send().update(|line| line.level = 9);
    let _ = send.with(Line::new("own", 2)).join().await;
    assert_eq!(log.take(), twice("own", 2));
}

async fn update_may_borrow_what_is_around_it(on: Runtime) {
    let (signal, log) = listened(&on, Line::default());
    let (text, mut seen) = (String::from("borrowed"), 0);
    let send = signal.send().update(|line| {
        seen = line.level;
        line.text.push_str(&text);
    });
    let _ = send.join().await;
    assert_eq!((log.take(), seen), (twice("borrowed", 0), 0));
}

async fn a_payload_is_dropped_when_its_last_callback_is_done(on: Runtime) {
    struct Dropped(Option<Box<dyn Send + Sync>>);
    let (go, dropped) = (Gate::new(), Gate::new());
    let signal = on.signal(Dropped(None));
    signal
        .connect_with(go.clone(), |go, ev: Arc<Event<Dropped>>| async move {
            go.wait().await;
            assert!(ev.0.is_some());
        })
        .now();
    signal.connect_sync(|ev| assert!(ev.0.is_some())).now();
    let payload = Dropped(Some(Box::new(opens(&dropped))));
    let delivery = signal.send().with(payload).await;
    assert!(!dropped.is_open());
    go.open();
    assert!(delivery.join().await.is_ok());
    dropped.wait().await;
}

async fn a_payload_that_reaches_nobody_is_dropped_with_the_send(on: Runtime) {
    let signal = on.signal(None);
    let dropped = Gate::new();
    let delivery = signal.send().with(Some(opens(&dropped))).now().unwrap();
    assert_eq!(delivery.count(), 0);
    assert!(dropped.is_open());
}

on_each_runtime![
    a_send_without_a_payload_delivers_the_defaults_and_clones_nothing,
    the_defaults_are_shared_with_every_event,
    a_payload_need_not_be_clone,
    with_replaces_the_whole_payload,
    update_changes_some_fields_of_a_copy,
    several_updates_add_up_on_one_copy,
    update_after_with_changes_what_with_was_given,
    with_after_update_replaces_it,
    update_may_borrow_what_is_around_it,
    a_payload_is_dropped_when_its_last_callback_is_done,
    a_payload_that_reaches_nobody_is_dropped_with_the_send,
];
