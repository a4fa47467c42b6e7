//! Threads: whatever is sent while the bus is being stopped is finished or reported, once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use fanfare::Bus;
use fanfare::bus::{Dep, Emit, Event};
use futures_lite::future::{block_on, yield_now};

use crate::kit::{Told, Try, failures};

const THREADS: u32 = 3;
const ROUNDS: u32 = 300;

/// How often each thing has happened.
#[derive(Default)]
struct Counts {
    handled: AtomicUsize,
    failed: AtomicUsize,
    emitted: AtomicUsize,
    followed: AtomicUsize,
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::SeqCst);
}

struct Followed;
impl Event for Followed {}

async fn work(number: u32) {
    for _ in 0..number % 4 {
        yield_now().await;
    }
}

fn bus(workers: usize, counts: &Arc<Counts>) -> Bus {
    let builder = Bus::builder()
        .provide_arc(Arc::clone(counts))
        .command(async |command: Try, emit: Emit, counts: Dep<Counts>| {
            work(command.0).await;
            if command.0 % 7 == 0 {
                count(&counts.failed);
                return Err("no".to_owned());
            }
            count(&counts.handled);
            count(&counts.emitted);
            emit.event(Followed);
            Ok(command.0)
        })
        .event(async |told: Told, counts: Dep<Counts>| {
            work(told.0).await;
            count(&counts.handled);
        })
        .event(async |_: Arc<Followed>, counts: Dep<Counts>| count(&counts.followed));
    let builder = match workers {
        0 => builder,
        count => builder.commands(|kind| kind.workers(count)),
    };
    builder.start().now().unwrap()
}

/// What the threads were told.
#[derive(Default, Debug)]
struct Sent {
    replied: AtomicUsize,
    erred: AtomicUsize,
    published: AtomicUsize,
    refused: AtomicUsize,
    detached: AtomicUsize,
}

fn send(bus: &Bus, number: u32, sent: &Sent) {
    let request = |key: bool| {
        let request = bus.execute(Try(number));
        if key {
            request.key(number % 5)
        } else {
            request
        }
    };
    match number % 6 {
        kind @ (0 | 1) => match block_on(request(kind == 1).into_future()) {
            Ok(Ok(_)) => count(&sent.replied),
            Ok(Err(_)) => count(&sent.erred),
            Err(error) => {
                assert!(error.is_stopped(), "{error}");
                assert_eq!(error.into_message(), Some(Try(number)));
                count(&sent.refused);
            }
        },
        kind @ (2 | 3) => {
            request(kind == 3).detached();
            count(&sent.detached);
        }
        4 => match block_on(bus.publish(Told(number)).key(number % 5).join()) {
            Ok(report) if report.is_ok() => count(&sent.published),
            Ok(report) => panic!("{report:?}"),
            Err(error) => {
                assert_eq!(error.into_event(), Told(number));
                count(&sent.refused);
            }
        },
        _ => match bus.publish(Told(number)).now() {
            Ok(delivery) => {
                drop(delivery);
                count(&sent.published);
            }
            Err(_) => count(&sent.refused),
        },
    }
}

/// Stopped in the middle, with all the time in the world.
#[test]
fn stopped_while_threads_send() {
    for round in 0..12 {
        let workers = round % 3;
        let counts = Arc::new(Counts::default());
        let bus = bus(workers, &counts);
        let told = failures(&bus);
        let (sent, start) = (Sent::default(), Barrier::new(THREADS as usize + 1));
        let has_sent = AtomicUsize::new(0);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (bus, sent, start, has_sent) = (&bus, &sent, &start, &has_sent);
                scope.spawn(move || {
                    start.wait();
                    for round in 0..ROUNDS {
                        send(bus, thread * ROUNDS + round, sent);
                        has_sent.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
            start.wait();
            // A different part of it each time.
            while has_sent.load(Ordering::SeqCst) < round * 75 {
                thread::yield_now();
            }
            let stopped = block_on(bus.stop(Duration::MAX));
            assert!(stopped.is_ok());
            assert!(bus.is_closed());
        });
        // Senders that were refused came and went after that.
        block_on(bus.idle());
        let all = [
            &sent.replied,
            &sent.erred,
            &sent.published,
            &sent.refused,
            &sent.detached,
        ];
        let [replied, erred, published, refused, detached] =
            all.map(|count| count.load(Ordering::SeqCst));
        assert_eq!(
            replied + erred + published + refused + detached,
            (THREADS * ROUNDS) as usize
        );
        let told = told.take();
        let refused_later = told.iter().filter(|failed| failed.is_stopped()).count();
        let failed_later = told
            .iter()
            .filter(|failed| failed.error().is_some())
            .count();
        assert_eq!(told.len(), refused_later + failed_later, "{told:?}");
        for failed in told.iter().filter(|failed| failed.is_stopped()) {
            assert!(failed.take_message::<Try>().is_some(), "{failed}");
        }
        let all = [
            &counts.handled,
            &counts.failed,
            &counts.emitted,
            &counts.followed,
        ];
        let [handled, failed, emitted, followed] = all.map(|count| count.load(Ordering::SeqCst));
        assert_eq!(
            handled,
            replied + published + (detached - refused_later - failed_later),
            "{sent:?}"
        );
        assert_eq!(failed, erred + failed_later);
        assert_eq!(emitted, followed, "what follows is not lost");
    }
}

/// Cut off at once: each detached one is finished, or told as aborted, or given back; and whoever waits knows.
#[test]
fn cut_off_while_threads_send() {
    for round in 0..12 {
        let counts = Arc::new(Counts::default());
        let bus = bus(round % 3, &counts);
        let told = failures(&bus);
        let (start, has_sent) = (Barrier::new(THREADS as usize + 1), AtomicUsize::new(0));
        let (ended, given_up) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (bus, start, has_sent) = (&bus, &start, &has_sent);
                let (ended, given_up) = (&ended, &given_up);
                scope.spawn(move || {
                    start.wait();
                    for round in 0..ROUNDS {
                        let number = thread * ROUNDS + round;
                        has_sent.fetch_add(1, Ordering::SeqCst);
                        if number % 2 == 0 {
                            bus.execute(Try(number)).key(number % 5).detached();
                            continue;
                        }
                        let request = bus.execute(Try(number)).key(number % 5);
                        match block_on(request.into_future()) {
                            Ok(_) => count(ended),
                            Err(error) if error.is_stopped() => {
                                assert_eq!(error.into_message(), Some(Try(number)));
                                count(given_up);
                            }
                            Err(error) => {
                                assert!(error.is_aborted(), "{error}");
                                assert_eq!(error.into_message(), None);
                                count(given_up);
                            }
                        }
                    }
                });
            }
            start.wait();
            while has_sent.load(Ordering::SeqCst) < round * 75 {
                thread::yield_now();
            }
            drop(block_on(bus.stop(Duration::ZERO)));
        });
        block_on(bus.idle());
        let [ended, given_up] = [&ended, &given_up].map(|count| count.load(Ordering::SeqCst));
        let half = (THREADS * ROUNDS / 2) as usize;
        assert_eq!(ended + given_up, half);
        let told = told.take();
        let of_commands = told.iter().filter(|failed| failed.info().cause().is_none());
        let (mut failed, mut cut_off) = (0, 0);
        for told in of_commands {
            match told.error() {
                Some(_) => failed += 1,
                None => {
                    assert_eq!(
                        told.take_message::<Try>().is_some(),
                        told.is_stopped(),
                        "{told}"
                    );
                    cut_off += 1;
                }
            }
        }
        let [handled, refused] =
            [&counts.handled, &counts.failed].map(|count| count.load(Ordering::SeqCst));
        assert_eq!(
            handled + refused,
            ended + (half - cut_off),
            "each has ended once"
        );
        assert!(failed <= refused);
        let lost = told
            .iter()
            .filter(|failed| failed.info().cause().is_some())
            .count();
        let [emitted, followed] =
            [&counts.emitted, &counts.followed].map(|count| count.load(Ordering::SeqCst));
        assert_eq!(emitted, followed + lost, "what follows is told as well");
    }
}
