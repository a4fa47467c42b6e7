//! What soaking has found, made small.

use std::future::{Future, IntoFuture, ready};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{BoxFuture, Event, Overflow, Signal, Spawner, Timer};

const MS: Duration = Duration::from_millis(1);

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// An executor that drops a task before it has run once, as one does that shuts down, must not have the connection wait
/// for that task for ever.
#[test]
fn a_debounced_call_whose_task_is_dropped_unpolled_leaves_room_for_the_next() {
    let (clock, executor) = (ManualClock::new(), SeededExecutor::new(0));
    let (spawned, own) = (AtomicUsize::new(0), executor.clone());
    let signal = Signal::builder(0u32)
        .timer(clock.clone())
        .spawner(move |task: BoxFuture<'static, ()>| {
            if spawned.fetch_add(1, Ordering::SeqCst) > 0 {
                own.spawn(task);
            }
        })
        .build();
    let called = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&called);
    signal
        .connect_sync(move |_| _ = count.fetch_add(1, Ordering::SeqCst))
        .debounce(MS)
        .now();

    drop(signal.send().now());
    assert_eq!(signal.inspect().sends_in_flight, 0, "its task is gone");
    drop(signal.send().now());
    executor.run_until_stalled();
    clock.advance(MS);
    executor.run_until_stalled();
    assert_eq!(called.load(Ordering::SeqCst), 1);
}

/// Of two sends that wait for one place, the first is woken, and finds that by now it has to wait for something else: then
/// the place is the second one's.
#[test]
fn a_send_that_cannot_use_a_place_passes_it_on() {
    let signal = Signal::builder(0u32).build();
    // In the order in which sends look at them.
    let mut other = signal
        .subscribe()
        .key("both")
        .priority(1)
        .capacity(1)
        .overflow(Overflow::Wait)
        .now();
    let mut wanted = signal
        .subscribe()
        .keys(["both", "one"])
        .capacity(1)
        .overflow(Overflow::Wait)
        .now();
    signal.send().key("one").with(1).now().expect("room");

    let flags = [Arc::new(Flag::default()), Arc::new(Flag::default())];
    let wakers = flags.clone().map(Waker::from);
    let mut first = pin!(signal.send().key("both").with(2).into_future());
    let mut second = pin!(signal.send().key("one").with(3).into_future());
    assert!(
        first
            .as_mut()
            .poll(&mut Context::from_waker(&wakers[0]))
            .is_pending()
    );
    assert!(
        second
            .as_mut()
            .poll(&mut Context::from_waker(&wakers[1]))
            .is_pending()
    );

    // Something else takes the first one's other place meanwhile.
    other.connection().add_keys(["elsewhere"]);
    signal.send().key("elsewhere").with(4).now().expect("room");
    assert_eq!(wanted.try_recv().map(|event| **event), Ok(1));
    assert!(flags[0].0.load(Ordering::SeqCst), "the first one is woken");
    assert!(
        first
            .as_mut()
            .poll(&mut Context::from_waker(&wakers[0]))
            .is_pending()
    );
    assert!(flags[1].0.load(Ordering::SeqCst), "and passes the place on");
    let poll = second.as_mut().poll(&mut Context::from_waker(&wakers[1]));
    assert!(matches!(poll, Poll::Ready(_)));

    // The first one is not forgotten either.
    assert_eq!(other.try_recv().map(|event| **event), Ok(4));
    assert_eq!(wanted.try_recv().map(|event| **event), Ok(3));
    assert!(matches!(
        first.as_mut().poll(&mut Context::from_waker(&wakers[0])),
        Poll::Ready(_)
    ));
}
/// A timer whose sleeps are over at once, and whose time does not pass.
struct Hasty(Instant);

impl Timer for Hasty {
    fn now(&self) -> Instant {
        self.0
    }

    fn sleep(&self, time: Duration) -> BoxFuture<'static, ()> {
        assert!(time < Duration::from_secs(10), "on purpose");
        Box::pin(ready(()))
    }
}

/// The task must not go round and round until the time has come: a sleep that is over is over.
#[test]
fn a_debounced_call_takes_a_timer_at_its_word() {
    for pause in [MS, Duration::from_secs(10)] {
        let executor = SeededExecutor::new(0);
        let signal = Signal::builder(0u32)
            .timer(Hasty(Instant::now()))
            .spawner(executor.clone())
            .build();
        let called = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&called);
        signal
            .connect_sync(move |_| _ = count.fetch_add(1, Ordering::SeqCst))
            .debounce(pause)
            .now();
        drop(signal.send().now());
        executor.run_until_stalled();
        assert_eq!(called.load(Ordering::SeqCst), 1, "after {pause:?}");
    }
}

fn named(_: &Event<u32>) {}

async fn slow(event: Arc<Event<u32>>) {
    if **event == 0 {
        std::future::pending::<()>().await;
    }
}

/// Connected again with more room, a callback's calls begin that waited: on the spot, if the executor works so, and that
/// must not be under a lock.
#[test]
fn calls_that_a_new_limit_lets_begin_may_connect_and_disconnect() {
    let executor = SeededExecutor::new(0);
    let (spawned, own) = (AtomicUsize::new(0), executor.clone());
    let signal = Signal::builder(0u32)
        .spawner(move |task: BoxFuture<'static, ()>| {
            // The first one is taken, the others are dropped, and reported as aborted.
            if spawned.fetch_add(1, Ordering::SeqCst) == 0 {
                own.spawn(task);
            }
        })
        .build();
    let weak = signal.downgrade();
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let tell = move |_: &Event<_>| {
        count.fetch_add(1, Ordering::SeqCst);
        let signal = weak.upgrade().expect("it is there");
        assert!(signal.connect_sync(named).key("other").now().disconnect());
    };
    signal.failures().connect_sync(tell).now();

    signal
        .connect(slow)
        .name("slow")
        .max_in_flight(1)
        .queue(5, Overflow::Wait)
        .now();
    let running = signal.send().with(0).now().expect("room");
    executor.run_until_stalled();
    let waiting = signal.send().with(1).now().expect("room");
    signal
        .connect(slow)
        .name("slow")
        .max_in_flight(2)
        .queue(5, Overflow::Wait)
        .now();
    assert!(waiting.is_done());
    assert_eq!(told.load(Ordering::SeqCst), 1);
    assert!(!running.is_done());
}

/// Sends that wait for a place in a queue which its connection has exchanged for another one are told of the new one, and
/// of the end.
#[test]
fn sends_that_wait_for_a_queue_that_is_no_more_look_at_the_new_one() {
    for closes in [false, true] {
        let executor = SeededExecutor::new(0);
        let signal = Signal::builder(0u32).spawner(executor.clone()).build();
        signal.connect(slow).max_in_flight(1).now();
        let running = signal.send().with(0).now().expect("room");
        executor.run_until_stalled();

        let flags = [Arc::new(Flag::default()), Arc::new(Flag::default())];
        let wakers = flags.clone().map(Waker::from);
        let mut sends = [1, 2].map(|number| signal.send().with(number).into_future());
        let mut poll = |place: usize| {
            flags[place].0.store(false, Ordering::SeqCst);
            let cx = &mut Context::from_waker(&wakers[place]);
            pin!(&mut sends[place]).poll(cx).is_ready()
        };
        assert!(!poll(0) && !poll(1));
        signal
            .connect(slow)
            .ordered_by(|event| **event)
            .queue(1, Overflow::Wait)
            .now();
        let is_woken = |place: usize| flags[place].0.load(Ordering::SeqCst);
        assert!(is_woken(0) && is_woken(1));
        assert!(poll(0));
        if closes {
            signal.close();
            assert!(poll(1));
        } else {
            executor.run_until_stalled();
            assert!(poll(1));
        }
        drop(running);
    }
}
