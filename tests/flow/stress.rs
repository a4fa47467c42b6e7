//! Threads that send, abort, disconnect and close at once: every call is accounted for, and nothing hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fanfare::{Cause, Event, Overflow, Report, Signal};
use fastrand::Rng;
use futures_lite::future::{block_on, poll_once, yield_now};

use crate::runtime::Runtime;

const THREADS: usize = 3;
const SENDS: usize = 1_500;

/// What the reports said.
#[derive(Default)]
struct Counts {
    replied: AtomicUsize,
    aborted: AtomicUsize,
    dropped: AtomicUsize,
    closed: AtomicUsize,
}

impl Counts {
    fn add(&self, report: &Report<()>) {
        self.replied.fetch_add(report.replies().len(), Ordering::SeqCst);
        for failure in report.failures() {
            let count = match failure.cause() {
                Cause::Aborted => &self.aborted,
                Cause::Overflow => &self.dropped,
                Cause::Closed => &self.closed,
                other => panic!("nothing else happens: {other:?}"),
            };
            count.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn failures(&self) -> usize {
        [&self.aborted, &self.dropped, &self.closed].map(|count| count.load(Ordering::SeqCst)).iter().sum()
    }
}

/// An async callback that waits a little and counts the calls that came to their end.
fn callback(ended: &Arc<AtomicUsize>) -> impl Fn(Arc<Event<usize>>) -> fanfare::BoxFuture<'static, ()> + Send + Sync + use<> {
    let ended = Arc::clone(ended);
    move |ev| {
        let ended = Arc::clone(&ended);
        Box::pin(async move {
            for _ in 0..**ev % 3 {
                yield_now().await;
            }
            ended.fetch_add(1, Ordering::SeqCst);
        })
    }
}

/// Sends in every way, and now and then aborts or gives up. Calls that nobody hears of again are not counted.
fn send_and_count(signal: &Signal<usize>, counts: &Counts, seed: u64, may_drop: bool) {
    let mut rng = Rng::with_seed(seed);
    let mut open = Vec::new();
    for number in 0..SENDS {
        let send = signal.send().with(number);
        match rng.usize(..6) {
            0 => counts.add(&block_on(send.join())),
            1 => open.push(block_on(send.into_future_now())),
            2 if may_drop => drop(block_on(poll_once(send.join()))),
            3 => {
                if let Ok(delivery) = send.now() {
                    delivery.abort();
                    open.push(delivery);
                }
            }
            _ => open.extend(send.now().ok()),
        }
        if open.len() > 20 {
            open.drain(..).for_each(|delivery| counts.add(&block_on(delivery.join())));
        }
    }
    open.drain(..).for_each(|delivery| counts.add(&block_on(delivery.join())));
}

/// `.await`, by name.
trait IntoFutureNow: std::future::IntoFuture + Sized {
    fn into_future_now(self) -> Self::IntoFuture {
        self.into_future()
    }
}

impl<T: std::future::IntoFuture> IntoFutureNow for T {}

fn storm(signal: &Signal<usize>, counts: &Counts, beside: impl FnOnce() + Send) {
    thread::scope(|scope| {
        for thread in 0..THREADS as u64 {
            scope.spawn(move || send_and_count(signal, counts, thread, false));
        }
        scope.spawn(beside);
    });
}

async fn sends_and_aborts_account_for_every_call(on: Runtime) {
    for way in 0..5 {
        let (signal, ended, counts) = (on.signal(0usize), Arc::default(), Counts::default());
        let connect = signal.connect(callback(&ended));
        match way {
            0 => connect.sequential(),
            1 => connect.queue(3, Overflow::DropOldest),
            2 => connect.queue(2, Overflow::KeepLatest),
            3 => connect.ordered_by(|ev| **ev % 4).queue(3, Overflow::DropNewest).max_in_flight(2),
            _ => connect.max_in_flight(2),
        }
        .now();
        let lone = thread_of(&on, &signal, &counts);
        signal.idle().await;
        assert_eq!(counts.replied.load(Ordering::SeqCst), ended.load(Ordering::SeqCst), "{way}");
        assert_eq!(signal.failure_count(), counts.failures() as u64, "{way}");
        let shown = &signal.inspect().connections[0];
        assert_eq!((shown.running, shown.queued), (0, 0), "{way}");
        assert_eq!(shown.lost, counts.dropped.load(Ordering::SeqCst) as u64, "{way}");
        if way == 4 {
            assert_eq!(shown.lost, 0);
        }
        drop(lone);
        assert!(signal.connections_are_free());
    }
}

/// The storm on threads of its own, so that the runtime of the test goes on.
fn thread_of(_: &Runtime, signal: &Signal<usize>, counts: &Counts) {
    storm(signal, counts, || ());
}

trait Free {
    fn connections_are_free(&self) -> bool;
}

impl Free for Signal<usize> {
    /// Whether a send gets in at once, and through.
    fn connections_are_free(&self) -> bool {
        self.send().now().is_ok_and(|delivery| delivery.count() == 1)
    }
}
