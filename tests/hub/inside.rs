//! Code of the user's that uses the hub it is called by: listeners, responders, drops, conversions. A lock that is held shows as
//! a test that hangs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::hub::{Hub, Message, Subscriber};
use fanfare::{Connection, Overflow};

use crate::common::{Log, OnDrop};
use crate::kit::{Msg, hub_on, text};
use crate::runtime::Runtime;

/// Everything with a hub that one could think of, but waiting.
fn busy<M: Default + Send + Sync + 'static>(hub: &Hub<M>) {
    let listener = hub
        .connect_sync(|_: &Message<M>| ())
        .topics(["inside.*", "inside", "z.?"])
        .now()
        .unwrap();
    let subscriber = hub.subscriber("inside");
    subscriber.subscribe("inside.*").capacity(1).now().unwrap();
    subscriber
        .connect(async |_| ())
        .topic("*")
        .once()
        .now()
        .unwrap();
    drop(hub.publish("inside.a", M::default()).now());
    drop(
        hub.publisher("inside")
            .unwrap()
            .publish("b", M::default())
            .now(),
    );
    let _ = (
        hub.has_subscribers("*"),
        hub.queue_sizes("inside.a"),
        hub.all_queue_sizes(),
        hub.inspect(),
    );
    let _ = subscriber.unsubscribe("inside.*");
    listener.disconnect();
    drop(hub.notices());
}

async fn listeners_may_do_everything(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    let (within, written) = (hub.clone(), log.clone());
    hub.connect_sync(move |m: &Msg| {
        written.push(text(m));
        busy(&within);
        if ***m > 0 {
            assert!(within.publish("a.b", ***m - 1).now().is_ok());
        }
    })
    .topic("a.*")
    .await
    .unwrap();
    let (within, written) = (hub.clone(), log.clone());
    hub.connect(move |m: Arc<Msg>| {
        let (hub, log) = (within.clone(), written.clone());
        async move {
            busy(&hub);
            hub.publish("elsewhere", 1).await.unwrap();
            if ***m > 0 {
                // Its own turn comes after this one.
                hub.publish("a.b", 0).await.unwrap();
            }
            log.push("later".into());
        }
    })
    .topic("a.*")
    .await
    .unwrap();
    hub.publish("a.x", 2).await.unwrap();
    hub.idle().await;
    let all = log.take();
    assert_eq!(
        all.iter().filter(|one| *one == "later").count(),
        all.len() / 2,
        "{all:?}"
    );
    assert_eq!(all[..3], ["a.x 2", "a.b 1", "a.b 0"]);
    assert_eq!(hub.inspect().connections.len(), 2, "nothing is left over");
}

/// What comes within a publish came after it had begun; what goes is not called any more.
async fn a_message_reaches_who_stood_when_it_began(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    let victim: Arc<std::sync::Mutex<Option<Connection<_>>>> = Arc::default();
    let (within, written, its) = (hub.clone(), log.clone(), victim.clone());
    hub.connect_sync(move |m: &Msg| {
        written.push("first".to_owned());
        if ***m == 1 {
            for pattern in ["a.b", "a.*", "*"] {
                within
                    .connect_sync(written.writes(format!("new {pattern}")))
                    .topic(pattern)
                    .now()
                    .unwrap();
            }
            its.lock().unwrap().take().unwrap().disconnect();
        }
    })
    .topic("a.b")
    .priority(1)
    .await
    .unwrap();
    let gone = hub
        .connect_sync(log.writes("victim".to_owned()))
        .topics(["a.*", "*"])
        .await
        .unwrap();
    *victim.lock().unwrap() = Some(gone);
    hub.publish("a.b", 1).await.unwrap();
    assert_eq!(log.take(), ["first"]);
    hub.publish("a.b", 2).await.unwrap();
    assert_eq!(log.take(), ["first", "new a.b", "new a.*", "new *"]);
}

async fn listeners_may_remove_themselves_and_all(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    let log = Log::new();
    let (within, written) = (subscriber.clone(), log.clone());
    subscriber
        .connect_sync(move |_: &Msg| {
            let done = futures_lite::future::block_on(futures_lite::future::poll_once(
                within.remove_all_listeners(),
            ));
            written.push(done.is_some());
        })
        .topic("a")
        .await
        .unwrap();
    hub.publish("a", 1).await.unwrap();
    hub.publish("a", 2).await.unwrap();
    assert_eq!(log.take(), [true], "it does not wait for itself");

    let (within, written) = (subscriber.clone(), log.clone());
    subscriber
        .connect(move |_| {
            let (subscriber, log) = (within.clone(), written.clone());
            async move {
                subscriber.remove_all_listeners().await;
                log.push(true);
            }
        })
        .topic("a")
        .await
        .unwrap();
    hub.publish("a", 1).await.unwrap();
    hub.publish("a", 2).await.unwrap();
    hub.idle().await;
    assert_eq!(log.take(), [true]);
    assert!(!hub.has_subscribers("*").unwrap());
}

async fn consuming_within_a_listener(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber: Subscriber<u32> = hub.subscriber("s");
    let log = Log::new();
    subscriber.subscribe("*").await.unwrap();
    let (within, written) = (subscriber.clone(), log.clone());
    hub.connect(move |m: Arc<Msg>| {
        let (subscriber, log) = (within.clone(), written.clone());
        async move {
            let consumed = subscriber.consume().await.unwrap();
            assert!(Arc::ptr_eq(&consumed, &m));
            log.push(***consumed);
        }
    })
    .topic("*")
    .await
    .unwrap();
    for number in 0..10 {
        hub.publish("a", number).await.unwrap();
    }
    hub.idle().await;
    assert_eq!(log.take(), (0..10).collect::<Vec<_>>());
}

async fn requests_within_responders(on: Runtime) {
    let hub = hub_on(&on);
    let within = hub.clone();
    hub.respond(move |m: Arc<Msg>| {
        let hub = within.clone();
        async move {
            busy(&hub);
            match ***m {
                0 | 1 => 1,
                n => n * hub.request("factorial", n - 1).await.unwrap(),
            }
        }
    })
    .topic("factorial")
    .await
    .unwrap();
    assert_eq!(hub.request("factorial", 10).await.unwrap(), 3_628_800);
}

type Dropped = Option<OnDrop<Box<dyn FnMut() + Send + Sync>>>;

/// Payloads and what listeners have captured, wherever they are dropped.
async fn drops_may_do_everything(on: Runtime) {
    let hub = Hub::<Dropped>::builder().spawner(on.spawner()).build();
    let count = Arc::new(AtomicUsize::new(0));
    let guard = || {
        let (hub, count) = (hub.clone(), count.clone());
        let mut is_first = true;
        let work: Box<dyn FnMut() + Send + Sync> = Box::new(move || {
            if std::mem::take(&mut is_first) {
                busy(&hub);
                count.fetch_add(1, Ordering::SeqCst);
            }
        });
        OnDrop(work)
    };
    let expect = |expected| assert_eq!(count.swap(0, Ordering::SeqCst), expected);
    let message = || Some(guard());
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a").capacity(1).await.unwrap();
    subscriber
        .subscribe("b")
        .id("b")
        .capacity(1)
        .overflow(Overflow::DropNewest)
        .await
        .unwrap();
    // Passed over by a queue, in one, unheard, unsent.
    for topic in ["a", "a", "b", "b"] {
        hub.publish(topic, message()).await.unwrap();
    }
    expect(2);
    assert!(subscriber.consume().await.is_err());
    drop(subscriber.consume().await.unwrap());
    hub.publish("nobody", message()).await.unwrap();
    drop(hub.publish("a..b", message()).now().unwrap_err());
    drop(hub.publish("a", message()));
    drop(
        hub.request("nobody", message())
            .await
            .err()
            .expect("nobody responds"),
    );
    expect(5);

    let captured = guard();
    let listener = subscriber
        .connect_sync(move |_| _ = &captured)
        .topics(["c", "d.*"])
        .await
        .unwrap();
    assert!(subscriber.remove_listener(&listener).await);
    expect(1);
    let captured = guard();
    subscriber
        .connect_sync(move |_| _ = &captured)
        .topic("d.*")
        .once()
        .await
        .unwrap();
    hub.publish("d.x", message()).await.unwrap();
    expect(2);
    for _ in 0..3 {
        let captured = guard();
        subscriber
            .connect(move |_| {
                let _ = &captured;
                async {}
            })
            .topic("*")
            .await
            .unwrap();
    }
    hub.publish("a", message()).await.unwrap();
    hub.idle().await;
    subscriber.remove_all_listeners().await;
    // What they have captured goes when the executor has put down their calls.
    while count.load(Ordering::SeqCst) < 3 {
        futures_lite::future::yield_now().await;
    }
    expect(3);
    let captured = guard();
    hub.respond_sync(move |_| {
        let _ = &captured;
        None
    })
    .topic("r")
    .once()
    .await
    .unwrap();
    assert!(hub.request("r", message()).await.unwrap().is_none());
    expect(2);
    let captured = guard();
    drop(
        hub.connect_sync(move |_| _ = &captured)
            .topic("a..b")
            .now()
            .unwrap_err(),
    );
    expect(1);
    drop(subscriber); // with a message in each queue
    expect(2);
}

on_each_runtime! {
    listeners_may_do_everything,
    a_message_reaches_who_stood_when_it_began,
    listeners_may_remove_themselves_and_all,
    consuming_within_a_listener,
    requests_within_responders,
    drops_may_do_everything,
}
