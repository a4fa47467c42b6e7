//! Requests: the reply, or why there is none.

use std::error::Error;
use std::num::ParseIntError;
use std::sync::Arc;

use fanfare::Router;
use fanfare::router::{Call, RequestProblem};

use crate::common::{Gate, Log, ON_PURPOSE, opens, poll};
use crate::kit::{router_on, sender, writes};
use crate::runtime::Runtime;

async fn the_handler_of_the_method_replies_or_that_of_any(on: Runtime) {
    let router = Router::<String>::builder().spawner(on.spawner()).build();
    let heard = Log::new();
    let written = heard.clone();
    router
        .connect_sync(move |m| written.push(m.to_string()))
        .await;
    let any = |call: &Call<String>| format!("{} of {}: {call}", call.method(), call.sender());
    let s = router
        .sender("s")
        .on_request("read", async |call| format!("read: {}", **call))
        .on_any_request_sync(any)
        .register()
        .await
        .unwrap();
    let ask = |method: &str| router.request("s", method, "x".into()).into_future();
    assert_eq!(ask("read").await.unwrap(), "read: x");
    for method in ["size", "", "*", "#connect"] {
        assert_eq!(ask(method).await.unwrap(), format!("{method} of s: x"));
    }
    assert_eq!(heard.take(), [""; 0], "listeners do not hear of requests");
    assert!(
        s.info()
            .requests()
            .is_some_and(|methods| methods.eq(["read"]))
    );
    assert!(s.info().takes_any_request());
}

async fn each_reason_is_told_apart_and_gives_the_payload_back(on: Runtime) {
    let router = router_on(&on);
    let _silent = sender(&router, "silent", &["a"]);
    let one = router
        .sender("one")
        .on_request_sync("read", |_| 1)
        .register()
        .await
        .unwrap();
    // Somebody listens to it; it has never been there.
    router
        .connect_sync(|_| ())
        .sender("awaited")
        .event("a")
        .await;
    let cases = [
        ("never", "read", RequestProblem::UnknownSender),
        ("awaited", "read", RequestProblem::UnknownSender),
        ("", "read", RequestProblem::UnknownSender),
        ("silent", "read", RequestProblem::NoRequests),
        ("one", "write", RequestProblem::UnknownMethod),
        ("one", "", RequestProblem::UnknownMethod),
    ];
    for (name, method, problem) in cases {
        let error = router.request(name, method, 7).await.unwrap_err();
        assert_eq!(error.problem(), problem, "{error}");
        assert_eq!((error.sender(), error.method()), (name, method));
        assert!(error.to_string().starts_with("not asked"), "{error}");
        assert!(error.source().is_none() && error.failure().is_none());
        assert_eq!(error.into_payload(), Some(7));
    }
    assert_eq!(router.request("one", "read", 7).await.unwrap(), 1);
    drop(one);
    let error = router.request("one", "read", 7).await.unwrap_err();
    assert_eq!(error.problem(), RequestProblem::UnknownSender);
    router.close();
    for name in ["never", "silent"] {
        let error = router.request(name, "read", 7).await.unwrap_err();
        assert_eq!(
            (error.problem(), error.into_payload()),
            (RequestProblem::Closed, Some(7))
        );
    }
}

async fn what_a_handler_fails_with_reaches_who_asked(on: Runtime) {
    let router = Router::<String>::builder().spawner(on.spawner()).build();
    let failed = Log::new();
    let told = failed.clone();
    router
        .failures()
        .connect_sync(move |one| {
            assert!(one.event().is_none());
            told.push(one.to_string());
        })
        .await;
    let parse = |call: &Call<String>| call.parse::<u32>().map(|number| (number + 1).to_string());
    let _s = router
        .sender("s")
        .on_request_sync("parse", parse)
        .on_request("text", |_| async { Err::<String, _>("no such file") })
        .on_request("panics", |_| async { panic!("{ON_PURPOSE}") as String })
        .on_any_request_sync(|call: &Call<String>| -> String {
            panic!("{ON_PURPOSE}: {}", call.method())
        })
        .register()
        .await
        .unwrap();
    assert_eq!(router.request("s", "parse", "7".into()).await.unwrap(), "8");
    let error = router.request("s", "parse", "x".into()).await.unwrap_err();
    assert_eq!(error.problem(), RequestProblem::Failed);
    assert!(
        error
            .handler_error()
            .and_then(|error| error.downcast_ref::<ParseIntError>())
            .is_some()
    );
    assert!(
        error
            .source()
            .and_then(|error| error.downcast_ref::<ParseIntError>())
            .is_some()
    );
    assert_eq!(
        error.to_string(),
        "no reply: `parse` of `s` failed: invalid digit found in string"
    );
    assert!(
        error
            .into_handler_error()
            .is_some_and(|error| error.downcast::<ParseIntError>().is_ok())
    );
    let error = router.request("s", "text", "x".into()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no reply: `text` of `s` failed: no such file"
    );
    for method in ["panics", "other"] {
        let error = router.request("s", method, "x".into()).await.unwrap_err();
        assert_eq!(error.problem(), RequestProblem::Failed);
        assert!(error.handler_error().is_none());
        let failure = error.failure().expect("it panicked").to_string();
        assert!(
            failure.contains(ON_PURPOSE) && error.to_string().contains(&failure),
            "{error}"
        );
        assert_eq!(error.into_payload(), None, "it was given it");
    }
    let failed = failed.take();
    let names = [
        "`s.parse` failed",
        "`s.text` failed",
        "`s.panics` panicked",
        "`s.*` panicked",
    ];
    for (told, name) in failed.iter().zip(names) {
        assert!(told.starts_with(&format!("callback {name}")), "{told}");
    }
    assert_eq!(failed.len(), 4);
}

async fn requests_run_beside_each_other(on: Runtime) {
    let router = router_on(&on);
    let (gate, log) = (Gate::new(), Log::new());
    let (shut, came) = (gate.clone(), log.clone());
    let builder = router.sender("s").on_request("wait", move |call| {
        let (gate, log) = (shut.clone(), came.clone());
        async move {
            log.push(**call);
            if log.len() == 2 {
                gate.open();
            }
            gate.wait().await;
            **call
        }
    });
    let _s = builder.register().await.unwrap();
    let both = futures_lite::future::zip(
        router.request("s", "wait", 1).into_future(),
        router.request("s", "wait", 2).into_future(),
    );
    let (one, two) = both.await;
    assert_eq!((one.unwrap(), two.unwrap()), (1, 2));
}

/// Nothing is asked until it is awaited, and who lets go of a request ends what it has begun.
async fn a_request_that_is_dropped_is_cancelled(on: Runtime) {
    let router = router_on(&on);
    let (log, ended) = (Log::new(), Gate::new());
    let (written, ends) = (log.clone(), ended.clone());
    let builder = router.sender("s").on_request("wait", move |call| {
        written.push(**call);
        let guard = opens(&ends);
        async move {
            let _guard = guard;
            std::future::pending::<u32>().await
        }
    });
    let _s = builder.register().await.unwrap();
    drop(router.request("s", "wait", 1));
    drop(router.request("s", "wait", 1).into_future());
    assert_eq!(log.take(), [0u32; 0]);
    let mut request = router.request("s", "wait", 2).into_future();
    assert!(poll(&mut request).is_pending());
    assert_eq!(log.take(), [2]);
    drop(request);
    assert!(ended.is_open());
    router.idle().await;
}

/// What a handler was given it goes on with, whatever becomes of the sender.
async fn a_request_outlives_its_sender(on: Runtime) {
    let router = router_on(&on);
    let gate = Gate::new();
    let shut = gate.clone();
    let builder = router.sender("s").on_request("wait", move |call| {
        let gate = shut.clone();
        async move {
            gate.wait().await;
            **call
        }
    });
    let s = builder.register().await.unwrap();
    let mut request = router.request("s", "wait", 3).into_future();
    assert!(poll(&mut request).is_pending());
    drop(s);
    let error = router.request("s", "wait", 4).await.unwrap_err();
    assert_eq!(error.problem(), RequestProblem::UnknownSender);
    // Another of its name has nothing to do with it.
    let _next = router
        .sender("s")
        .on_request_sync("wait", |_| 9)
        .register()
        .await
        .unwrap();
    gate.open();
    assert_eq!(
        (
            request.await.unwrap(),
            router.request("s", "wait", 3).await.unwrap()
        ),
        (3, 9)
    );
}

/// A handler that sends what its own sender has declared.
async fn a_handler_may_send_and_ask(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    router.connect_sync(writes(&log)).sender("valve").await;
    let valve = router.sender("valve").event("moved");
    let valve = valve.on_request_with("move", router.downgrade(), |router, call| async move {
        let router = router.upgrade().ok_or("no router")?;
        let valve = router.get_sender(call.sender()).ok_or("no sender")?;
        let limit = router
            .request("limits", "of", 0)
            .await
            .map_err(|error| error.to_string())?;
        let to = limit.min(**call);
        valve
            .send("moved", to)
            .await
            .map_err(|error| error.to_string())?;
        Ok::<_, fanfare::router::HandlerError>(to)
    });
    let valve = valve.register().await.unwrap();
    let error = router.request("valve", "move", 7).await.unwrap_err();
    assert!(error.to_string().contains("no sender `limits`"), "{error}");
    let _limits = router
        .sender("limits")
        .on_request_sync("of", |_| 5)
        .register()
        .await
        .unwrap();
    assert_eq!(router.request("valve", "move", 7).await.unwrap(), 5);
    assert_eq!(log.take(), ["valve moved 5"]);
    drop(valve);
    assert!(router.get_sender("valve").is_none());
}

async fn who_asks_may_say_so(on: Runtime) {
    let router = Router::<u32>::builder().spawner(on.spawner()).build();
    let by_text = |call: &Call<u32>| call.asked_by::<String>().map_or(0, |who| who.len() as u32);
    let s = router.sender("s").on_request_sync("who", by_text);
    let _s = s.register().await.unwrap();
    assert_eq!(router.request("s", "who", 1).await.unwrap(), 0);
    let ada = Arc::new("ada".to_owned());
    let asked = router.request("s", "who", 1).by(Arc::clone(&ada));
    assert_eq!(asked.await.unwrap(), 3);
    // It is let go of, and another type is none of the handler's business.
    assert_eq!(Arc::strong_count(&ada), 1);
    let asked = router.request("s", "who", 1).by(Arc::new(7u8));
    assert_eq!(asked.await.unwrap(), 0);
}

on_each_runtime! {
    who_asks_may_say_so,
    the_handler_of_the_method_replies_or_that_of_any,
    each_reason_is_told_apart_and_gives_the_payload_back,
    what_a_handler_fails_with_reaches_who_asked,
    requests_run_beside_each_other,
    a_request_that_is_dropped_is_cancelled,
    a_request_outlives_its_sender,
    a_handler_may_send_and_ask,
}
