//! Copies and drops of what is kept are the user's code: they may panic, and use the hub. A lock that is held shows as a test
//! that hangs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use fanfare::Panic;
use fanfare::hub::{Hub, Message};

use crate::common::{Log, ON_PURPOSE};
use crate::runtime::Runtime;

/// What happens to a message.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Copied,
    Dropped,
}
use Fate::{Copied, Dropped};

type Act = Arc<dyn Fn(Fate, &Acting) + Send + Sync>;

/// A message that does something when it is copied, and when it is dropped.
struct Acting {
    number: u32,
    /// How often it was copied on its way: what is published was not, what is kept once, what a newcomer gets twice.
    copies: u8,
    act: Act,
}

impl Clone for Acting {
    fn clone(&self) -> Self {
        (self.act)(Copied, self);
        Self {
            number: self.number,
            copies: self.copies + 1,
            act: self.act.clone(),
        }
    }
}

impl Drop for Acting {
    fn drop(&mut self) {
        (self.act)(Dropped, self);
    }
}

/// Messages that do this.
fn acting(act: impl Fn(Fate, &Acting) + Send + Sync + 'static) -> impl Fn(u32) -> Acting {
    let act: Act = Arc::new(act);
    move |number| Acting {
        number,
        copies: 0,
        act: act.clone(),
    }
}

fn hub_of_acting(on: &Runtime) -> Hub<Acting> {
    Hub::builder().spawner(on.spawner()).build()
}

/// A sync listener that writes down numbers.
fn numbers(log: &Log<u32>) -> impl Fn(&Message<Acting>) + Send + Sync + 'static + use<> {
    let log = log.clone();
    move |m| log.push(m.number)
}

/// The numbers of what is kept.
fn kept(hub: &Hub<Acting>) -> Vec<u32> {
    let kept = hub.retained("*").unwrap();
    kept.iter().map(|(_, message)| message.number).collect()
}

async fn a_copy_that_panics_is_no_publish(on: Runtime) {
    let hub = hub_of_acting(&on);
    let heard = Log::new();
    let message = acting(|fate, one| {
        assert!(fate == Dropped || one.number != 2, "{ON_PURPOSE}");
    });
    hub.connect_sync(numbers(&heard)).topic("*").await.unwrap();
    hub.publish("a", message(1)).retain().await.unwrap();
    for error in [
        hub.publish("a", message(2)).retain().now().unwrap_err(),
        hub.publish("a", message(2)).retain().await.unwrap_err(),
        hub.publish("b", message(2))
            .retain()
            .join()
            .await
            .unwrap_err(),
    ] {
        assert_eq!(error.panic().map(Panic::message), Some(ON_PURPOSE));
        assert!(error.to_string().contains(ON_PURPOSE), "{error}");
        assert_eq!(error.into_payload().map(|message| message.number), Some(2));
    }
    assert_eq!((heard.take(), kept(&hub)), (vec![1], vec![1]));
    hub.publish("a", message(2)).await.unwrap(); // not to be kept, and not copied
    hub.publish("a", message(3)).retain().await.unwrap();
    assert_eq!((heard.take(), kept(&hub)), (vec![2, 3], vec![3]));
}

/// The newcomer stands, and gets the others; and the failure is told.
async fn a_copy_that_panics_is_missed_by_the_newcomer_alone(on: Runtime) {
    let hub = hub_of_acting(&on);
    let failed = Arc::new(AtomicUsize::new(0));
    let counts = failed.clone();
    let failures = hub.failures();
    let counted = failures.connect_sync(move |_| _ = counts.fetch_add(1, Ordering::SeqCst));
    counted.await;
    let message = acting(|fate, one| {
        let fails = fate == Copied && one.copies == 1 && one.number == 2;
        assert!(!fails, "{ON_PURPOSE}");
    });
    for (topic, number) in [("a", 1), ("b", 2), ("c", 3)] {
        let report = hub.publish(topic, message(number)).retain().join().await;
        assert!(report.unwrap().is_ok());
    }
    let (first, heard) = (Log::new(), Log::new());
    let listener = hub.connect_sync(numbers(&first)).topic("*").await.unwrap();
    assert_eq!((first.take(), listener.is_connected()), (vec![1, 3], true));
    let written = heard.clone();
    let later = hub.connect(move |m: Arc<Message<Acting>>| {
        let log = written.clone();
        async move { log.push(m.number) }
    });
    later.topic("*").await.unwrap();
    hub.idle().await;
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("*").await.unwrap();
    assert_eq!(failed.load(Ordering::SeqCst), 3);
    hub.publish("d", message(4)).await.unwrap();
    hub.idle().await;
    assert_eq!((first.take(), heard.take()), (vec![4], vec![1, 3, 4]));
    for number in [1, 3, 4] {
        assert_eq!(subscriber.consume().await.unwrap().number, number);
    }

    // Who asks for all of them is told by the panic itself, and nothing has come of it.
    let asked = catch_unwind(AssertUnwindSafe(|| {
        hub.retained("*").map(|kept| kept.len())
    }));
    assert!(asked.is_err());
    assert_eq!(hub.retained("c").unwrap()[0].1.number, 3);
    assert_eq!(hub.forget("*").unwrap(), 3);
}

/// Everything with a hub that has to do with what it keeps. The messages it keeps itself do nothing.
fn busy(hub: &Hub<Acting>) {
    // Those it is called for.
    let _ = (
        hub.forget("a"),
        hub.has_subscribers("*"),
        hub.queue_sizes("a"),
    );
    if hub.inspect().is_closed {
        return;
    }
    let quiet = acting(|_, _| ());
    for number in [7, 8] {
        let delivery = hub.publish("inside.x", quiet(number)).retain().now();
        assert!(delivery.is_ok());
    }
    let log = Log::new();
    let listener = hub
        .connect_sync(numbers(&log))
        .topic("inside.x")
        .now()
        .unwrap();
    assert_eq!(log.take(), [8]);
    listener.disconnect();
    let subscriber = hub.subscriber("inside");
    subscriber.subscribe("inside.x").now().unwrap();
    assert_eq!(subscriber.queue_sizes(), [("default".into(), 1)]);
    assert_eq!(hub.retained("inside.x").unwrap().len(), 1);
    assert_eq!(hub.forget("inside.x").unwrap(), 1);
}

/// Messages of which each copy (or drop) is busy with the hub, but for those within.
fn reentering(hub: &Hub<Acting>, when: Fate, count: &Arc<AtomicUsize>) -> impl Fn(u32) -> Acting {
    let (hub, count, is_inside) = (hub.clone(), count.clone(), AtomicBool::new(false));
    acting(move |fate, _| {
        if fate == when && !is_inside.swap(true, Ordering::SeqCst) {
            busy(&hub);
            count.fetch_add(1, Ordering::SeqCst);
            is_inside.store(false, Ordering::SeqCst);
        }
    })
}

/// Of a message that a copy or a drop makes the hub forget, what is under way goes on.
async fn a_copy_may_use_the_hub(on: Runtime) {
    let hub = hub_of_acting(&on);
    let count = Arc::new(AtomicUsize::new(0));
    let message = reentering(&hub, Copied, &count);
    hub.publish("a", message(1)).retain().await.unwrap();
    assert_eq!(count.swap(0, Ordering::SeqCst), 1);
    let log = Log::new();
    hub.connect_sync(numbers(&log)).topic("?").await.unwrap();
    assert_eq!((log.take(), count.swap(0, Ordering::SeqCst)), (vec![1], 1));
    assert!(kept(&hub).is_empty(), "its copy had it forgotten");
    hub.publish("a", message(2)).retain().now().unwrap();
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a").await.unwrap();
    assert_eq!(subscriber.consume().await.unwrap().number, 2);
    let joined = hub.publish("a", message(3)).retain().join().await;
    assert!(joined.unwrap().is_ok());
    assert_eq!(kept(&hub), [3]);
    assert_eq!(count.load(Ordering::SeqCst), 4);
    assert_eq!(log.take(), [2, 3]);
}

async fn a_drop_may_use_the_hub(on: Runtime) {
    let hub = hub_of_acting(&on);
    let count = Arc::new(AtomicUsize::new(0));
    let message = reentering(&hub, Dropped, &count);
    let expect = |expected| assert_eq!(count.swap(0, Ordering::SeqCst), expected);
    let topics = ["b", "c", "d"];
    for topic in topics {
        hub.publish(topic, message(1)).retain().await.unwrap();
    }
    expect(3); // what was published, and heard by nobody
    hub.publish("b", message(2)).retain().await.unwrap();
    expect(2); // it, and what was kept before
    assert_eq!(hub.forget("c").unwrap(), 1);
    expect(1);
    hub.connect_sync(|_| ()).topics(["b", "x"]).await.unwrap();
    expect(1); // the copy it was given
    drop(hub.retained("*").unwrap());
    expect(2);
    hub.close();
    drop(hub.publish("b", message(3)).retain().now().unwrap_err());
    expect(2); // given back, and its copy
    assert_eq!(hub.forget("*").unwrap(), 2);
    assert!(
        count.load(Ordering::SeqCst) >= 1,
        "both, or one within the other"
    );
}

/// Where nobody is left to be told.
async fn a_drop_that_panics_disturbs_nobody(on: Runtime) {
    let hub = hub_of_acting(&on);
    let count = Arc::new(AtomicUsize::new(0));
    // Once, and not while another panic is under way.
    let counts = count.clone();
    let forgets: Arc<std::sync::Mutex<Option<Hub<Acting>>>> = Arc::default();
    let forgetting = forgets.clone();
    let message = acting(move |fate, one| match (fate, one.copies) {
        (Copied, 1) => {
            let hub = forgetting.lock().unwrap().take();
            hub.into_iter().for_each(|hub| _ = hub.forget("*"));
        }
        (Dropped, 1) => {
            counts.fetch_add(1, Ordering::SeqCst);
            panic!("{ON_PURPOSE}");
        }
        _ => {}
    });
    let expect = |expected| assert_eq!(count.swap(0, Ordering::SeqCst), expected);
    hub.publish("a", message(1)).retain().await.unwrap();
    let replaces = hub.publish("a", message(2)).retain().await.unwrap();
    assert!(replaces.join().await.is_ok());
    expect(1);
    for topic in ["b", "c", "d", "e"] {
        hub.publish(topic, message(3)).retain().await.unwrap();
    }
    assert_eq!(hub.forget("?").unwrap(), 5);
    expect(5);
    // Forgotten by its copy, it goes when the newcomer has been given it.
    hub.publish("a", message(4)).retain().await.unwrap();
    *forgets.lock().unwrap() = Some(hub.clone());
    let log = Log::new();
    let listener = hub.connect_sync(numbers(&log)).topic("a").await.unwrap();
    assert!(listener.is_connected());
    assert_eq!(log.take(), [4]);
    expect(1);
    // By who asks for it.
    hub.publish("a", message(5)).retain().await.unwrap();
    *forgets.lock().unwrap() = Some(hub.clone());
    assert_eq!(hub.retained("a").unwrap()[0].1.number, 5);
    expect(1);
    // With the hub.
    for topic in ["a", "b"] {
        hub.publish(topic, message(6)).retain().await.unwrap();
    }
    drop(hub);
    expect(2);
}

on_each_runtime! {
    a_copy_that_panics_is_no_publish,
    a_copy_that_panics_is_missed_by_the_newcomer_alone,
    a_copy_may_use_the_hub,
    a_drop_may_use_the_hub,
    a_drop_that_panics_disturbs_nobody,
}
