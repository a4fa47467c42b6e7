//! What a dispatcher can make of a call.

use fanfare::dispatcher::{Outcome, Receiver};
use fanfare::testing::Recorder;
use fanfare::{Backoff, Cause, FailedCall, Failure, Signal};
use std::time::Duration;

use crate::common::{Log, told};
use crate::kit::{Acting, Scribe, boxed, cause};
use crate::runtime::Runtime;

/// A signal with a sync and an async callback that must not be called.
async fn uncalled(
    on: &Runtime,
    act: impl Fn(Receiver) -> fanfare::BoxFuture<'static, Outcome> + Send + Sync + 'static,
) -> (Scribe, Signal<u32, u32>) {
    let scribe = Scribe::new();
    let builder = on.builder(7).reply::<u32>().dispatcher(scribe.clone());
    let signal = builder.dispatcher(Acting(act)).build();
    signal.connect_sync(|_| panic!("it is called")).await;
    signal.connect(|_| async { panic!("it is called") }).await;
    (scribe, signal)
}

async fn a_reply_in_the_place_of_a_call(on: Runtime) {
    let (scribe, signal) = uncalled(&on, |receiver| receiver.reply(5u32)).await;
    assert_eq!(told(&signal.send().join().await), ["5", "5"]);
    assert_eq!(told(&signal.send().await.join().await), ["5", "5"]);
    assert_eq!(signal.send().first().await, Some(5));
    assert_eq!(scribe.take()[5], "after [5 5]");
    assert_eq!(signal.failure_count(), 0);
}

async fn a_call_that_is_skipped_is_no_failure(on: Runtime) {
    let scribe = Scribe::new();
    let skipping = Acting(Receiver::skip);
    let builder = on
        .builder(7)
        .reply::<u32>()
        .stats()
        .dispatcher(scribe.clone());
    let signal = builder.dispatcher(skipping).build();
    let heard: Recorder<FailedCall<u32>> = Recorder::new();
    heard.connect(&signal.failures()).await;
    let connection = signal.connect_sync(|_| panic!("it is called")).await;
    signal.connect(|_| async { panic!("it is called") }).await;
    for report in [signal.send().join().await, signal.send().await.join().await] {
        assert!(!report.is_ok(), "they did not reply");
        let causes = report.failures().map(|failure| cause(failure.cause()));
        assert!(causes.eq(["skipped", "skipped"]));
        let first = report.failures().next().map(Failure::to_string).unwrap();
        assert!(
            first.ends_with("was not called: a dispatcher skipped it"),
            "{first}"
        );
    }
    assert_eq!(scribe.take()[5], "after [skipped skipped]");
    assert_eq!((signal.failure_count(), heard.len()), (0, 0));
    let counts = connection.stats().expect("they are counted");
    assert_eq!((counts.calls, counts.failures), (0, 0));
}

async fn a_call_that_is_made_to_fail_is_a_failure(on: Runtime) {
    let (scribe, signal) = uncalled(&on, |receiver| receiver.fail("no permit")).await;
    let heard: Recorder<FailedCall<u32>> = Recorder::new();
    heard.connect(&signal.failures()).await;
    let report = signal.send().join().await;
    let causes = report.failures().map(|failure| cause(failure.cause()));
    assert!(causes.eq(["no permit", "no permit"]));
    assert_eq!(scribe.take()[5], "after [no permit no permit]");
    assert_eq!(signal.failure_count(), 2);
    let events = heard.take();
    assert_eq!(events.len(), 2);
    let event = events[0].event().expect("it came with an event");
    assert_eq!(***event, 7);
}

async fn an_outcome_can_be_looked_at_and_changed(on: Runtime) {
    let doubling = Acting(|receiver: Receiver| {
        boxed(async move {
            let outcome = receiver.call().await;
            assert!(outcome.is_ok() && outcome.cause().is_none());
            assert_eq!(
                (outcome.reply::<u32>(), outcome.reply::<u64>()),
                (Some(&7), None)
            );
            let outcome = outcome.into_reply::<u64>().expect_err("it is no u64");
            assert!(format!("{outcome:?}").contains("u32"));
            Outcome::replied(outcome.into_reply::<u32>().expect("it is an u32") * 2)
        })
    });
    let signal = on.builder(7).reply::<u32>().dispatcher(doubling).build();
    signal.connect_sync(|ev| **ev).await;
    signal.connect(|ev| async move { **ev }).await;
    assert_eq!(told(&signal.send().join().await), ["14", "14"]);
}

async fn a_failure_can_be_turned_into_a_reply_and_a_reply_into_a_failure(on: Runtime) {
    let turning = Acting(|receiver: Receiver| {
        boxed(async move {
            match receiver.call().await.into_reply::<u32>() {
                Ok(0) => Outcome::failed("nothing"),
                Ok(1) => Outcome::skipped(),
                Ok(reply) => Outcome::replied(reply),
                Err(outcome) => {
                    assert!(matches!(outcome.cause(), Some(Cause::Panicked(_))));
                    Outcome::replied(9u32)
                }
            }
        })
    });
    let signal = on.builder(()).reply::<u32>().dispatcher(turning).build();
    signal.connect_sync(|_| 0).await;
    signal.connect(|_| async { 1 }).await;
    signal.connect(|_| async { 2 }).await;
    signal.connect_sync(|_| panic!("on purpose")).await;
    let report = signal.send().join().await;
    assert_eq!(report.replies(), [2, 9]);
    let causes = report.failures().map(|failure| cause(failure.cause()));
    assert!(causes.eq(["nothing", "skipped"]));
    assert_eq!(signal.failure_count(), 1);
}

async fn a_reply_of_another_type_is_a_failure_that_names_both(on: Runtime) {
    let (_, signal) = uncalled(&on, |receiver| receiver.reply("five".to_owned())).await;
    let report = signal.send().await.join().await;
    let causes: Vec<_> = report
        .failures()
        .map(|failure| cause(failure.cause()))
        .collect();
    let text = "a dispatcher replied with `alloc::string::String` where callbacks reply `u32`";
    assert_eq!(causes, [text, text]);
    assert_eq!(signal.failure_count(), 2);
}

async fn a_receiver_that_is_dropped_is_not_called(on: Runtime) {
    let (_, signal) = uncalled(&on, |receiver| {
        drop(receiver);
        boxed(async { Outcome::replied(1u32) })
    })
    .await;
    assert_eq!(told(&signal.send().join().await), ["1", "1"]);
}

async fn a_call_whose_future_is_dropped_unpolled_is_not_made(on: Runtime) {
    let (_, signal) = uncalled(&on, |receiver| {
        drop(receiver.call());
        boxed(async { Outcome::replied(1u32) })
    })
    .await;
    assert_eq!(told(&signal.send().join().await), ["1", "1"]);
}

async fn what_fails_is_tried_again_and_comes_to_the_dispatcher_anew(on: Runtime) {
    let log = Log::new();
    let attempts = log.clone();
    let failing = Acting(move |receiver: Receiver| {
        attempts.push(());
        match attempts.len() {
            1 => receiver.fail("not yet"),
            2 => receiver.reply("of another type"),
            _ => receiver.call(),
        }
    });
    let signal = on.builder(7).reply::<u32>().dispatcher(failing).build();
    let backoff = Backoff::new(Duration::ZERO);
    signal
        .connect(|ev| async move { **ev })
        .retry(backoff)
        .await;
    assert_eq!(told(&signal.send().join().await), ["7"]);
    assert_eq!((log.len(), signal.failure_count()), (3, 0));
}

async fn errors_in_replies_count_as_they_do_without(on: Runtime) {
    let scribe = Scribe::new();
    let builder = on.builder(()).fallible::<(), String>();
    let signal = builder.dispatcher(scribe.clone()).build();
    signal.connect_sync(|_| Err("no".to_owned())).await;
    let report = signal.send().join().await;
    assert_eq!(report.replies(), [Err("no".to_owned())]);
    assert_eq!(signal.failure_count(), 1);
}

on_each_runtime!(
    a_reply_in_the_place_of_a_call,
    a_call_that_is_skipped_is_no_failure,
    a_call_that_is_made_to_fail_is_a_failure,
    an_outcome_can_be_looked_at_and_changed,
    a_failure_can_be_turned_into_a_reply_and_a_reply_into_a_failure,
    a_reply_of_another_type_is_a_failure_that_names_both,
    a_receiver_that_is_dropped_is_not_called,
    a_call_whose_future_is_dropped_unpolled_is_not_made,
    what_fails_is_tried_again_and_comes_to_the_dispatcher_anew,
    errors_in_replies_count_as_they_do_without,
);
