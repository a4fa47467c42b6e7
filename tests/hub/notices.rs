//! Notices: who comes and who goes, as a stream and as messages.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Barrier, Mutex, mpsc};
use std::thread;

use fanfare::hub::{Hub, Message, Notice, Pattern};
use fanfare::testing::SeededExecutor;
use fanfare::{Overflow, Subscription, TryRecvError};

use crate::common::{Gate, Log, ON_PURPOSE};
use crate::kit::{Msg, hub_on};
use crate::runtime::Runtime;

/// What a hub says that tells notices as messages.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    Number(u32),
    Came(String, usize),
    Went(String, usize),
}

impl From<Notice> for Said {
    fn from(notice: Notice) -> Self {
        let (pattern, count) = (notice.pattern().to_string(), notice.subscribers());
        assert!(pattern != "fails", "{ON_PURPOSE}");
        match notice {
            Notice::Added { .. } => Self::Came(pattern, count),
            _ => Self::Went(pattern, count),
        }
    }
}

fn telling(on: &Runtime) -> Hub<Said> {
    Hub::builder()
        .spawner(on.spawner())
        .publish_notices()
        .build()
}

/// What has been told, as `+a.* 1`.
fn told(notices: &mut Subscription<Notice>) -> Vec<String> {
    let mut all = Vec::new();
    while let Ok(notice) = notices.try_recv() {
        let (sign, what) = match **notice {
            Notice::Added { .. } => ('+', "added"),
            _ => ('-', "removed"),
        };
        let (pattern, count) = (notice.pattern(), notice.subscribers());
        assert_eq!(
            notice.to_string(),
            format!("{pattern}: {what}, {count} now")
        );
        all.push(format!("{sign}{pattern} {count}"));
    }
    all
}

fn named(_: &Msg) {}

async fn they_tell_of_each_pattern_and_how_many_listen(on: Runtime) {
    let hub = hub_on(&on);
    hub.connect_sync(|_| ()).topic("before").await.unwrap();
    let mut notices = hub.notices();
    let first = hub
        .connect_sync(|_| ())
        .topics(["a", "b.*", "a"])
        .await
        .unwrap();
    assert_eq!(told(&mut notices), ["+a 1", "+b.* 1"]);
    let second = hub.connect_sync(|_| ()).topic("b.*").await.unwrap();
    let third = hub
        .connect_sync(|_| ())
        .topics(["b.*", "before"])
        .await
        .unwrap();
    assert_eq!(told(&mut notices), ["+b.* 2", "+b.* 3", "+before 2"]);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("b.*").await.unwrap();
    subscriber.subscribe("b.*").await.unwrap();
    subscriber.subscribe("b.*").id("other").await.unwrap();
    assert_eq!(
        told(&mut notices),
        ["+b.* 4", "+b.* 5"],
        "what is known is no news"
    );
    hub.connect_sync(named).topic("n").await.unwrap();
    hub.connect_sync(named).topic("n").await.unwrap();
    assert_eq!(told(&mut notices), ["+n 1"]);

    assert!(subscriber.unsubscribe("b.*").unwrap() && !subscriber.unsubscribe("b.*").unwrap());
    assert_eq!(told(&mut notices), ["-b.* 4"]);
    assert!(second.disconnect() && !second.disconnect());
    assert_eq!(told(&mut notices), ["-b.* 3"]);
    let pattern = Pattern::new("b.*").unwrap();
    assert!(
        first.remove_keys([&pattern, &pattern].map(Clone::clone))
            && !first.remove_keys([pattern.clone()])
    );
    assert!(first.add_keys([Pattern::new("c").unwrap(), Pattern::new("a").unwrap()]));
    assert_eq!(told(&mut notices), ["-b.* 2", "+c 1"]);
    drop(third.scoped());
    assert!(hub.disconnect(named).now().unwrap());
    let mut last = told(&mut notices);
    last[..2].sort();
    assert_eq!(last, ["-b.* 1", "-before 1", "-n 0"]);
    assert!(!first.add_keys([pattern]) || told(&mut notices) == ["+b.* 2"]);
}

/// However a connection ends.
async fn they_tell_of_every_end(on: Runtime) {
    let hub = hub_on(&on);
    let mut notices = hub.notices();
    hub.connect_sync(|_| ())
        .topics(["once.*", "x"])
        .once()
        .await
        .unwrap();
    hub.publish("once.a", 1).await.unwrap();
    let mut all = told(&mut notices);
    all[2..].sort();
    assert_eq!(all, ["+once.* 1", "+x 1", "-once.* 0", "-x 0"]);

    let object = Arc::new(());
    hub.connect_method_sync(&object, |(): &(), _: &Msg| ())
        .topic("dead.*")
        .await
        .unwrap();
    drop(object);
    hub.publish("dead.a", 1).await.unwrap();
    assert_eq!(told(&mut notices), ["+dead.* 1", "-dead.* 0"]);

    let subscriber = hub.subscriber("s");
    subscriber.subscribe("queue").await.unwrap();
    subscriber
        .connect(async |_| ())
        .topic("listener")
        .await
        .unwrap();
    drop(subscriber);
    let mut all = told(&mut notices);
    all.sort();
    assert_eq!(all, ["+listener 1", "+queue 1", "-listener 0", "-queue 0"]);

    hub.connect_sync(|_| ())
        .topic("spent")
        .times(0)
        .await
        .unwrap();
    let all = told(&mut notices);
    assert!(all.is_empty() || all == ["+spent 1", "-spent 0"], "{all:?}");
    hub.close();
    hub.connect_sync(|_| ()).topic("late").await.unwrap();
    let all = told(&mut notices);
    assert!(all.is_empty() || all == ["+late 1", "-late 0"], "{all:?}");
}

async fn as_messages_under_topics_of_their_own(on: Runtime) {
    let hub = telling(&on);
    let log = Log::new();
    let written = log.clone();
    hub.connect_sync(move |m: &Message<Said>| {
        written.push((m.topic().to_string(), Said::clone(m)));
    })
    .topics(["Hub.addedSubscriber.*", "Hub.removedSubscriber.*"])
    .await
    .unwrap();
    assert_eq!(
        log.take(),
        [],
        "who listens to the hub's topics is not told of"
    );
    hub.connect_sync(|_| ())
        .topic("Hub.addedSubscriber.a")
        .once()
        .await
        .unwrap();
    let listener = hub
        .connect_sync(|_| ())
        .topics(["a.b", "a.*.c", "**"])
        .await
        .unwrap();
    let came = |pattern: &str, topic: &str| {
        (
            format!("Hub.addedSubscriber.{topic}"),
            Said::Came(pattern.into(), 1),
        )
    };
    assert_eq!(
        log.take(),
        [
            came("a.b", "a.b"),
            came("a.*.c", r"a.\*.c"),
            came("*", r"\*")
        ]
    );
    assert!(listener.disconnect());
    let went = |pattern: &str, topic: &str| {
        (
            format!("Hub.removedSubscriber.{topic}"),
            Said::Went(pattern.into(), 0),
        )
    };
    let mut all = log.take();
    all.sort_by(|(one, _), (other, _)| other.cmp(one));
    assert_eq!(
        all,
        [
            went("a.b", "a.b"),
            went("a.*.c", r"a.\*.c"),
            went("*", r"\*")
        ]
    );
    let subscriber = hub.subscriber("s");
    subscriber.subscribe(["a", "."]).await.unwrap();
    assert_eq!(log.take(), [came(r"a.\.", r"a.\.")]);
    // Such topics are like any others.
    assert_eq!(
        hub.publish("Hub.addedSubscriber.x", Said::Number(1))
            .await
            .unwrap()
            .count(),
        1
    );
}

/// It was there when they were told.
async fn who_listens_to_everything_hears_of_itself(on: Runtime) {
    let hub = telling(&on);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("*").await.unwrap();
    let message = subscriber.consume().await.unwrap();
    assert_eq!(message.topic().to_string(), r"Hub.addedSubscriber.\*");
    assert_eq!(***message, Said::Came("*".into(), 1));
    assert!(subscriber.unsubscribe("*").unwrap());
    subscriber.subscribe("Hub.*").await.unwrap();
    assert_eq!(
        subscriber.queue_sizes(),
        [("default".into(), 0)],
        "it was gone by then"
    );
}

async fn nobody_asked_nobody_is_told(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    hub.connect_sync(log.writes(1))
        .topic("Hub.*")
        .await
        .unwrap();
    hub.connect_sync(|_| ()).topic("a").await.unwrap();
    assert!(log.take().is_empty());
    let mut notices = hub.notices();
    assert!(
        matches!(notices.try_recv(), Err(TryRecvError::Empty)),
        "from now on"
    );
    hub.connect_sync(|_| ()).topic("a").await.unwrap();
    hub.connect_sync(|_| ()).topic("Hub.x").await.unwrap();
    assert_eq!(told(&mut notices), ["+a 2"]);
    let mut second = hub.notices();
    hub.connect_sync(|_| ()).topic("a").await.unwrap();
    assert_eq!(
        (told(&mut notices), told(&mut second)),
        (vec!["+a 3".into()], vec!["+a 3".into()])
    );
    assert!(log.take().is_empty());
    hub.respond_sync(|_: &Msg| 1).topic("r").await.unwrap();
    assert!(told(&mut second).is_empty(), "responders are none");
}

/// What fails to become a message is still told.
async fn a_panic_of_the_conversion_costs_its_message_alone(on: Runtime) {
    let hub = telling(&on);
    let mut notices = hub.notices();
    let log = Log::new();
    let written = log.clone();
    hub.connect_sync(move |m: &Message<Said>| written.push(m.topic().to_string()))
        .topic("Hub.*")
        .await
        .unwrap();
    let panics = |_: &Message<Said>| panic!("{ON_PURPOSE}");
    hub.connect_sync(panics)
        .topic("Hub.*")
        .priority(1)
        .await
        .unwrap();
    hub.connect_sync(|_| ())
        .topics(["a", "fails", "b"])
        .await
        .unwrap();
    assert_eq!(
        log.take(),
        ["Hub.addedSubscriber.a", "Hub.addedSubscriber.b"]
    );
    assert_eq!(told(&mut notices), ["+a 1", "+fails 1", "+b 1"]);
}

/// Listeners of notices may subscribe, and are told of that, later.
async fn told_in_order_however_nested(on: Runtime) {
    let hub = telling(&on);
    let (log, within) = (Log::new(), hub.clone());
    let (written, seen) = (log.clone(), Mutex::new(HashSet::new()));
    let nested = hub
        .connect_sync(move |m: &Message<Said>| {
            written.push(Said::clone(m));
            match &***m {
                Said::Came(pattern, 1)
                    if pattern.len() < 4 && seen.lock().unwrap().insert(pattern.clone()) =>
                {
                    let deeper = within
                        .connect_sync(|_| ())
                        .topic(format!("{pattern}x"))
                        .now()
                        .unwrap();
                    within
                        .connect_sync(|_| ())
                        .topic(pattern.as_str())
                        .once()
                        .now()
                        .unwrap();
                    drop(within.publish(pattern.as_str(), Said::Number(1)).now());
                    deeper.disconnect();
                }
                _ => {}
            }
        })
        .topic("Hub.*")
        .await
        .unwrap();
    let mut notices = hub.notices();
    hub.connect_sync(|_| ()).topic("x").await.unwrap();
    let heard = log.take();
    let as_text = |said: &Said| match said {
        Said::Came(pattern, count) => format!("+{pattern} {count}"),
        Said::Went(pattern, count) => format!("-{pattern} {count}"),
        Said::Number(_) => unreachable!("under another topic"),
    };
    let heard: Vec<_> = heard.iter().map(as_text).collect();
    let from_stream = told(&mut notices);
    assert_eq!(heard, from_stream);
    assert_eq!(heard[..5], ["+x 1", "+xx 1", "+x 2", "-x 1", "-xx 0"]);
    nested.disconnect();
    drop(hub);
}

async fn a_thousand_wait(on: Runtime) {
    let hub = hub_on(&on);
    let mut notices = hub.notices();
    for _ in 0..600 {
        hub.connect_sync(|_| ())
            .topic("a")
            .await
            .unwrap()
            .disconnect();
    }
    assert!(matches!(notices.try_recv(), Err(TryRecvError::Lost(200))));
    assert_eq!(told(&mut notices).len(), 1_000);
}

/// One that is waited for and full keeps no notice from the others, nor who connects from connecting.
async fn a_full_queue_keeps_nothing_from_others(_: Runtime) {
    let executor = SeededExecutor::new(1);
    let builder = Hub::builder().spawner(executor.clone());
    let hub: Hub<Said> = builder.publish_notices().build();
    let log = Log::new();
    let (failed, within) = (log.clone(), hub.clone());
    hub.failures()
        .connect_sync(move |failed_call| {
            let topic = failed_call.event().map(|m| m.topic().to_string());
            failed.push(format!("{failed_call} {}", topic.unwrap()));
            // It may come and go in here as well: that is told afterwards.
            let once = within.connect_sync(|_| ()).topic("inside").now().unwrap();
            drop(once);
        })
        .once()
        .await;
    let full = hub.subscriber("full");
    let subscribe = full.subscribe("Hub.*").capacity(1).id("tight");
    subscribe.overflow(Overflow::Wait).await.unwrap();
    let (gate, written) = (Gate::new(), log.clone());
    let shut = gate.clone();
    hub.connect(move |m: Arc<Message<Said>>| {
        let (gate, log) = (shut.clone(), written.clone());
        async move {
            gate.wait().await;
            log.push(format!("busy {}", m.topic()));
        }
    })
    .topic("Hub.addedSubscriber.*")
    .concurrent()
    .max_in_flight(1)
    .await
    .unwrap();
    let written = log.clone();
    hub.connect_sync(move |m: &Message<Said>| written.push(m.topic().to_string()))
        .topic("Hub.*")
        .await
        .unwrap();
    for pattern in ["a", "b", "c"] {
        hub.connect_sync(|_| ()).topic(pattern).await.unwrap();
    }
    let failure = "callback `full/tight` was dropped: its queue was full, or the signal that it forwards to has reached a limit";
    let added = |pattern: &str| format!("Hub.addedSubscriber.{pattern}");
    assert_eq!(
        log.take(),
        [
            added("a"),
            format!("{failure} {}", added("b")),
            added("b"),
            added("inside"),
            added("c")
        ]
    );
    gate.open();
    executor.run_until_stalled();
    let busy = ["a", "b", "inside", "c"].map(|pattern| format!("busy {}", added(pattern)));
    assert_eq!(log.take(), busy, "one after the other, and none is lost");

    assert_eq!(
        ***full.consume_from("tight").await.unwrap(),
        Said::Came("a".into(), 1)
    );
    hub.connect_sync(|_| ()).topic("d").await.unwrap();
    assert_eq!(
        ***full.consume_from("tight").await.unwrap(),
        Said::Came("d".into(), 1)
    );
}

/// Threads come and go; the count of each pattern goes up and down by one at a time, and ends at none.
#[test]
fn they_are_in_order_under_threads() {
    const THREADS: usize = 4;
    const ROUNDS: usize = 300;
    let hub = Hub::<Said>::builder().publish_notices().build();
    let (tell, hear) = mpsc::channel();
    hub.connect_sync(move |m: &Message<Said>| drop(tell.send(Said::clone(m))))
        .topic("Hub.*")
        .now()
        .unwrap();
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (hub, start) = (&hub, &start);
            scope.spawn(move || {
                start.wait();
                let subscriber = hub.subscriber("s");
                for round in 0..ROUNDS {
                    let topics = ["a", "b.*", ["a", "c"][thread % 2]];
                    let one = hub.connect_sync(|_| ()).topics(topics).now().unwrap();
                    subscriber.subscribe("b.*").now().unwrap();
                    if round % 2 == 0 {
                        assert!(subscriber.unsubscribe("b.*").unwrap());
                    }
                    one.disconnect();
                }
            });
        }
    });
    // The telling thread may have been another one, and has ended by now.
    let heard: Vec<Said> = hear.try_iter().collect();
    let mut counts = HashMap::new();
    let expected = THREADS * ROUNDS * 2 + THREADS / 2 * ROUNDS;
    let mut came = 0;
    for said in heard {
        match said {
            Said::Came(pattern, count) => {
                let known = counts.entry(pattern).or_insert(0);
                *known += 1;
                assert_eq!(*known, count);
                came += usize::from(count > 0);
            }
            Said::Went(pattern, count) => {
                let known = counts.entry(pattern).or_insert(0);
                *known -= 1;
                assert_eq!(*known, count);
            }
            Said::Number(_) => unreachable!("nobody says any"),
        }
    }
    assert!(came > expected, "{came} of more than {expected}");
    assert!(counts.values().all(|count| *count == 0), "{counts:?}");
}

on_each_runtime! {
    they_tell_of_each_pattern_and_how_many_listen,
    they_tell_of_every_end,
    as_messages_under_topics_of_their_own,
    who_listens_to_everything_hears_of_itself,
    nobody_asked_nobody_is_told,
    a_panic_of_the_conversion_costs_its_message_alone,
    told_in_order_however_nested,
    a_thousand_wait,
    a_full_queue_keeps_nothing_from_others,
}
