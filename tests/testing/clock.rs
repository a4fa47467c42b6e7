//! The clock that stands still.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use fanfare::Timer;
use fanfare::testing::ManualClock;
use futures_lite::future::block_on;

use crate::common::{Log, OnWake, Woken, poll, poll_with};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn time_stands_still_until_it_is_advanced() {
    let clock = ManualClock::new();
    let start = clock.now();
    assert_eq!((clock.now(), clock.elapsed()), (start, Duration::ZERO));
    clock.advance(3 * SECOND);
    clock.clone().advance(SECOND);
    assert_eq!(
        (clock.now(), clock.elapsed()),
        (start + 4 * SECOND, 4 * SECOND)
    );
    let timer: Arc<dyn Timer> = Arc::new(clock);
    assert_eq!(timer.now(), start + 4 * SECOND);
}

#[test]
fn a_sleep_is_over_when_its_time_has_come_and_not_before() {
    let clock = ManualClock::new();
    let (mut sleep, woken) = (clock.sleep(2 * SECOND), Woken::new());
    assert!(poll_with(&mut sleep, &woken).is_pending());
    clock.advance(2 * SECOND - Duration::from_nanos(1));
    assert_eq!(woken.count(), 0);
    assert!(poll_with(&mut sleep, &woken).is_pending());
    clock.advance(Duration::from_nanos(1));
    assert_eq!((woken.count(), clock.sleepers()), (1, 0));
    assert!(poll_with(&mut sleep, &woken).is_ready());
}

#[test]
fn it_is_measured_from_the_call() {
    let clock = ManualClock::new();
    let mut sleep = clock.sleep(SECOND);
    clock.advance(SECOND);
    assert!(poll(&mut sleep).is_ready());
}

#[test]
fn no_time_is_over_at_once() {
    let clock = ManualClock::new();
    let mut sleep = clock.sleep(Duration::ZERO);
    assert_eq!(clock.sleepers(), 0);
    assert!(poll(&mut sleep).is_ready());
}

#[test]
fn sleepers_are_woken_in_the_order_of_their_deadlines() {
    let (clock, log) = (ManualClock::new(), Log::new());
    // Of those with one deadline, the one that began first.
    let mut sleeps: Vec<_> = [3, 1, 2, 1, 5]
        .into_iter()
        .map(|seconds| clock.sleep(seconds * SECOND))
        .collect();
    for (name, sleep) in sleeps.iter_mut().enumerate().rev() {
        let log = log.clone();
        assert!(poll_with(sleep, &Arc::new(OnWake(move || log.push(name)))).is_pending());
    }
    clock.advance(3 * SECOND);
    assert_eq!(log.take(), [1, 3, 2, 0]);
    assert_eq!(clock.sleepers(), 1);
    clock.advance(2 * SECOND);
    assert_eq!(log.take(), [4]);
}

#[test]
fn advance_to_next_goes_from_deadline_to_deadline() {
    let clock = ManualClock::new();
    assert_eq!(clock.advance_to_next(), None);
    let _sleeps = [
        clock.sleep(3 * SECOND),
        clock.sleep(SECOND),
        clock.sleep(SECOND),
    ];
    assert_eq!(clock.advance_to_next(), Some(SECOND));
    assert_eq!(clock.sleepers(), 1);
    assert_eq!(clock.advance_to_next(), Some(2 * SECOND));
    assert_eq!(clock.advance_to_next(), None);
    assert_eq!(clock.elapsed(), 3 * SECOND);
}

#[test]
fn a_sleep_that_is_dropped_leaves_nothing() {
    let (clock, woken) = (ManualClock::new(), Woken::new());
    let mut sleeps = [(); 2].map(|()| clock.sleep(SECOND));
    for sleep in &mut sleeps {
        assert!(poll_with(sleep, &woken).is_pending());
    }
    let [dropped, kept] = sleeps;
    drop(dropped);
    assert_eq!((clock.sleepers(), Arc::strong_count(&woken)), (1, 2));
    clock.advance(SECOND);
    assert_eq!((woken.count(), Arc::strong_count(&woken)), (1, 1));
    drop(kept);
    assert_eq!(clock.sleepers(), 0);
}

#[test]
fn the_last_waker_is_the_one_that_is_woken() {
    let clock = ManualClock::new();
    let (mut sleep, first, second) = (clock.sleep(SECOND), Woken::new(), Woken::new());
    assert!(poll_with(&mut sleep, &first).is_pending());
    assert!(poll_with(&mut sleep, &second).is_pending());
    assert_eq!(Arc::strong_count(&first), 1);
    clock.advance(SECOND);
    assert_eq!((first.count(), second.count()), (0, 1));
}

#[test]
fn who_is_woken_may_use_the_clock() {
    let (clock, log) = (ManualClock::new(), Log::new());
    let mut sleep = clock.sleep(SECOND);
    let (of_wake, to) = (clock.clone(), log.clone());
    let on_wake = OnWake(move || {
        to.push((of_wake.elapsed(), of_wake.sleepers()));
        let next = of_wake.sleep(SECOND);
        assert_eq!(of_wake.advance_to_next(), Some(SECOND));
        drop(next);
    });
    assert!(poll_with(&mut sleep, &Arc::new(on_wake)).is_pending());
    clock.advance(SECOND);
    assert_eq!(log.take(), [(SECOND, 0)]);
    assert_eq!(clock.elapsed(), 2 * SECOND);
}

#[test]
fn a_waker_that_panics_keeps_nobody_else_asleep_for_good() {
    let (clock, woken) = (ManualClock::new(), Woken::new());
    let mut sleeps = [(); 2].map(|()| clock.sleep(SECOND));
    assert!(
        poll_with(
            &mut sleeps[0],
            &Arc::new(OnWake(|| std::panic::resume_unwind(Box::new(()))))
        )
        .is_pending()
    );
    assert!(poll_with(&mut sleeps[1], &woken).is_pending());
    assert!(catch_unwind(AssertUnwindSafe(|| clock.advance(SECOND))).is_err());
    clock.advance(Duration::ZERO);
    assert_eq!(woken.count(), 1);
}

#[test]
fn what_is_too_long_is_never_over() {
    let clock = ManualClock::new();
    let (mut never, mut long) = (
        clock.sleep(Duration::MAX),
        clock.sleep(Duration::from_secs(1 << 35)),
    );
    assert_eq!(clock.advance_to_next(), Some(Duration::from_secs(1 << 35)));
    assert!(poll(&mut long).is_ready());
    assert_eq!(clock.advance_to_next(), None);
    let start = clock.now();
    clock.advance(Duration::MAX);
    clock.advance(Duration::MAX);
    assert!(clock.now() > start);
    assert!(poll(&mut never).is_pending());
    assert!(
        poll(&mut clock.sleep(SECOND)).is_pending(),
        "the clock goes no further"
    );
}

#[test]
fn who_waits_for_sleepers_learns_of_them_from_other_threads() {
    let clock = ManualClock::new();
    let sleepers = [1, 2, 3].map(|seconds| {
        let clock = clock.clone();
        thread::spawn(move || block_on(clock.sleep(seconds * SECOND)))
    });
    block_on(clock.wait_for_sleepers(3));
    assert_eq!(clock.sleepers(), 3);
    clock.advance(3 * SECOND);
    for sleeper in sleepers {
        sleeper.join().expect("no panic");
    }
    block_on(clock.wait_for_sleepers(0));
}
