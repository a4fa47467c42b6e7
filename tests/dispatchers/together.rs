//! Several dispatchers on one signal: each is where its place in the row says.

use std::sync::Arc;
use std::thread::{self, ThreadId};

use fanfare::dispatcher::{Context, Dispatcher, OnExecutor, Outcome, Receiver, Timed};
use fanfare::testing::SeededExecutor;
use fanfare::{Band, BoxFuture, Event, Signal};
use futures_lite::future::{block_on, yield_now};

use crate::common::{Log, Person, poll};
use crate::kit::Loop;
use crate::runtime::Runtime;

/// Writes down where it is asked, and where it is polled.
struct Spy(Log<ThreadId>);

impl Dispatcher for Spy {
    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        let log = self.0.clone();
        log.push(thread::current().id());
        Box::pin(async move {
            log.push(thread::current().id());
            receiver.call().await
        })
    }
}

async fn what_is_further_in_goes_along_to_the_thread(on: Runtime) {
    let (main, outside, inside) = (Loop::new(), Log::new(), Log::new());
    let signal = on
        .builder(())
        .dispatcher(Spy(outside.clone()))
        .dispatcher(main.dispatcher())
        .dispatcher(Spy(inside.clone()))
        .build();
    signal.connect_sync(|_| ()).await;
    assert!(signal.send().join().await.is_ok());
    assert!(!outside.take().contains(&main.thread()));
    assert_eq!(inside.take(), [main.thread(); 2]);
    drop(signal);
    main.end();
}

async fn a_signal_may_have_all_of_them(on: Runtime) {
    let (main, timed) = (Loop::new(), Timed::new());
    let signal = on.builder(2u32).reply::<u32>().name("all");
    let signal = signal
        .dispatcher(timed.clone())
        .dispatcher(OnExecutor::new(on.spawner()))
        .dispatcher(main.dispatcher())
        .build();
    let square = |ev: Arc<Event<u32>>| async move {
        yield_now().await;
        **ev * **ev
    };
    signal.connect(square).await;
    signal.connect_sync(|ev| **ev).await;
    for number in 0..10 {
        let replies = [number * number, number];
        assert_eq!(signal.send().with(number).join().await.replies(), replies);
        let delivery = signal.send().with(number).await;
        assert_eq!(delivery.join().await.replies(), replies);
    }
    let times = timed.times("all").expect("it was measured");
    assert_eq!((times.sends, times.calls, times.failures), (20, 40, 0));
    drop(signal);
    main.end();
}

async fn a_band_has_its_receivers_on_a_thread_and_measures_each_channel(on: Runtime) {
    let (main, timed) = (Loop::new(), Timed::new());
    let band = Band::builder()
        .spawner(on.spawner())
        .dispatcher(timed.clone())
        .dispatcher(main.dispatcher())
        .build();
    let parent = Arc::new(Person(1));
    for name in ["one", "two"] {
        let channel = band.channel::<u32, ThreadId>(name).expect("no other types");
        let bound = channel.bound(&parent);
        bound.connect_sync(|_| thread::current().id()).await;
        let unbound = |_| async {
            yield_now().await;
            thread::current().id()
        };
        channel.connect(unbound).await;
        for sender in [&channel, &bound] {
            let report = sender.send(1).join().await;
            assert_eq!(report.replies(), [main.thread(); 2]);
            let delivery = sender.send(1).await;
            assert_eq!(delivery.join().await.replies(), [main.thread(); 2]);
        }
    }
    for name in ["one", "two"] {
        let times = timed.times(name).expect("it was measured");
        assert_eq!((times.sends, times.calls, times.failures), (4, 8, 0));
    }
    assert_eq!(timed.all().len(), 2);
    band.drain().await.expect("nothing is under way");
    drop(band);
    main.end();
}

/// Replies in the place of every callback.
struct Instead(u32);

impl Dispatcher for Instead {
    fn call(&self, _: &Context, receiver: Receiver) -> BoxFuture<'static, Outcome> {
        receiver.reply(self.0)
    }
}

#[test]
fn what_is_replied_further_out_never_gets_there() {
    let executor = SeededExecutor::new(1);
    let signal = Signal::builder(1u32).reply::<u32>();
    let signal = signal
        .dispatcher(Instead(7))
        .dispatcher(OnExecutor::new(executor.clone()))
        .build();
    signal.connect_sync(|ev| **ev).now();
    assert_eq!(block_on(signal.send().join()).replies(), [7]);
    assert!(executor.is_empty());
}

#[test]
fn what_is_replied_further_in_comes_back() {
    let executor = SeededExecutor::new(1);
    let signal = Signal::builder(1u32).reply::<u32>();
    let signal = signal
        .dispatcher(OnExecutor::new(executor.clone()))
        .dispatcher(Instead(7))
        .build();
    signal.connect_sync(|ev| **ev).now();
    let mut join = signal.send().join();
    assert!(poll(&mut join).is_pending());
    executor.run_until_stalled();
    assert_eq!(block_on(join).replies(), [7]);
}

on_each_runtime! {
    what_is_further_in_goes_along_to_the_thread,
    a_signal_may_have_all_of_them,
    a_band_has_its_receivers_on_a_thread_and_measures_each_channel,
}
