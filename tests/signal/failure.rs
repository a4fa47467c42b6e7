//! What a report says of a callback that panicked.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use fanfare::{Cause, Panic, Report};

use crate::common::{ON_PURPOSE, told};
use crate::runtime::Runtime;

/// The panic that a report tells of.
fn panicked(report: Report<()>) -> Panic {
    let result = report.into_results().pop().expect("one callback");
    match result.expect_err("it failed").into_cause() {
        Cause::Panicked(panic) => panic,
        other => panic!("{other:?}"),
    }
}

async fn the_report_has_the_message_and_the_payload(on: Runtime) {
    let signal = on.signal(());
    let connection = signal
        .connect_sync(|_| panic!("on purpose, literally"))
        .await;
    assert_eq!(
        panicked(signal.send().join().await).message(),
        "on purpose, literally"
    );
    connection.disconnect();
    let connection = signal.connect_sync(|_| panic!("{ON_PURPOSE}, {}", 1)).await;
    assert_eq!(
        panicked(signal.send().join().await).to_string(),
        "on purpose, 1"
    );
    connection.disconnect();
    signal.connect(|_| async { panic_any(Arc::new(7)) }).await;
    let payload = panicked(signal.send().await.join().await).into_payload();
    assert_eq!(payload.downcast_ref(), Some(&Arc::new(7)));
    let panic = panicked(signal.send().await.join().await);
    let again = catch_unwind(AssertUnwindSafe(|| panic.resume())).expect_err("it goes on");
    assert_eq!(again.downcast_ref(), Some(&Arc::new(7)));
}

async fn a_failure_says_who_and_why(on: Runtime) {
    let signal = on.signal(());
    signal
        .connect_sync(|_| panic!("{ON_PURPOSE}"))
        .name("named")
        .await;
    let unnamed = signal.connect_sync(|_| panic!("{ON_PURPOSE}")).await;
    let report = signal.send().join().await;
    let failures: Vec<_> = report.failures().collect();
    assert_eq!(
        (failures[0].name(), failures[1].name()),
        (Some("named"), None)
    );
    assert_eq!(failures[1].connection(), Some(unnamed.id()));
    let text = failures[0].to_string();
    assert!(
        text.contains("named") && text.contains(ON_PURPOSE),
        "{text}"
    );
    let error: &dyn std::error::Error = failures[1];
    assert!(error.to_string().contains(ON_PURPOSE));
}

async fn a_callback_that_panics_in_a_poll_and_in_the_drop_after_it_fails_once(on: Runtime) {
    struct Worst;
    impl Future for Worst {
        type Output = ();

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
            panic!("{ON_PURPOSE}: poll")
        }
    }
    impl Drop for Worst {
        fn drop(&mut self) {
            panic!("{ON_PURPOSE}: drop")
        }
    }
    let signal = on.signal(());
    signal.connect(|_| Worst).await;
    assert_eq!(told(&signal.send().join().await), ["on purpose: poll"]);
    assert_eq!(
        told(&signal.send().await.join().await),
        ["on purpose: poll"]
    );
}

async fn a_reply_is_lost_with_the_drop_that_panics_after_it(on: Runtime) {
    struct BadReply;
    impl Drop for BadReply {
        fn drop(&mut self) {
            panic!("{ON_PURPOSE}: reply");
        }
    }
    struct Bad;
    impl Future for Bad {
        type Output = BadReply;

        fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<BadReply> {
            Poll::Ready(BadReply)
        }
    }
    impl Drop for Bad {
        fn drop(&mut self) {
            panic!("{ON_PURPOSE}: future");
        }
    }
    let signal = on.builder(()).reply::<BadReply>().build();
    signal.connect(|_| Bad).await;
    for report in [signal.send().join().await, signal.send().await.join().await] {
        assert!(report.replies().is_empty());
        let failure = report.failures().next().expect("one failure");
        assert!(
            failure.to_string().contains("on purpose: future"),
            "{failure}"
        );
    }
}

on_each_runtime![
    the_report_has_the_message_and_the_payload,
    a_failure_says_who_and_why,
    a_callback_that_panics_in_a_poll_and_in_the_drop_after_it_fails_once,
    a_reply_is_lost_with_the_drop_that_panics_after_it,
];
