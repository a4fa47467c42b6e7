//! Dispatchers that panic.

use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use fanfare::dispatcher::{Context, Dispatcher, Outcome, Receiver, Results};
use fanfare::testing::Recorder;
use fanfare::{BoxFuture, Cause, FailedCall};

use crate::common::{Log, OnDrop, poll, told};
use crate::kit::{Acting, Scribe, boxed, cause};
use crate::runtime::Runtime;

struct AtTheBorders;

impl Dispatcher for AtTheBorders {
    fn before(&self, _: &Context) {
        panic!("on purpose before");
    }

    fn after(&self, _: &Context, _: &Results<'_>) {
        panic!("on purpose after");
    }
}

async fn before_and_after_fail_the_send_which_goes_on(on: Runtime) {
    let log = Log::new();
    let builder = on.builder(7).reply::<u32>();
    let builder = builder.dispatcher(Scribe::named("outer ", &log));
    let builder = builder.dispatcher(AtTheBorders);
    let signal = builder.dispatcher(Scribe::named("inner ", &log)).build();
    let heard: Recorder<FailedCall<u32>> = Recorder::new();
    heard.connect(&signal.failures()).await;
    signal.connect_sync(|ev| **ev).await;
    signal.connect(|ev| async move { **ev }).await;
    let framed = |sent: Vec<String>| {
        assert_eq!(sent[..2], ["outer before 2", "inner before 2"]);
        assert_eq!(
            sent[sent.len() - 2..],
            ["inner after [7 7]", "outer after [7 7]"]
        );
    };
    assert_eq!(told(&signal.send().join().await), ["7", "7"]);
    framed(log.take());
    assert_eq!(told(&signal.send().await.join().await), ["7", "7"]);
    framed(log.take());
    assert_eq!(signal.failure_count(), 4);
    let texts = heard.take();
    let texts: Vec<_> = texts
        .iter()
        .map(|failed| failed.failure().to_string())
        .collect();
    let before = "the send panicked in the `before` of a dispatcher: on purpose before";
    let after = "the send panicked in the `after` of a dispatcher: on purpose after";
    assert_eq!(texts, [before, after, before, after]);
}

async fn a_panic_around_a_call_is_that_calls(on: Runtime) {
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().dispatcher(scribe.clone());
    let panicking = Acting(|receiver: Receiver| {
        assert!(receiver.name() != Some("at once"), "on purpose at once");
        boxed(async move {
            assert!(receiver.name() != Some("late"), "on purpose late");
            receiver.call().await
        })
    });
    let signal = builder.dispatcher(panicking).build();
    signal.connect_sync(|_| 1).name("at once").await;
    signal.connect(|_| async { 2 }).name("late").await;
    signal.connect_sync(|_| 3).await;
    let expected = ["on purpose at once", "on purpose late", "3"];
    assert_eq!(told(&signal.send().join().await), expected);
    assert_eq!(told(&signal.send().await.join().await), expected);
    assert_eq!(signal.failure_count(), 4);
    assert_eq!(
        scribe.take()[2],
        "got on purpose at once",
        "the outer one sees an outcome"
    );
}

async fn the_outermost_may_panic_as_well(on: Runtime) {
    let panicking = Acting(|receiver: Receiver| -> BoxFuture<'static, Outcome> {
        assert!(receiver.name().is_none(), "on purpose");
        boxed(poll_fn(|_| panic!("on purpose")))
    });
    let signal = on.builder(7).reply::<u32>().dispatcher(panicking).build();
    signal.connect_sync(|_| 1).name("at once").await;
    signal.connect_sync(|_| 2).await;
    assert_eq!(
        told(&signal.send().join().await),
        ["on purpose", "on purpose"]
    );
    assert_eq!(
        told(&signal.send().await.join().await),
        ["on purpose", "on purpose"]
    );
}

/// Panics when it is dropped, ready or not.
struct Mined(BoxFuture<'static, Outcome>);

impl Future for Mined {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Task<'_>) -> Poll<Outcome> {
        self.0.as_mut().poll(cx)
    }
}

impl Drop for Mined {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

async fn a_future_that_panics_when_it_is_dropped_is_a_call_that_panicked(on: Runtime) {
    let mined = || Acting(|receiver: Receiver| boxed(Mined(receiver.call())));
    let signal = on.builder(7).reply::<u32>().dispatcher(mined()).build();
    signal.connect_sync(|_| 1).await;
    signal.connect(|_| async { 2 }).await;
    assert_eq!(
        told(&signal.send().join().await),
        ["on purpose", "on purpose"]
    );
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().dispatcher(scribe.clone());
    let signal = builder.dispatcher(mined()).build();
    signal.connect_sync(|_| 1).await;
    assert_eq!(told(&signal.send().join().await), ["on purpose"]);
    assert_eq!(scribe.take()[2], "got on purpose");
}

async fn one_that_is_dropped_half_way_may_panic(on: Runtime) {
    let mined = Acting(|receiver: Receiver| boxed(Mined(receiver.call())));
    let builder = on.builder(7).reply::<u32>().dispatcher(mined);
    let signal = builder.build();
    signal.connect(|_| pending::<u32>()).await;
    let mut joined = signal.send().join();
    assert!(poll(&mut joined).is_pending());
    drop(joined);
    signal.idle().await;
    let delivery = signal.send().await;
    delivery.abort();
    assert_eq!(told(&delivery.join().await), ["aborted"]);
}

async fn callbacks_and_their_drops_may_panic_under_a_dispatcher(on: Runtime) {
    let scribe = Scribe::new();
    let signal = on
        .builder(7)
        .reply::<u32>()
        .dispatcher(scribe.clone())
        .build();
    signal.connect_sync(|_| panic!("on purpose 1")).await;
    signal.connect(|_| async { panic!("on purpose 2") }).await;
    signal
        .connect(|_| async {
            let _mine = OnDrop(|| panic!("on purpose 3"));
            futures_lite::future::yield_now().await;
            3
        })
        .await;
    let expected = ["on purpose 1", "on purpose 2", "on purpose 3"];
    assert_eq!(told(&signal.send().join().await), expected);
    assert_eq!(told(&signal.send().await.join().await), expected);
    signal.idle().await;
}

/// A reply that must not be dropped where nobody is told of it.
struct Explosive;

impl Drop for Explosive {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

async fn replies_that_nobody_takes_may_panic(on: Runtime) {
    let wrong = Acting(|receiver: Receiver| receiver.reply(Explosive));
    let signal = on.builder(7).reply::<u32>().dispatcher(wrong).build();
    signal.connect_sync(|_| 1).await;
    let report = signal.send().join().await;
    let failure = report.failures().next().expect("it is of another type");
    assert!(matches!(failure.cause(), Cause::Failed(_)));
    assert!(cause(failure.cause()).contains("Explosive"));
}

impl Dispatcher for Explosive {}

async fn dispatchers_that_panic_when_they_are_dropped_go_with_their_signal(on: Runtime) {
    let builder = on.builder(7).reply::<u32>();
    let signal = builder.dispatcher(Explosive).dispatcher(Explosive).build();
    signal.connect(|_| async { 1 }).await;
    let delivery = signal.send().await;
    drop(signal);
    assert_eq!(told(&delivery.join().await), ["1"]);
}

async fn outcomes_that_panic_when_they_are_dropped_stay_in_their_call(on: Runtime) {
    let log = Log::new();
    let outer = log.clone();
    let seeing = Acting(move |receiver: Receiver| {
        let outer = outer.clone();
        boxed(async move {
            let outcome = receiver.call().await;
            outer.push(outcome.cause().map(cause));
            outcome
        })
    });
    let mined = Acting(|receiver: Receiver| boxed(Mined(receiver.reply(Explosive))));
    let builder = on.builder(7).reply::<u32>().dispatcher(seeing);
    let signal = builder.dispatcher(mined).build();
    signal.connect_sync(|_| 1).await;
    assert_eq!(told(&signal.send().join().await), ["on purpose"]);
    assert_eq!(log.take(), [Some("on purpose".to_owned())]);
}

on_each_runtime!(
    dispatchers_that_panic_when_they_are_dropped_go_with_their_signal,
    outcomes_that_panic_when_they_are_dropped_stay_in_their_call,
    before_and_after_fail_the_send_which_goes_on,
    a_panic_around_a_call_is_that_calls,
    the_outermost_may_panic_as_well,
    a_future_that_panics_when_it_is_dropped_is_a_call_that_panicked,
    one_that_is_dropped_half_way_may_panic,
    callbacks_and_their_drops_may_panic_under_a_dispatcher,
    replies_that_nobody_takes_may_panic,
);
