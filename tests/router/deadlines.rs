//! Requests that have so much time, and handlers that know it.

use std::time::Duration;

use fanfare::router::{Call, RequestProblem};

use crate::common::{Gate, Log, opens};
use crate::kit::by_hand;
use crate::runtime::Runtime;

const SECOND: Duration = Duration::from_secs(1);

async fn a_request_waits_no_longer_than_it_says(_: Runtime) {
    let (executor, clock, router) = by_hand();
    let dropped = Gate::new();
    let guard = dropped.clone();
    let builder = router.sender("s").on_request("wait", move |_| {
        let guard = opens(&guard);
        async move {
            let _guard = guard;
            std::future::pending::<u32>().await
        }
    });
    let _s = builder.register().now().unwrap();
    let mut request = router.request("s", "wait", 1).timeout(SECOND).into_future();
    assert!(executor.run_until(&mut request).is_none(), "it waits");
    clock.advance(SECOND / 2);
    assert!(executor.run_until(&mut request).is_none() && !dropped.is_open());
    clock.advance(SECOND / 2);
    let error = executor
        .run_until(&mut request)
        .expect("its time has come")
        .unwrap_err();
    assert_eq!(error.problem(), RequestProblem::TimedOut, "{error}");
    assert!(dropped.is_open(), "the handler's future is dropped");
    assert_eq!(error.into_payload(), None, "it was given it");
}

/// What is known before anybody is asked is told at once, however little time there is.
async fn no_time_is_enough_to_be_told_why_not(_: Runtime) {
    let (_, _, router) = by_hand();
    let error = router
        .request("s", "read", 1)
        .timeout(Duration::ZERO)
        .await
        .unwrap_err();
    assert_eq!(error.problem(), RequestProblem::UnknownSender);
    let _s = router
        .sender("s")
        .on_request_sync("read", |_| 2)
        .register()
        .now()
        .unwrap();
    // A sync handler cannot be stopped.
    assert_eq!(
        router
            .request("s", "read", 1)
            .timeout(Duration::ZERO)
            .await
            .unwrap(),
        2
    );
    assert_eq!(
        router
            .request("s", "read", 1)
            .timeout(Duration::MAX)
            .await
            .unwrap(),
        2
    );
}

async fn a_handler_knows_how_much_is_left(_: Runtime) {
    let (executor, clock, router) = by_hand();
    let (log, gate) = (Log::new(), Gate::new());
    let (written, shut) = (log.clone(), gate.clone());
    let builder = router.sender("s").on_request("wait", move |call| {
        let (log, gate) = (written.clone(), shut.clone());
        async move {
            log.push(call.time_left());
            gate.wait().await;
            log.push(call.time_left());
            1
        }
    });
    let _s = builder.register().now().unwrap();
    let mut request = router
        .request("s", "wait", 1)
        .timeout(SECOND * 3)
        .into_future();
    assert!(executor.run_until(&mut request).is_none());
    clock.advance(SECOND);
    gate.open();
    assert_eq!(
        executor
            .run_until(&mut request)
            .expect("it replies")
            .unwrap(),
        1
    );
    assert_eq!(log.take(), [Some(SECOND * 3), Some(SECOND * 2)]);
    assert_eq!(router.request("s", "wait", 1).await.unwrap(), 1);
    assert_eq!(log.take(), [None, None], "no time was said");
    assert_eq!(
        router
            .request("s", "wait", 1)
            .timeout(Duration::MAX)
            .await
            .unwrap(),
        1
    );
    assert!(
        log.take()
            .iter()
            .all(|left| left.is_none_or(|left| left > SECOND * 1_000_000))
    );
}

/// What is left goes along to whoever is asked next.
async fn deadlines_travel(_: Runtime) {
    let (executor, clock, router) = by_hand();
    let log = Log::new();
    let written = log.clone();
    let last = move |call: &Call<u32>| {
        written.push(call.time_left());
        **call
    };
    let _last = router
        .sender("last")
        .on_request_sync("read", last)
        .register()
        .now()
        .unwrap();
    let gate = Gate::new();
    let state = (router.downgrade(), gate.clone());
    let relay =
        router
            .sender("relay")
            .on_any_request_with(state, |(router, gate), call| async move {
                gate.wait().await;
                let router = router.upgrade().ok_or("no router")?;
                let request = router.request("last", call.method(), **call);
                let request = match call.time_left() {
                    Some(left) => request.timeout(left),
                    None => request,
                };
                request.await.map_err(|error| error.to_string())
            });
    let _relay = relay.register().now().unwrap();
    let mut request = router
        .request("relay", "read", 7)
        .timeout(SECOND * 3)
        .into_future();
    assert!(executor.run_until(&mut request).is_none());
    clock.advance(SECOND);
    gate.open();
    assert_eq!(
        executor
            .run_until(&mut request)
            .expect("it replies")
            .unwrap(),
        7
    );
    assert_eq!(log.take(), [Some(SECOND * 2)]);
}

on_each_runtime! {
    a_request_waits_no_longer_than_it_says,
    no_time_is_enough_to_be_told_why_not,
    a_handler_knows_how_much_is_left,
    deadlines_travel,
}
