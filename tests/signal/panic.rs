//! A callback that panics, in whatever way: it is reported, and nobody else notices.

use std::future::{Future, Ready};
use std::panic::panic_any;
use std::pin::Pin;
use std::task::{Context, Poll};

use fanfare::{Cause, ConnectBuilder, Connection, Event, Report, Schedule, Signal};
use futures_lite::future::yield_now;

use crate::common::{ON_PURPOSE, poll, told};
use crate::runtime::Runtime;

/// A future that replies after some polls and panics when it is dropped.
struct DropsBadly(usize);

impl Future for DropsBadly {
    type Output = u8;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<u8> {
        if self.0 == 0 {
            return Poll::Ready(16);
        }
        self.0 -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Drop for DropsBadly {
    fn drop(&mut self) {
        panic!("{ON_PURPOSE}");
    }
}

#[derive(Debug)]
struct ClonesBadly;

impl Clone for ClonesBadly {
    fn clone(&self) -> Self {
        panic!("{ON_PURPOSE}")
    }
}

/// A panic's payload that panics when it is dropped, and whose panic's payload does so again.
struct Matryoshka(u8);

impl Drop for Matryoshka {
    fn drop(&mut self) {
        if self.0 > 0 {
            panic_any(Self(self.0 - 1));
        }
    }
}

type Harm = fn(&Signal<(), u8>) -> ConnectBuilder<(), u8>;

/// All the places where a callback can panic.
const HARMS: [(&str, Harm); 13] = [
    ("body of a sync one", |s| {
        s.connect_sync(|_| panic!("{ON_PURPOSE}"))
    }),
    ("function that makes a future", |s| {
        s.connect(|_| -> Ready<u8> { panic!("{ON_PURPOSE}") })
    }),
    ("first poll", |s| {
        s.connect(|_| async { panic!("{ON_PURPOSE}") })
    }),
    ("later poll", |s| {
        s.connect(|_| async {
            yield_now().await;
            panic!("{ON_PURPOSE}")
        })
    }),
    ("drop of a future that was ready", |s| {
        s.connect(|_| DropsBadly(0))
    }),
    ("drop of a future that was ready later", |s| {
        s.connect(|_| DropsBadly(3))
    }),
    ("predicate of a sync one", |s| {
        s.connect_sync(|_| 16).when(|_| panic!("{ON_PURPOSE}"))
    }),
    ("predicate of an async one", |s| {
        s.connect(|_| async { 16 }).when(|_| panic!("{ON_PURPOSE}"))
    }),
    ("clone of its state", |s| {
        s.connect_with(ClonesBadly, |_, _| async { 16 })
    }),
    ("with a number", |s| s.connect_sync(|_| panic_any(7u8))),
    ("with a number, async", |s| {
        s.connect(|_| async { panic_any(7u8) })
    }),
    ("with what panics on drop", |s| {
        s.connect_sync(|_| panic_any(Matryoshka(2)))
    }),
    ("with what panics on drop, async", |s| {
        s.connect(|_| async {
            yield_now().await;
            panic_any(Matryoshka(2))
        })
    }),
];

/// A signal with a callback that panics among four that do not.
fn harmed(
    on: &Runtime,
    schedule: Schedule,
    (name, harm): (&str, Harm),
) -> (Signal<(), u8>, Connection) {
    let signal = on.builder(()).schedule(schedule).reply::<u8>().build();
    signal.connect_sync(|_| 1).now();
    signal.connect(|_| async { 2 }).now();
    let connection = harm(&signal).name(name).now();
    signal
        .connect(|_| async {
            yield_now().await;
            4
        })
        .now();
    signal.connect_sync(|_| 8).now();
    (signal, connection)
}

/// One failure, the harmful callback's, and everybody else's reply.
fn check(report: &Report<u8>, name: &str, connection: &Connection) {
    let outcomes: Vec<_> = report.iter().map(|outcome| outcome.ok().copied()).collect();
    assert_eq!(
        outcomes,
        [Some(1), Some(2), None, Some(4), Some(8)],
        "{name}"
    );
    assert_eq!((report.count(), report.is_ok()), (5, false));
    let failures: Vec<_> = report.failures().collect();
    let [failure] = failures[..] else {
        panic!("{failures:?}")
    };
    assert_eq!(failure.name(), Some(name));
    assert_eq!(failure.connection(), Some(connection.id()));
    assert!(matches!(failure.cause(), Cause::Panicked(_)), "{failure:?}");
}

async fn it_is_reported_and_nobody_else_notices(on: Runtime) {
    for harm in HARMS {
        let (name, _) = harm;
        let (signal, connection) = harmed(&on, Schedule::Spawn, harm);
        for _ in 0..2 {
            check(&signal.send().join().await, name, &connection);
            let delivery = signal.send().await;
            assert_eq!(delivery.count(), 5);
            check(&delivery.join().await, name, &connection);
            assert_eq!(signal.send().first().await, Some(1));
            assert_eq!(signal.send().fold(0, |sum, reply| sum + reply).await, 15);
        }
        assert!(connection.is_connected());
        // It does not count as running.
        assert_eq!(
            poll(&mut connection.disconnect_and_wait()),
            Poll::Ready(true)
        );
        assert_eq!(signal.send().await.join().await.replies(), [1, 2, 4, 8]);
    }
}

async fn it_is_the_same_for_eager_callbacks(on: Runtime) {
    for harm in HARMS {
        let (signal, connection) = harmed(&on, Schedule::Eager, harm);
        check(&signal.send().await.join().await, harm.0, &connection);
        check(
            &signal.send().now().unwrap().join().await,
            harm.0,
            &connection,
        );
    }
}

async fn it_may_go_unseen(on: Runtime) {
    for harm in HARMS {
        let (signal, _) = harmed(&on, Schedule::Spawn, harm);
        drop(signal.send().await);
        drop(signal.send().now().unwrap());
        assert_eq!(signal.send().join().await.count(), 5);
    }
}

async fn it_uses_up_a_call(on: Runtime) {
    let signal = on.signal(0u8);
    let once = signal
        .connect_sync(|_: &Event<u8>| panic!("{ON_PURPOSE}"))
        .once()
        .await;
    assert_eq!(signal.send().join().await.count(), 1);
    assert!(!once.is_connected());
    assert_eq!(signal.send().join().await.count(), 0);
    // A predicate that panics has not let the call through, and uses up none.
    let once = signal
        .connect_sync(|_| ())
        .when(|ev| {
            if **ev == 0 {
                panic!("{ON_PURPOSE}")
            } else {
                true
            }
        })
        .once()
        .await;
    assert_eq!(told(&signal.send().join().await), ["on purpose"]);
    assert!(once.is_connected());
    assert_eq!(told(&signal.send().with(1).join().await), ["()"]);
    assert!(!once.is_connected());
}

on_each_runtime![
    it_is_reported_and_nobody_else_notices,
    it_is_the_same_for_eager_callbacks,
    it_may_go_unseen,
    it_uses_up_a_call,
];
