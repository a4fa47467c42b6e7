//! Requests: what is said of those that come to nothing, deadlines, cancellation, and many at a time.

use std::future::IntoFuture;
use std::time::Duration;

use fanfare::net::Caller;
use fanfare::net::wire::{Code, RemoteError};
use fanfare::router::{Call, HandlerError, RequestError, RequestProblem};
use serde_json::{Value, json};

use crate::common::{Gate, Log, ON_PURPOSE, OnDrop};
use crate::kit::{ByHand, Net, far, near, says, until};
use crate::runtime::Runtime;

fn problem(result: Result<Value, RequestError<Value>>) -> (RequestProblem, Option<Value>) {
    let error = result.expect_err("it fails");
    (error.problem(), error.into_payload())
}

fn fails(call: &Call<Value>) -> Result<Value, HandlerError> {
    Err(format!("{} is out of order", call.sender()).into())
}

fn panics(_: &Call<Value>) -> Value {
    panic!("{ON_PURPOSE}: smoke")
}

/// Whoever asks, and whoever is asked.
async fn failures_have_their_kind(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (net.client().await, net.client().await);
    let _near = near(&net.router, "near silent", &["a"]);
    let _far = far(&one, "far silent", &["a"]).await;
    let near = net.router.sender("near").on_request_sync("fail", fails);
    let near = near
        .on_request_sync("panic", panics)
        .on_request_sync("ok", says);
    let _near_two = near.register().await.unwrap();
    let far = one.sender("far").on_request_sync("fail", fails);
    let far = far
        .on_request_sync("panic", panics)
        .on_request_sync("ok", says);
    let _far_two = far.register().await.unwrap();
    for sender in ["near", "far"] {
        let ask = |sender: &str, method: &str| two.request(sender, method, json!(7));
        assert!(ask(sender, "ok").await.is_ok());
        let silent = format!("{sender} silent");
        let unasked = Some(json!(7));
        let given = problem(ask("nobody", "ok").await);
        assert_eq!(given, (RequestProblem::UnknownSender, unasked.clone()));
        let given = problem(ask(&silent, "ok").await);
        assert_eq!(given, (RequestProblem::NoRequests, unasked.clone()));
        let given = problem(ask(sender, "dance").await);
        assert_eq!(given, (RequestProblem::UnknownMethod, unasked));

        let error = ask(sender, "fail").await.unwrap_err();
        let expected = format!("no reply: `fail` of `{sender}` failed: {sender} is out of order");
        assert_eq!(error.to_string(), expected);
        assert_eq!(error.problem(), RequestProblem::Failed);
        let remote = error.handler_error().unwrap().downcast_ref::<RemoteError>();
        let remote = remote.expect("it comes from elsewhere");
        assert_eq!(remote.code(), Some(Code::Failed));
        assert_eq!(remote.message(), format!("{sender} is out of order"));
        assert_eq!(error.into_payload(), None, "somebody was given it");

        let error = ask(sender, "panic").await.unwrap_err();
        assert_eq!(error.problem(), RequestProblem::Failed);
        assert!(error.to_string().contains("on purpose: smoke"), "{error}");
    }
    // The server's own process asks a client's sender.
    let error = net
        .router
        .request("far", "fail", json!(7))
        .await
        .unwrap_err();
    assert_eq!(error.problem(), RequestProblem::Failed);
    assert_eq!(
        error.to_string(),
        "no reply: `fail` of `far` failed: far is out of order"
    );
}

async fn many_are_under_way_and_answered_in_any_order(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (net.client().await, net.client().await);
    let gates: Vec<_> = (0..20).map(|_| Gate::new()).collect();
    let wait = |gates: Vec<Gate>, call: std::sync::Arc<Call<Value>>| async move {
        let place = call.as_u64().expect("a number") as usize;
        gates[place].wait().await;
        json!(place)
    };
    let s = one.sender("s").on_request_with("wait", gates.clone(), wait);
    let _s = s.register().await.unwrap();
    let order = Log::new();
    let asked = gates.iter().enumerate().map(|(place, _)| {
        let request = two.request("s", "wait", json!(place)).into_future();
        let order = order.clone();
        async move {
            assert_eq!(request.await.unwrap(), json!(place));
            order.push(place);
        }
    });
    let opened = async {
        // The last first, each when the one before it was answered.
        for (done, gate) in gates.iter().rev().enumerate() {
            gate.open();
            until(|| order.len() > done).await;
        }
    };
    futures_lite::future::zip(futures_util::future::join_all(asked), opened).await;
    let expected: Vec<_> = (0..20).rev().collect();
    assert_eq!(order.take(), expected);
}

/// The handler's future is dropped at the other end, by way of the server, and in each direction.
async fn a_request_that_is_dropped_is_dropped_everywhere(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, two) = (net.client().await, net.client().await);
    let (begun, dropped) = (Log::new(), Log::new());
    let wait = |(begun, dropped): (Log<u8>, Log<u8>), _| async move {
        let _dropped = OnDrop(move || dropped.push(1));
        begun.push(1);
        std::future::pending::<Value>().await
    };
    let state = (begun.clone(), dropped.clone());
    let near = net
        .router
        .sender("near")
        .on_request_with("wait", state.clone(), wait);
    let _near = near.register().await.unwrap();
    let far = one.sender("far").on_request_with("wait", state, wait);
    let _far = far.register().await.unwrap();
    for round in 0..3 {
        let asking = async {
            match round {
                0 => two.request("far", "wait", json!(1)).await,
                1 => two.request("near", "wait", json!(1)).await,
                _ => net.router.request("far", "wait", json!(1)).await,
            }
        };
        let begins = async {
            until(|| begun.len() > 0).await;
            Ok(json!("enough"))
        };
        let enough = futures_lite::future::or(asking, begins).await;
        assert_eq!(enough.unwrap(), json!("enough"));
        until(|| dropped.len() == 1).await;
        assert_eq!((begun.take().len(), dropped.take().len()), (1, 1));
        // Nothing of it is left.
        until(|| net.server.inspect().under_way == 0).await;
        assert_eq!(two.link_stats().unwrap().requests, 0);
        until(|| one.link_stats().unwrap().serving == 0).await;
    }
}

#[test]
fn a_deadline_travels_with_a_request() {
    let by_hand = ByHand::new();
    let (_server, dialer) = by_hand.server(&by_hand.router(), |builder| builder);
    let (one, two) = (by_hand.client(dialer.clone()), by_hand.client(dialer));
    let left = Log::new();
    let (dropped, log) = (Log::new(), left.clone());
    let wait = |(left, dropped): (Log<Duration>, Log<u8>), call: std::sync::Arc<Call<Value>>| async move {
        let _dropped = OnDrop(move || dropped.push(1));
        left.push(call.time_left().expect("there is a deadline"));
        std::future::pending::<Value>().await
    };
    let s = one
        .sender("s")
        .on_request_with("wait", (log, dropped.clone()), wait);
    let _s = by_hand.now(s.register().into_future()).unwrap();
    let request = two
        .request("s", "wait", json!(1))
        .timeout(Duration::from_secs(3));
    let mut asked = request.into_future();
    assert!(by_hand.until(&mut asked).is_none());
    assert_eq!(left.take(), [Duration::from_secs(3)]);
    by_hand.clock.advance(Duration::from_millis(2_999));
    assert!(by_hand.until(&mut asked).is_none());
    assert!(dropped.take().is_empty());
    by_hand.clock.advance(Duration::from_millis(1));
    let error = by_hand.now(&mut asked).unwrap_err();
    assert_eq!(error.problem(), RequestProblem::TimedOut);
    by_hand.run();
    assert_eq!(dropped.take().len(), 1);
    // Without one said, it is that of the limits.
    let mut asked = two.request("s", "wait", json!(1)).into_future();
    assert!(by_hand.until(&mut asked).is_none());
    assert_eq!(left.take(), [Duration::from_secs(10)]);
}

/// Whether it was done, nobody knows.
async fn a_request_whose_way_is_lost_says_so(on: Runtime) {
    let net = Net::new(&on).await;
    let (one, one_cut) = net.cuttable().await;
    let (two, two_cut) = net.cuttable().await;
    let begun = Log::new();
    let wait = |begun: Log<u8>, _| async move {
        begun.push(1);
        std::future::pending::<Value>().await
    };
    let s = one.sender("s").on_request_with("wait", begun.clone(), wait);
    let _s = s.register().await.unwrap();
    // That of who asks.
    let lost = async {
        until(|| begun.len() > 0).await;
        two_cut.refuse(true);
        two_cut.cut().await;
    };
    let asked = two.request("s", "wait", json!(1)).into_future();
    let (asked, ()) = futures_lite::future::zip(asked, lost).await;
    assert_eq!(problem(asked), (RequestProblem::Lost, None));
    let asked = two.request("s", "wait", json!(2)).await;
    assert_eq!(problem(asked), (RequestProblem::Offline, Some(json!(2))));
    two_cut.refuse(false);
    assert!(two.connected().await);
    begun.take();
    // That of who is asked.
    let lost = async {
        until(|| begun.len() > 0).await;
        one_cut.refuse(true);
        one_cut.cut().await;
    };
    let asked = two.request("s", "wait", json!(1)).into_future();
    let (asked, ()) = futures_lite::future::zip(asked, lost).await;
    assert_eq!(problem(asked), (RequestProblem::Lost, None));
    let asked = two.request("s", "wait", json!(1)).await;
    assert_eq!(
        problem(asked),
        (RequestProblem::UnknownSender, Some(json!(1)))
    );
}

/// A handler of the server's process knows which peer asks; one of a client asks its own server.
async fn a_handler_knows_who_asks(on: Runtime) {
    let net = Net::with(&on, |builder| builder.token("t", "ada").allow_anonymous()).await;
    let who = |call: &Call<Value>| match call.asked_by::<Caller>() {
        Some(caller) => Value::from(caller.to_string()),
        None => Value::Null,
    };
    let near = net.router.sender("near").on_request_sync("who", who);
    let _near = near.register().await.unwrap();
    let ada = net.builder().token("t").start().await.unwrap();
    let stranger = net.client().await;
    let far = ada.sender("far").on_request_sync("who", who);
    let _far = far.register().await.unwrap();
    let at = net.server.peers()[0].address.clone();
    let asked = ada.request("near", "who", json!(1)).await.unwrap();
    assert_eq!(asked, format!("peer 1 (ada) at {at}"));
    let asked = stranger.request("near", "who", json!(1)).await.unwrap();
    assert_eq!(asked, format!("peer 2 at {at}"));
    for router in [&ada, &stranger] {
        let asked = router.request("far", "who", json!(1)).await.unwrap();
        assert_eq!(asked, Value::Null);
    }
    let asked = net.router.request("near", "who", json!(1)).await.unwrap();
    assert_eq!(asked, Value::Null);
}

on_each_runtime!(
    a_handler_knows_who_asks,
    failures_have_their_kind,
    many_are_under_way_and_answered_in_any_order,
    a_request_that_is_dropped_is_dropped_everywhere,
    a_request_whose_way_is_lost_says_so,
);
