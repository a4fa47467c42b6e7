//! What is told of failures: each once, with what belongs to it, before the report is there.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fanfare::testing::{ManualClock, SeededExecutor};
use fanfare::{Backoff, FailedCall, Overflow, Signal};

use crate::common::{Log, ON_PURPOSE, OnDrop};
use crate::kit::{Course, builder_by_hand, by_hand, outcome};
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

/// Writes down what is told: the name, the cause, and the payload of the event.
pub(crate) fn listen<R: Send + 'static>(signal: &Signal<usize, R>) -> Log<String> {
    let log = Log::new();
    let written = log.clone();
    signal
        .failures()
        .connect_sync(move |failed: &fanfare::Event<FailedCall<usize>>| {
            let event = failed.event().map(|event| ***event);
            let cause = match failed.cause() {
                fanfare::Cause::Panicked(panic) => panic.message().to_owned(),
                other => format!("{other:?}"),
            };
            written.push(format!(
                "{} {cause} {event:?}",
                failed.name().unwrap_or("-")
            ));
        })
        .now();
    log
}

/// Once by a delivery and once in the sender's task: told before the report is there.
fn check(executor: &SeededExecutor, signal: &Signal<usize>, told: &Log<String>, expected: &str) {
    let delivery = signal.send().with(7).now().unwrap();
    executor.run_until_stalled();
    let report = executor.run_until(async {
        let report = delivery.join().await;
        (told.take(), report)
    });
    let (heard, report) = report.expect("it has failed");
    assert_eq!(heard, [expected]);
    assert_eq!(report.failures().count(), 1);
    let report = executor
        .run_until(signal.send().with(7).join())
        .expect("it fails");
    assert_eq!(
        (told.take(), report.failures().count()),
        (vec![expected.to_owned()], 1)
    );
    assert_eq!(signal.failure_count(), 2);
}

async fn a_panic_is_told_once(_: Runtime) {
    for managed in [false, true] {
        for schedule in [fanfare::Schedule::Spawn, fanfare::Schedule::Eager] {
            for kind in 0..4 {
                let (executor, _, builder) = builder_by_hand();
                let signal = builder.schedule(schedule).build();
                let told = listen(&signal);
                let connect = match kind {
                    0 => signal.connect_sync(|_| panic!("{ON_PURPOSE}")),
                    1 => signal.connect(|_| async { panic!("{ON_PURPOSE}") }),
                    2 => signal.connect_sync(|_| ()).when(|_| panic!("{ON_PURPOSE}")),
                    _ => signal.connect(|_| async {
                        futures_lite::future::yield_now().await;
                        panic!("{ON_PURPOSE}");
                    }),
                };
                let connect = if managed {
                    connect.sequential()
                } else {
                    connect
                };
                connect.name("bad").now();
                check(
                    &executor,
                    &signal,
                    &told,
                    &format!("bad {ON_PURPOSE} Some(7)"),
                );
            }
        }
    }
}

/// The future's drop is the callback's code, whatever options its connection has.
async fn a_panic_in_the_drop_of_a_future_is_the_calls(_: Runtime) {
    for managed in [false, true] {
        let (executor, _, signal) = by_hand();
        let told = listen(&signal);
        let connect = signal.connect(|_| {
            let bomb = OnDrop(|| panic!("{ON_PURPOSE}"));
            let mut left = 2;
            std::future::poll_fn(move |cx| {
                let _ = &bomb;
                left -= 1;
                cx.waker().wake_by_ref();
                if left == 0 {
                    std::task::Poll::Ready(())
                } else {
                    std::task::Poll::Pending
                }
            })
        });
        let connect = if managed {
            connect.sequential()
        } else {
            connect
        };
        connect.name("bad").now();
        check(
            &executor,
            &signal,
            &told,
            &format!("bad {ON_PURPOSE} Some(7)"),
        );
    }
}

async fn a_timeout_is_told_once(_: Runtime) {
    let (executor, clock, signal) = by_hand();
    let told = listen(&signal);
    signal
        .connect(|_| pending())
        .timeout(SECOND)
        .name("slow")
        .now();
    let delivery = signal.send().with(7).now().unwrap();
    executor.run_until_stalled();
    assert_eq!(told.take(), [""; 0]);
    clock.advance(SECOND);
    executor.run_until_stalled();
    assert!(delivery.is_done());
    assert_eq!(told.take(), ["slow TimedOut Some(7)"]);
}

async fn an_abort_is_told_once(_: Runtime) {
    for lane in [false, true] {
        let (executor, _, signal) = by_hand();
        let told = listen(&signal);
        let course = Course::new();
        let connect = signal.connect_with(course, Course::run).name("gone");
        let connect = if lane { connect.sequential() } else { connect };
        let connection = connect.now();
        let aborted = signal.send().with(3).now().unwrap();
        executor.run_until_stalled();
        let waits = signal.send().with(4).now().unwrap();
        waits.abort();
        waits.abort();
        executor.run_until_stalled();
        assert_eq!(told.take(), ["gone Aborted Some(4)"]);
        aborted.abort();
        executor.run_until_stalled();
        assert_eq!(told.take(), ["gone Aborted Some(3)"]);
        let refused = signal.send().with(5).now().unwrap();
        connection.disconnect();
        assert_eq!(outcome(&executor, refused.join()).unwrap(), ["aborted"]);
        assert_eq!(told.take(), ["gone Aborted Some(5)"]);
        assert_eq!(signal.failure_count(), 3);
    }
}

async fn a_dropped_call_is_told_once_with_its_own_event(_: Runtime) {
    for (overflow, gone) in [(Overflow::DropNewest, 9), (Overflow::DropOldest, 8)] {
        let (executor, _, signal) = by_hand();
        let told = listen(&signal);
        let course = Course::new();
        signal
            .connect_with(course.clone(), Course::run)
            .queue(1, overflow)
            .name("full")
            .now();
        for number in [7, 8] {
            drop(signal.send().with(number).now().unwrap());
        }
        assert_eq!(told.take(), [""; 0]);
        drop(signal.send().with(9).now().unwrap());
        assert_eq!(told.take(), [format!("full Overflow Some({gone})")]);
        course.open_all();
        executor.run_until_stalled();
        assert_eq!(told.take(), [""; 0]);
    }
}

async fn an_error_is_told_and_stays_a_reply(_: Runtime) {
    let executor = SeededExecutor::new(1);
    let builder = Signal::builder(0usize).fallible::<usize, String>();
    let signal = builder.spawner(executor.clone()).build();
    let told = listen(&signal);
    signal
        .connect(|ev| async move {
            if **ev > 2 {
                Err(format!("{} is much", **ev))
            } else {
                Ok(1)
            }
        })
        .name("async")
        .now();
    signal
        .connect_sync(|ev| {
            if **ev > 3 {
                Err("sync".to_owned())
            } else {
                Ok(2)
            }
        })
        .name("sync")
        .now();
    let report = executor.run_until(signal.send().with(4).join()).unwrap();
    assert!(report.is_ok());
    assert_eq!(
        report.replies(),
        [Err("4 is much".to_owned()), Err("sync".to_owned())]
    );
    let mut heard = told.take();
    heard.sort();
    assert_eq!(
        heard,
        [
            "async Failed(\"4 is much\") Some(4)",
            "sync Failed(\"sync\") Some(4)"
        ]
    );
    let delivery = signal.send().with(3).now().unwrap();
    let report = executor.run_until(delivery.join()).unwrap();
    assert_eq!(report.replies(), [Err("3 is much".to_owned()), Ok(2)]);
    assert_eq!(told.take(), ["async Failed(\"3 is much\") Some(3)"]);
    assert_eq!(signal.failure_count(), 3);
}

async fn of_several_attempts_the_last_alone_is_told(_: Runtime) {
    let (executor, clock) = (SeededExecutor::new(1), ManualClock::new());
    let builder = Signal::builder(0usize).fallible::<(), String>();
    let signal = builder
        .spawner(executor.clone())
        .timer(clock.clone())
        .build();
    let told = listen(&signal);
    let attempts = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&attempts);
    signal
        .connect(move |_| {
            let attempt = count.fetch_add(1, Ordering::SeqCst);
            async move {
                assert!(attempt != 1, "{ON_PURPOSE}");
                if attempt == 2 {
                    pending::<()>().await;
                }
                Err(format!("attempt {attempt}"))
            }
        })
        .name("again")
        .timeout(SECOND)
        .retry(Backoff::new(SECOND).jitter(0.0).attempts(4))
        .now();
    let delivery = signal.send().with(7).now().unwrap();
    executor.run_until_stalled();
    while clock.advance_to_next().is_some() {
        assert_eq!(told.take(), [""; 0]);
        executor.run_until_stalled();
    }
    assert_eq!(told.take(), ["again Failed(\"attempt 3\") Some(7)"]);
    let report = executor.run_until(delivery.join()).expect("it is done");
    assert_eq!(report.replies(), [Err("attempt 3".to_owned())]);
    assert_eq!(attempts.load(Ordering::SeqCst), 4);
    assert_eq!(signal.failure_count(), 1);
}

on_each_runtime![
    a_panic_is_told_once,
    a_panic_in_the_drop_of_a_future_is_the_calls,
    a_timeout_is_told_once,
    an_abort_is_told_once,
    a_dropped_call_is_told_once_with_its_own_event,
    an_error_is_told_and_stays_a_reply,
    of_several_attempts_the_last_alone_is_told,
];
