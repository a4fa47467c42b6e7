//! Engines of one's own: they run messages later, elsewhere, in their order, or not at all.

use std::mem;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare::bus::{Dep, Engine, Job, MessageKind};
use fanfare::testing::ManualClock;
use fanfare::{Bus, Inline};
use futures_lite::future::block_on;

use crate::common::poll;
use crate::kit::{Do, Lines, Numbers, Once, Told, failures, short};

/// Keeps jobs until it is told.
#[derive(Clone, Default)]
struct Keeps(Arc<Mutex<Vec<Job>>>, bool);

impl Keeps {
    fn take(&self) -> Vec<Job> {
        mem::take(&mut *self.0.lock().unwrap())
    }

    fn run(&self) {
        for job in self.take() {
            block_on(job.run());
        }
    }
}

impl Engine for Keeps {
    fn submit(&self, job: Job) {
        self.0.lock().unwrap().push(job);
    }

    fn runs_in_place(&self) -> bool {
        self.1
    }
}

fn kept_bus(in_place: bool) -> (Bus, Keeps, Numbers) {
    let (keeps, log) = (Keeps(Arc::default(), in_place), Numbers::new());
    let (commands, events) = (keeps.clone(), keeps.clone());
    let bus = Bus::builder()
        .commands(|kind| kind.engine(commands))
        .events(|kind| kind.engine(events))
        .timer(ManualClock::new())
        .provide(log.clone())
        .command(async |command: Do, log: Dep<Numbers>| {
            log.push(command.0);
            command.0
        })
        .event(async |told: Told, log: Dep<Numbers>| log.push(told.0))
        .event(async |once: Arc<Once>, log: Dep<Numbers>| log.push(once.0 as u32));
    (bus.start().now().unwrap(), keeps, log)
}

#[test]
fn everything_goes_through_it() {
    let (bus, keeps, log) = kept_bus(false);
    let mut request = bus.execute(Do(1)).into_future();
    let mut handle = bus.handle(Do(2)).key(7).into_future();
    let mut join = Box::pin(bus.publish(Told(3)).join());
    assert!(poll(&mut request).is_pending() && poll(&mut handle).is_pending());
    assert!(poll(&mut join).is_pending());
    bus.execute(Do(4)).detached();
    let delivery = bus.publish(Told(5)).now().unwrap();
    bus.publish(Told(6)).detached();
    let jobs = keeps.take();
    let infos: Vec<_> = jobs.iter().map(|job| short(job.info())).collect();
    assert_eq!(
        infos,
        [
            "command `Do`",
            "command `Do` of key 7",
            "event `Told`",
            "command `Do`",
            "event `Told`",
            "event `Told`"
        ]
    );
    assert_eq!(jobs.iter().filter(|job| job.key().is_some()).count(), 1);
    assert_eq!(jobs[2].info().kind(), MessageKind::Event);
    assert!(format!("{:?}", jobs[0]).starts_with("Job(MessageInfo"));
    assert_eq!((bus.in_flight(), log.len()), (6, 0));
    // In whichever order it likes.
    for job in jobs.into_iter().rev() {
        block_on(job.run());
    }
    assert_eq!(log.take(), [6, 5, 4, 3, 2, 1]);
    assert_eq!(block_on(request).unwrap(), 1);
    assert_eq!(block_on(handle).unwrap().reply::<u32>().unwrap(), 2);
    assert!(block_on(join).unwrap().is_ok() && block_on(delivery.join()).is_ok());
    assert_eq!(bus.in_flight(), 0);
}

/// If it says so, what somebody waits for is none of its business.
#[test]
fn what_may_run_in_place() {
    let (bus, keeps, log) = kept_bus(true);
    assert_eq!(block_on(bus.execute(Do(1)).into_future()).unwrap(), 1);
    assert!(block_on(bus.publish(Told(2)).join()).unwrap().is_ok());
    assert!(block_on(bus.handle(Do(3)).into_future()).is_ok());
    assert_eq!(keeps.take().len(), 0);
    let mut keyed = bus.execute(Do(4)).key("k").into_future();
    assert!(poll(&mut keyed).is_pending());
    bus.execute(Do(5)).detached();
    drop(bus.handle(Told(6)).into_future());
    let mut event = bus.handle(Told(7)).into_future();
    assert!(poll(&mut event).is_ready());
    assert_eq!(keeps.0.lock().unwrap().len(), 3);
    keeps.run();
    assert_eq!(log.take(), [1, 2, 3, 4, 5, 7]);
    assert!(poll(&mut keyed).is_ready());
}

/// Dropped: told as aborted, with the message, which no handler was given.
#[test]
fn jobs_that_are_dropped() {
    let (bus, keeps, log) = kept_bus(false);
    let told = failures(&bus);
    let mut request = bus.execute(Do(1)).into_future();
    let mut handle = bus.handle(Do(2)).into_future();
    let mut join = Box::pin(bus.publish(Told(3)).join());
    assert!(
        poll(&mut request).is_pending()
            && poll(&mut handle).is_pending()
            && poll(&mut join).is_pending()
    );
    bus.execute(Do(4)).detached();
    bus.publish(Once(5)).detached();
    let delivery = bus.publish(Told(6)).now().unwrap();
    drop(keeps.take());
    let error = block_on(request).unwrap_err();
    assert!(error.is_aborted());
    assert_eq!(error.into_message(), Some(Do(1)));
    let error = block_on(handle).unwrap_err();
    assert!(error.is_aborted());
    assert_eq!(error.into_inner(), Some(Do(2)));
    assert!(!block_on(join).unwrap().is_ok());
    let failed = told.take();
    assert!(failed.len() == 2 && failed.iter().all(fanfare::bus::FailedMessage::is_aborted));
    assert_eq!(failed[0].take_message::<Do>(), Some(Do(4)));
    assert_eq!(failed[1].event::<Once>().as_deref(), Some(&Once(5)));
    drop(delivery);
    assert!(told.take()[0].event::<Told>().is_some());
    assert_eq!((log.len(), bus.in_flight()), (0, 0));
}

/// Who sent it gave up meanwhile: running the job does nothing.
#[test]
fn jobs_that_nobody_wants_any_more() {
    let (bus, keeps, log) = kept_bus(false);
    let told = failures(&bus);
    let mut request = bus.execute(Do(1)).into_future();
    assert!(poll(&mut request).is_pending());
    drop(request);
    bus.publish(Told(2)).now().unwrap().abort();
    assert_eq!(bus.in_flight(), 2, "the engine has them");
    keeps.run();
    assert_eq!((log.len(), bus.in_flight(), told.len()), (0, 0, 0));
}

/// A job that was polled, and then dropped where it waits.
#[test]
fn jobs_that_are_dropped_halfway() {
    let keeps = Keeps::default();
    let engine = keeps.clone();
    let log = Lines::new();
    let bus = Bus::builder()
        .commands(|kind| kind.engine(engine))
        .provide(log.clone())
        .command(async |_: Do, log: Dep<Lines>| {
            log.push("begins".into());
            std::future::pending::<u32>().await
        });
    let bus = bus.start().now().unwrap();
    let mut request = bus.execute(Do(1)).into_future();
    assert!(poll(&mut request).is_pending());
    let mut job = keeps.take().remove(0).run();
    assert!(poll(&mut job).is_pending());
    drop(job);
    let error = block_on(request).unwrap_err();
    assert!(error.is_aborted());
    assert_eq!(error.into_message(), None, "a handler was given it");
    assert_eq!(log.take(), ["begins"]);
    assert_eq!(bus.in_flight(), 0);
}

/// It has them when the bus is stopped, and for longer than the stop waits.
#[test]
fn a_stop_does_not_begin_what_is_kept() {
    let (bus, keeps, log) = kept_bus(false);
    let told = failures(&bus);
    let mut request = bus.execute(Do(1)).into_future();
    assert!(poll(&mut request).is_pending());
    bus.execute(Do(2)).detached();
    bus.publish(Once(3)).detached();
    let unfinished = block_on(bus.stop(Duration::ZERO)).unwrap_err();
    let names: Vec<_> = unfinished.messages.iter().map(short).collect();
    assert_eq!(names, ["command `Do`", "command `Do`", "event `Once`"]);
    assert_eq!(unfinished.in_place, 0);
    keeps.run();
    let error = block_on(request).unwrap_err();
    assert!(error.is_stopped());
    assert_eq!(error.into_message(), Some(Do(1)));
    let failed = told.take();
    assert!(failed.len() == 2 && failed.iter().all(fanfare::bus::FailedMessage::is_stopped));
    assert_eq!(failed[0].take_message::<Do>(), Some(Do(2)));
    assert_eq!(failed[1].event::<Once>().as_deref(), Some(&Once(3)));
    assert_eq!((log.len(), bus.in_flight()), (0, 0));
}

/// The engine keeps what keeps the bus; without the engine's help it is gone all the same.
#[test]
fn jobs_outlive_the_handle() {
    let (bus, keeps, log) = kept_bus(false);
    let weak = bus.downgrade();
    bus.execute(Do(1)).detached();
    drop(bus);
    assert!(weak.upgrade().is_some(), "a job has it");
    keeps.run();
    assert_eq!(log.take(), [1]);
    assert!(weak.upgrade().is_none());
    let bus = Bus::builder().spawner(Inline).start().now().unwrap();
    let weak = bus.downgrade();
    drop(bus);
    assert!(weak.upgrade().is_none());
}
