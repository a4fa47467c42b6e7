//! Drops of the user's values: they may use the band that lets go of them, for no lock is held. A lock that is held shows
//! as a test that hangs.

use std::future::Future;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use fanfare::{Band, Event, Overflow};

use crate::common::{Log, ON_PURPOSE, OnDrop};
use crate::kit::{Parent, band_on, by_hand};
use crate::runtime::Runtime;

/// Does everything with the band that a drop could think of, and writes down that it was there.
fn busy(
    band: &Band,
    log: &Log<&'static str>,
) -> OnDrop<impl FnMut() + Send + Sync + 'static + use<>> {
    let (band, log) = (band.clone(), log.clone());
    OnDrop(move || {
        let all = band
            .channel::<u32, ()>("number")
            .expect("it has these types");
        let parent = Arc::new(1);
        let own = all.bound(&parent);
        let connection = own.connect_sync(|_| ()).now();
        let _ = own.send(0).now();
        let _ = band.send("number", 0u32).parent(&parent).now();
        let _ = band.send("nobody", 0u32).now();
        connection.disconnect();
        drop(
            band.channel::<(), ()>("passing")
                .expect("it has these types"),
        );
        let _ = band.channel::<u64, u64>("number");
        let _ = (
            band.identifiers(),
            band.inspect(),
            format!("{band:?}"),
            all.receiver_count(),
        );
        log.push("dropped");
    })
}

async fn what_a_receiver_captures_may_use_the_band(on: Runtime) {
    for way in [
        "disconnect",
        "by name",
        "parent",
        "again",
        "swept",
        "conflict",
        "close",
        "once",
        "object",
    ] {
        let (band, log) = (band_on(&on), Log::new());
        let all = band.channel::<u32, ()>("number").unwrap();
        let (parent, object) = (Parent::new("one"), Parent::new("object"));
        let guard = busy(&band, &log);
        let callback = fanfare::Callback::sync(move |_: &Event<u32>| _ = &guard);
        let own = all.bound(&parent);
        let connect = own.connect_callback(&callback).track(&object);
        drop(callback);
        let connection = if way == "once" {
            connect.once().now()
        } else {
            connect.now()
        };
        match way {
            "disconnect" => assert!(connection.disconnect()),
            "parent" => {
                drop(parent);
                assert_eq!(all.send(1).now().unwrap().count(), 0);
            }
            "swept" => {
                drop((parent, own, all));
                for number in 0..4 {
                    drop(band.channel::<u8, ()>(format!("new {number}")).unwrap());
                }
            }
            "conflict" => {
                drop((parent, own, all));
                // The drop may take the name for its own types.
                let _ = band.channel::<u8, ()>("number");
            }
            "by name" => {
                drop(parent);
                assert_eq!(band.send("number", 1u32).now().unwrap().count(), 0);
            }
            "close" => {
                assert!(band.close());
                connection.disconnect();
            }
            "once" => assert_eq!(own.send(1).now().unwrap().count(), 1),
            "object" => {
                drop(object);
                assert_eq!(own.receiver_count(), 0);
            }
            _ => {
                connection.disconnect();
                own.connect_sync(|_| ()).now();
            }
        }
        assert_eq!(log.take(), ["dropped"], "{way}");
    }
}

async fn payloads_and_replies_may_use_the_band(_: Runtime) {
    type Busy = Arc<dyn Send + Sync>;
    let (executor, _, band) = by_hand();
    let log = Log::new();
    let payload = || -> Busy { Arc::new(busy(&band, &log)) };
    let all = band.channel::<Busy, Busy>("busy").unwrap();
    let parent = Parent::new("one");
    let own = all.bound(&parent);
    let expect = |count: usize, when: &str| assert_eq!(log.take().len(), count, "{when}");
    drop(own.send(payload()).now());
    expect(1, "nobody");
    let reply = {
        let (band, log) = (band.clone(), log.clone());
        move || -> Busy { Arc::new(busy(&band, &log)) }
    };
    let replies = reply.clone();
    let sync = own.connect_sync(move |_| replies()).now();
    drop(own.send(payload()).now());
    expect(2, "a reply that nobody takes");
    drop(band.send("busy", payload()).join().await.unwrap());
    expect(2, "by name");
    drop(own.send(payload()).first().await);
    expect(2, "the first");
    assert!(band.send("busy", 1u8).now().is_err());
    drop(band.send("number", payload()).now());
    expect(1, "a name of other types, or of none");
    let later = own.connect(move |_| {
        let reply = reply();
        async move { reply }
    });
    later.sequential().now();
    let stream = all
        .bound(&parent)
        .subscribe()
        .capacity(1)
        .overflow(Overflow::KeepLatest)
        .now();
    for _ in 0..2 {
        own.send_detached(payload());
    }
    executor.run_until_stalled();
    expect(2 * 2 + 1, "on an executor");
    drop(stream);
    expect(1, "what a stream had left");
    drop(own.send(payload()).now());
    drop(parent);
    executor.run_until_stalled();
    expect(2, "aborted");
    assert!(!sync.is_connected());
    band.close();
    all.send_detached(payload());
    drop(band.send("busy", payload()).now());
    drop(band.send("busy", payload()).replies::<Busy>().await);
    expect(3, "closed");
}

async fn a_drop_that_panics_is_kept_from_everybody_else(on: Runtime) {
    let band = band_on(&on);
    let all = band.channel::<u32, &'static str>("number").unwrap();
    let parent = Parent::new("one");
    let bomb = || OnDrop(|| panic!("{ON_PURPOSE}"));
    for way in 0..3 {
        let (own, bomb) = (all.bound(&parent), bomb());
        let connection = own
            .connect_sync(move |_| {
                let _ = &bomb;
                "never"
            })
            .now();
        match way {
            0 => assert!(connection.disconnect()),
            1 => assert!(
                own.connect_sync(|_| "stays").now().is_connected() && connection.disconnect()
            ),
            _ => {}
        }
    }
    let stays = all.connect_sync(|_| "stays").now();
    drop(parent);
    // The last bomb goes with its parent, in the middle of this.
    assert_eq!(all.send(1).join().await.into_replies(), ["stays"]);
    drop(all);
    let doomed = Parent::new("two");
    let (brief, bomb) = (band.channel::<(), ()>("brief").unwrap(), bomb());
    brief.bound(&doomed).connect_sync(move |_| _ = &bomb).now();
    drop((brief, doomed));
    for number in 0..8 {
        drop(band.channel::<(), ()>(format!("{number}")).unwrap());
    }
    assert!(!band.identifiers().contains(&"brief".to_owned()));
    assert!(stays.is_connected());
}

/// Wakers are the user's, too.
async fn wakers_may_use_the_band(_: Runtime) {
    struct Uses(Band, Log<&'static str>);
    impl Wake for Uses {
        fn wake(self: Arc<Self>) {
            drop(busy(&self.0, &self.1));
        }
    }
    let (_, _, band) = by_hand();
    let (all, log) = (band.channel::<u32, ()>("number").unwrap(), Log::new());
    let parent = Parent::new("one");
    let own = all.bound(&parent);
    let mut stream = own.subscribe().capacity(1).overflow(Overflow::Wait).now();
    let waker = Waker::from(Arc::new(Uses(band.clone(), log.clone())));
    let mut cx = Context::from_waker(&waker);
    let mut recv = stream.recv();
    assert!(std::pin::Pin::new(&mut recv).poll(&mut cx).is_pending());
    assert!(own.send(1).now().is_ok());
    drop(recv);
    let mut waits = std::future::IntoFuture::into_future(own.send(2));
    assert!(std::pin::Pin::new(&mut waits).poll(&mut cx).is_pending());
    assert!(band.close());
    assert!(!log.take().is_empty());
    assert!(std::pin::Pin::new(&mut waits).poll(&mut cx).is_ready());
}

on_each_runtime![
    what_a_receiver_captures_may_use_the_band,
    payloads_and_replies_may_use_the_band,
    a_drop_that_panics_is_kept_from_everybody_else,
    wakers_may_use_the_band,
];
