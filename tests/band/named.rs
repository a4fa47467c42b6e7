//! Sends by name.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fanfare::band::{self, NotSent};
use fanfare::{Band, Cause, Event};

use crate::common::{Gate, Log, OnDrop};
use crate::kit::{Parent, band_on, by_hand, named, says};
use crate::runtime::Runtime;

async fn a_send_by_name_is_the_channels(on: Runtime) {
    let band = band_on(&on);
    let (all, parent) = (named(&band), Parent::new("one"));
    all.connect_sync(says("all")).await;
    all.bound(&parent).connect(async |_| "own").await;
    all.bound(&Parent::new("dead"))
        .connect_sync(says("dead"))
        .now();
    let replies = async |bound: bool| {
        let send = || match bound {
            true => band.send("named", ()).parent(&parent),
            false => band.send("named", ()),
        };
        let replies = send().replies::<&'static str>().await.unwrap();
        let text = |reply: fanfare::band::AnyReply| {
            assert_eq!(reply.type_name(), "&str");
            assert!(reply.downcast_ref::<u8>().is_none());
            let reply = reply.downcast::<u8>().expect_err("it is text");
            assert_eq!(format!("{reply:?}"), "AnyReply(&str)");
            reply.downcast::<&'static str>().expect("it is text")
        };
        let all: Vec<_> = send()
            .join()
            .await
            .unwrap()
            .into_replies()
            .into_iter()
            .map(text)
            .collect();
        assert_eq!(all, replies);
        let awaited = send().await.unwrap();
        assert_eq!(awaited.count(), replies.len());
        let all: Vec<_> = awaited
            .join()
            .await
            .into_replies()
            .into_iter()
            .map(text)
            .collect();
        assert_eq!(all, replies);
        let now = send().now().unwrap();
        let all: Vec<_> = now
            .join()
            .await
            .into_replies()
            .into_iter()
            .map(text)
            .collect();
        assert_eq!(all, replies);
        replies
    };
    assert_eq!(replies(false).await, ["all", "own"]);
    assert_eq!(replies(true).await, ["own", "all"]);
}

async fn a_name_that_nobody_declared_reaches_nobody(on: Runtime) {
    let band = band_on(&on);
    let parent = Parent::new("one");
    for bound in [false, true] {
        let send = || match bound {
            true => band.send("nobody", 1u8).parent(&parent),
            false => band.send("nobody", 1u8),
        };
        let delivery = send().await.unwrap();
        assert!(delivery.count() == 0 && delivery.is_done());
        assert_eq!(delivery.join().await.count(), 0);
        assert_eq!(send().now().unwrap().count(), 0);
        let report = send().join().await.unwrap();
        assert!(report.count() == 0 && report.is_ok());
        assert!(send().replies::<String>().await.unwrap().is_empty());
    }
    assert!(band.identifiers().is_empty(), "a send declares nothing");
}

async fn another_payload_is_given_back(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<u32, u8>("number").unwrap();
    all.connect_sync(|_| 7).await;
    let text = || String::from("text");
    let refused = [
        band.send("number", text()).await.unwrap_err(),
        band.send("number", text()).now().unwrap_err(),
        band.send("number", text()).join().await.unwrap_err(),
    ];
    for refused in refused {
        let words = "not sent: channel `number` has payload `u32`, reply `u8`; it was asked for with payload \
                     `alloc::string::String`: give one of them another name, or another band";
        assert_eq!(refused.to_string(), words);
        assert_eq!(format!("{refused:?}"), format!("NotSent({words})"));
        assert_eq!(
            refused.type_conflict().expect("that is why").identifier(),
            "number"
        );
        assert!(!refused.is_full() && !refused.is_closed());
        assert_eq!(refused.into_payload().as_deref(), Some("text"));
    }
    let refused = band
        .send("number", text())
        .replies::<u8>()
        .await
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .contains("payload `alloc::string::String`, reply `u8`")
    );
    assert_eq!(refused.into_payload().as_deref(), Some("text"));
    let refused = band
        .send("number", 7u32)
        .replies::<u16>()
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("payload `u32`, reply `u16`"),
        "{refused}"
    );
    assert_eq!(refused.into_payload(), Some(7));
    assert_eq!(all.failure_count(), 0);
}

/// Whichever end: nothing is lost in silence.
async fn a_closed_band_gives_the_payload_back(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<String, u8>("text").unwrap();
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    all.connect_sync(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        1
    })
    .await;
    assert!(band.close());
    let parent = Parent::new("one");
    for name in ["text", "nobody"] {
        let send = || band.send(name, String::from("text"));
        let refused: [NotSent<String>; 5] = [
            send().now().unwrap_err(),
            send().parent(&parent).now().unwrap_err(),
            send().await.unwrap_err(),
            send().join().await.unwrap_err(),
            send().replies::<u8>().await.unwrap_err(),
        ];
        for refused in refused {
            assert!(
                refused.is_closed() && refused.type_conflict().is_none(),
                "{name}"
            );
            assert_eq!(refused.to_string(), "not sent: the band is closed");
            assert_eq!(refused.into_payload().as_deref(), Some("text"));
        }
    }
    assert_eq!(calls.load(Ordering::Relaxed), 0);
}

async fn a_full_receiver_gives_the_payload_back_to_now(_: Runtime) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<u32, u32>("number").unwrap();
    let gate = Gate::new();
    let wait = gate.clone();
    all.connect(move |ev| {
        let wait = wait.clone();
        async move {
            wait.wait().await;
            **ev
        }
    })
    .max_in_flight(1)
    .now();
    let first = band.send("number", 1u32).now().unwrap();
    let refused = band.send("number", 2u32).now().unwrap_err();
    assert!(refused.is_full() && refused.to_string().contains("a limit is reached"));
    assert_eq!(refused.into_payload(), Some(2));
    let second = band.send("number", 3u32).into_future_boxed();
    let mut second = second;
    assert!(executor.run_until(&mut second).is_none(), "it waits");
    gate.open();
    let second = executor.run_until(second).expect("there is room").unwrap();
    assert_eq!((first.count(), second.count()), (1, 1));
    let replies = executor
        .run_until(second.join())
        .expect("it runs")
        .into_replies();
    assert_eq!(replies[0].downcast_ref(), Some(&3u32));
    assert!(first.is_done());
}

/// `into_future` by a shorter name.
trait Boxed {
    type Output;
    fn into_future_boxed(self) -> fanfare::BoxFuture<'static, Self::Output>;
}

impl<P: Send + Sync + 'static> Boxed for band::NamedSend<P> {
    type Output = Result<band::NamedDelivery, NotSent<P>>;
    fn into_future_boxed(self) -> fanfare::BoxFuture<'static, Self::Output> {
        std::future::IntoFuture::into_future(self)
    }
}

/// What waits when the band is closed has lost its payload to the send, and says so.
async fn a_send_that_waits_when_the_band_closes_is_told(_: Runtime) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<u32, u32>("number").unwrap();
    let gate = Gate::new();
    let wait = gate.clone();
    all.connect(move |_| {
        let wait = wait.clone();
        async move {
            wait.wait().await;
            1
        }
    })
    .max_in_flight(1)
    .now();
    drop(band.send("number", 1u32).now().unwrap());
    executor.run_until_stalled();
    let mut awaited = band.send("number", 2u32).into_future_boxed();
    let mut joined = band.send("number", 3u32).join();
    let mut replies = band.send("number", 4u32).replies::<u32>();
    assert!(executor.run_until(&mut awaited).is_none());
    assert!(executor.run_until(&mut joined).is_none());
    assert!(executor.run_until(&mut replies).is_none());
    band.close();
    let is_closed = |report: &fanfare::Report<band::AnyReply>| {
        report
            .failures()
            .all(|failure| matches!(failure.cause(), Cause::Closed))
            && !report.is_ok()
    };
    let delivery = executor
        .run_until(awaited)
        .expect("it is told")
        .expect("it was begun");
    assert!(is_closed(
        &executor
            .run_until(delivery.join())
            .expect("nothing is under way")
    ));
    assert!(is_closed(
        &executor
            .run_until(joined)
            .expect("it is told")
            .expect("it was begun")
    ));
    assert!(
        executor
            .run_until(replies)
            .expect("it is told")
            .unwrap_err()
            .is_closed()
    );
    gate.open();
    executor.run_until_stalled();
}

async fn a_delivery_by_name_can_be_stopped(_: Runtime) {
    let (executor, _, band) = by_hand();
    let all = band.channel::<u32, u32>("number").unwrap();
    all.connect(|_| std::future::pending()).now();
    let delivery = band.send("number", 1u32).now().unwrap();
    executor.run_until_stalled();
    assert!(!delivery.is_done() && format!("{delivery:?}").contains("count: 1"));
    delivery.abort();
    let report = executor.run_until(delivery.join()).expect("it is stopped");
    assert!(matches!(
        report.into_results()[0].as_ref().unwrap_err().cause(),
        Cause::Aborted
    ));
}

/// Not polled, it is not sent.
async fn a_send_by_name_begins_when_it_is_ended(on: Runtime) {
    let band = band_on(&on);
    let all = band
        .channel::<OnDrop<Box<dyn FnMut() + Send + Sync>>, ()>("dropped")
        .unwrap();
    let log = Log::new();
    all.connect_sync(log.writes("heard")).await;
    let written = log.clone();
    let send = band.send(
        "dropped",
        OnDrop(Box::new(move || written.push("dropped")) as Box<dyn FnMut() + Send + Sync>),
    );
    assert!(format!("{:?}", band.send("x", 1)).contains(r#"identifier: "x""#));
    drop(send.join());
    assert_eq!(log.take(), ["dropped"]);
}

async fn the_band_may_go_while_a_send_by_name_waits(on: Runtime) {
    let band = Band::builder().spawner(on.spawner()).build();
    band.channel::<u32, u32>("double")
        .unwrap()
        .connect_sync(|ev: &Event<u32>| **ev * 2)
        .await;
    let replies = band.send("double", 4u32).replies::<u32>();
    drop(band);
    assert_eq!(replies.await.unwrap(), [8]);
}

on_each_runtime![
    a_send_by_name_is_the_channels,
    a_name_that_nobody_declared_reaches_nobody,
    another_payload_is_given_back,
    a_closed_band_gives_the_payload_back,
    a_full_receiver_gives_the_payload_back_to_now,
    a_send_that_waits_when_the_band_closes_is_told,
    a_delivery_by_name_can_be_stopped,
    a_send_by_name_begins_when_it_is_ended,
    the_band_may_go_while_a_send_by_name_waits,
];
