//! Sends that wait all get through: no wake-up is lost, whoever is woken and whatever he does then.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::Poll;

use fanfare::futures::SendFuture;
use fanfare::testing::SeededExecutor;
use fanfare::{Overflow, Signal};
use futures_lite::future::yield_now;

use crate::common::{Log, poll};
use crate::kit::{Course, by_hand, on_wake, poll_with};
use crate::runtime::Runtime;

/// A place is given to one who turns out not to need it: the next one gets it.
async fn who_is_woken_and_needs_no_place_passes_it_on(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let (course, skips) = (Course::new(), Arc::new(AtomicBool::new(false)));
    let skip = Arc::clone(&skips);
    signal
        .connect_with(course.clone(), Course::run)
        .when(move |ev| **ev != 1 || !skip.load(Ordering::SeqCst))
        .max_in_flight(1)
        .now();
    drop(signal.send().now().unwrap());
    let woken = Log::new();
    let mut sends: Vec<_> = (1..4)
        .map(|n| signal.send().with(n).into_future())
        .collect();
    for (number, send) in sends.iter_mut().enumerate() {
        let woken = woken.clone();
        assert!(poll_with(send, &on_wake(move || woken.push(number))).is_pending());
    }
    skips.store(true, Ordering::SeqCst);
    course.open_all();
    executor.run_until_stalled();
    let mut left: Vec<Option<SendFuture<'_, usize>>> = sends.into_iter().map(Some).collect();
    let mut counts = Vec::new();
    while let Some(number) = woken.take().first().copied() {
        let Some(mut send) = left[number].take() else {
            continue;
        };
        let log = woken.clone();
        match poll_with(&mut send, &on_wake(move || log.push(number))) {
            Poll::Ready(delivery) => counts.push((number, delivery.count())),
            Poll::Pending => left[number] = Some(send),
        }
        executor.run_until_stalled();
    }
    assert_eq!(counts, [(0, 0), (1, 1), (2, 1)]);
}

/// Nobody matches what was full any more: all go on, not the first one alone.
async fn all_go_on_when_what_was_full_is_not_matched_any_more(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    let full = signal
        .connect_with(course.clone(), Course::run)
        .max_in_flight(1)
        .key("a")
        .now();
    drop(signal.send().key("a").now().unwrap());
    let done = Log::new();
    for number in 1..5 {
        let (signal, done) = (signal.clone(), done.clone());
        fanfare::Spawner::spawn(
            &executor,
            Box::pin(async move {
                done.push(signal.send().key("a").with(number).await.count());
            }),
        );
    }
    executor.run_until_stalled();
    assert!(full.remove_keys(["a"]));
    course.open_all();
    executor.run_until_stalled();
    assert_eq!(done.take(), [0; 4]);
}

/// A sender that looks between the end of one call and the beginning of the next is told once there is room.
async fn a_place_in_an_ordered_queue_is_told_of_when_it_is_there(_: Runtime) {
    let (executor, _, signal) = by_hand();
    let course = Course::new();
    signal
        .connect_with(course.clone(), Course::run)
        .ordered_by(|_| 0)
        .queue(1, Overflow::Wait)
        .now();
    // Call 0 runs, call 1 waits.
    let mut first = signal.send().now().unwrap().join();
    drop(signal.send().with(1).now().unwrap());
    executor.run_until_stalled();
    let signal: &'static Signal<usize> = Box::leak(Box::new(signal));
    let send = Arc::new(Mutex::new(signal.send().with(2).into_future()));
    let is_told = Arc::new(AtomicBool::new(false));
    let tell = Arc::clone(&is_told);
    let waker = on_wake(move || tell.store(true, Ordering::SeqCst));
    let look = {
        let (send, is_told) = (Arc::clone(&send), Arc::clone(&is_told));
        move || {
            is_told.store(false, Ordering::SeqCst);
            let mut send = send.lock().expect("nobody panics here");
            poll_with(&mut *send, &waker).map(|delivery| delivery.count())
        }
    };
    assert!(look().is_pending());
    let looks = look.clone();
    assert!(poll_with(&mut first, &on_wake(move || assert!(looks().is_pending()))).is_pending());
    course.open(0);
    executor.run_until_stalled();
    assert_eq!(course.take(), "+0 -0 +1");
    assert!(
        is_told.load(Ordering::SeqCst),
        "call 1 runs, so there is room for call 2"
    );
    assert_eq!(look(), Poll::Ready(1));
}

/// A random mix of what sends may have to wait for, with sends that give up; whoever does not gets through.
fn crowd(seed: u64) {
    let executor = SeededExecutor::new(seed);
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut builder = Signal::builder(0usize).spawner(executor.clone());
    if rng.bool() {
        builder = builder.max_in_flight(rng.usize(1..4));
    }
    let signal = builder.build();
    let calls = Arc::new(AtomicUsize::new(0));
    let keys = ["a", "b", "c"];
    for _ in 0..rng.usize(1..5) {
        let (calls, steps) = (Arc::clone(&calls), rng.usize(..4));
        let connect = signal.connect(move |_| {
            let calls = Arc::clone(&calls);
            async move {
                for _ in 0..steps {
                    yield_now().await;
                }
                calls.fetch_add(1, Ordering::SeqCst);
            }
        });
        let connect = connect.keys(keys.into_iter().filter(|_| rng.bool()));
        let (limit, capacity) = (rng.usize(1..4), rng.usize(..3));
        match rng.usize(..5) {
            0 => connect.max_in_flight(limit),
            1 => connect.queue(capacity, Overflow::Wait),
            2 => connect.queue(capacity, Overflow::Wait).max_in_flight(limit),
            3 => connect
                .ordered_by(|ev| **ev % 3)
                .queue(capacity, Overflow::Wait),
            _ => connect.sequential(),
        }
        .now();
    }
    let (matched, through) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut patient = 0;
    for number in 0..60 {
        let (signal, matched, through) =
            (signal.clone(), Arc::clone(&matched), Arc::clone(&through));
        let named: Vec<_> = keys.into_iter().filter(|_| rng.bool()).collect();
        let (end, gives_up) = (rng.usize(..4), rng.usize(..5) == 0);
        patient += usize::from(!gives_up);
        let task = async move {
            let send = signal.send().keys(named).with(number);
            if gives_up {
                let mut send = send.into_future();
                if let Poll::Ready(delivery) = poll(&mut send) {
                    matched.fetch_add(delivery.count(), Ordering::SeqCst);
                } else {
                    yield_now().await;
                }
                return;
            }
            let count = match end {
                0 => send.await.count(),
                1 => send.await.join().await.count(),
                2 => send.join().await.count(),
                _ => send.fold(0, |count, ()| count + 1).await,
            };
            matched.fetch_add(count, Ordering::SeqCst);
            through.fetch_add(1, Ordering::SeqCst);
        };
        fanfare::Spawner::spawn(&executor, Box::pin(task));
    }
    executor.run_until_stalled();
    assert!(
        executor.is_empty(),
        "seed {seed}: {} tasks hang",
        executor.task_count()
    );
    assert_eq!(through.load(Ordering::SeqCst), patient, "seed {seed}");
    assert_eq!(
        calls.load(Ordering::SeqCst),
        matched.load(Ordering::SeqCst),
        "seed {seed}"
    );
    assert!(poll(&mut signal.idle()).is_ready(), "seed {seed}");
    assert_eq!(signal.failure_count(), 0, "seed {seed}");
}

async fn many_waiting_sends_all_get_through(_: Runtime) {
    for _ in 0..150 {
        crowd(fastrand::u64(..));
    }
}

on_each_runtime![
    who_is_woken_and_needs_no_place_passes_it_on,
    all_go_on_when_what_was_full_is_not_matched_any_more,
    a_place_in_an_ordered_queue_is_told_of_when_it_is_there,
    many_waiting_sends_all_get_through,
];
