//! A hundred thousand commands of a hundred keys, from four tasks: in order for each key, and none is lost when the bus is stopped.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare::bus::{Command, Dep};
use smol::channel::unbounded;

use crate::kit::{builder, failures};
use crate::runtime::Runtime;

const TASKS: usize = 4;
const KEYS: usize = 100;
const COMMANDS: usize = 100_000;

struct Step {
    key: usize,
    task: usize,
    number: usize,
}
impl Command for Step {
    type Reply = usize;
}

/// Of each key, what has come from each task.
struct Seen(Vec<Mutex<[usize; TASKS]>>);

impl Seen {
    fn note(&self, step: &Step) -> usize {
        let mut seen = self.0[step.key].try_lock().expect("one at a time of a key");
        assert_eq!(
            seen[step.task], step.number,
            "in the order in which they were sent"
        );
        seen[step.task] += 1;
        step.number
    }

    fn count(&self) -> usize {
        let counts = self
            .0
            .iter()
            .map(|seen| seen.lock().unwrap().iter().sum::<usize>());
        counts.sum()
    }
}

async fn in_order_and_none_is_lost(on: Runtime) {
    let seen = Arc::new(Seen((0..KEYS).map(|_| Mutex::default()).collect()));
    let bus =
        builder(&on)
            .provide_arc(Arc::clone(&seen))
            .command(async |step: Step, seen: Dep<Seen>| {
                if step.number % 8 == 0 {
                    futures_lite::future::yield_now().await;
                }
                seen.note(&step)
            });
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    let (done, all_done) = unbounded();
    for task in 0..TASKS {
        let (bus, done) = (bus.clone(), done.clone());
        on.spawn(async move {
            let mut numbers = [0; KEYS];
            let mut replies = 0;
            for turn in 0..COMMANDS / TASKS {
                let key = (turn * 7 + task) % KEYS;
                let number = numbers[key];
                numbers[key] += 1;
                let request = bus.execute(Step { key, task, number }).key(key);
                // Now and then it waits, so that messages do not pile up.
                if turn % 20 == 0 {
                    assert_eq!(request.await.expect("a reply"), number);
                    replies += 1;
                } else {
                    request.detached();
                }
            }
            done.send(replies).await.expect("somebody counts");
        });
    }
    for _ in 0..TASKS {
        assert_eq!(
            all_done.recv().await.expect("it ends"),
            COMMANDS / TASKS / 20
        );
    }
    // Many of them are still under way.
    assert!(bus.stop(Duration::MAX).await.is_ok());
    assert_eq!(seen.count(), COMMANDS);
    assert_eq!((told.len(), bus.in_flight()), (0, 0));
}

/// Stopped in the middle: what was accepted is finished, and what was not is told.
async fn stopped_in_the_middle(on: Runtime) {
    let seen = Arc::new(Seen((0..KEYS).map(|_| Mutex::default()).collect()));
    let bus = builder(&on)
        .provide_arc(Arc::clone(&seen))
        .command(async |step: Step, seen: Dep<Seen>| seen.note(&step));
    let bus = bus.start().await.unwrap();
    let told = failures(&bus);
    let (done, all_done) = unbounded();
    for task in 0..TASKS {
        let (bus, done) = (bus.clone(), done.clone());
        on.spawn(async move {
            let mut numbers = [0; KEYS];
            for turn in 0..2_500 {
                let key = (turn * 7 + task) % KEYS;
                let number = numbers[key];
                numbers[key] += 1;
                if task == 0 && turn == 1_000 {
                    bus.close();
                }
                bus.execute(Step { key, task, number }).key(key).detached();
                if turn % 50 == 0 {
                    futures_lite::future::yield_now().await;
                }
            }
            done.send(()).await.expect("somebody counts");
        });
    }
    for _ in 0..TASKS {
        all_done.recv().await.expect("it ends");
    }
    assert!(bus.stop(Duration::MAX).await.is_ok());
    let refused = told.take();
    assert!(
        refused.iter().all(fanfare::bus::FailedMessage::is_stopped),
        "{refused:?}"
    );
    assert_eq!(seen.count() + refused.len(), 10_000);
    assert!(refused.len() >= 1_500, "those of one task at least");
}

tests_on! { on_smol: in_order_and_none_is_lost, stopped_in_the_middle }
on_tokio!(in_order_and_none_is_lost, stopped_in_the_middle);
