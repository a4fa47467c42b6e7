//! Requests: the first reply, or why there is none.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use futures_lite::future::block_on;

use crate::common::{Gate, Log, ON_PURPOSE, poll};
use crate::kit::{Msg, by_hand, hub_on, text, writes};
use crate::runtime::Runtime;

async fn the_first_reply_is_given(on: Runtime) {
    let hub = hub_on(&on);
    let (gate, log) = (Gate::new(), Log::new());
    let shut = gate.clone();
    let slow = hub
        .respond(move |_: Arc<Msg>| {
            let gate = shut.clone();
            async move {
                gate.wait().await;
                1
            }
        })
        .topic("a.*")
        .priority(1)
        .await
        .unwrap();
    hub.connect_sync(writes(&log)).topic("*").await.unwrap();
    let mut waits = Box::pin(hub.request("a.b", 0).into_future());
    assert!(poll(&mut waits).is_pending());
    let written = log.clone();
    hub.respond_sync(move |m: &Msg| {
        written.push(text(m));
        ***m + 2
    })
    .topics(["a.b", "a.*", "*"])
    .await
    .unwrap();
    assert_eq!(hub.request("a.b", 5).await.unwrap(), 7);
    assert_eq!(
        log.take(),
        ["a.b 5"],
        "listeners do not hear of it, and responders once"
    );
    gate.open();
    assert_eq!(waits.await.unwrap(), 1, "who came later is not asked");
    assert!(slow.disconnect());
    assert_eq!(
        hub.publisher("a").unwrap().request("b.c", 6).await.unwrap(),
        8
    );
}

async fn nobody_responds(on: Runtime) {
    let hub = hub_on(&on);
    hub.connect_sync(|_| ()).topic("*").await.unwrap();
    let error = hub.request("a", 1).await.unwrap_err();
    assert!(error.is_unanswered() && !error.is_closed() && error.topic_error().is_none());
    assert_eq!(error.into_payload(), Some(1));
    let listener = hub.respond_sync(|_: &Msg| 2).topic("b.*").await.unwrap();
    assert_eq!(
        hub.request("a", 1).await.unwrap_err().into_payload(),
        Some(1)
    );
    let exact = hub.respond_sync(|_: &Msg| 3).topic("c").await.unwrap();
    // One listens to an exact pattern now, and not to this.
    let error = hub.request("a", 1).await.unwrap_err();
    assert!(error.is_unanswered(), "{error}");
    assert_eq!(error.into_payload(), Some(1));
    assert_eq!(
        (
            hub.request("b.x", 1).await.unwrap(),
            hub.request("c", 1).await.unwrap()
        ),
        (2, 3)
    );
    assert!(listener.disconnect() && exact.disconnect());
    assert!(hub.request("b.x", 1).await.unwrap_err().is_unanswered());
}

async fn failing_responders_are_passed_by(on: Runtime) {
    let hub = hub_on(&on);
    let panics = |_: &Msg| -> u32 { panic!("{ON_PURPOSE}") };
    hub.respond_sync(panics)
        .topic("a")
        .name("first")
        .priority(2)
        .await
        .unwrap();
    let panics = |m: Arc<Msg>| async move {
        assert!(***m > 9, "{ON_PURPOSE}");
        10
    };
    hub.respond(panics).topic("a").priority(1).await.unwrap();
    let error = hub.request("a", 1).await.unwrap_err();
    assert!(error.is_failed() && !error.is_unanswered(), "{error}");
    assert!(!error.is_closed() && !error.is_timed_out(), "{error}");
    assert!(error.to_string().contains("no reply"), "{error}");
    let failures: Vec<_> = error.failures().iter().map(ToString::to_string).collect();
    let [first, second] = &failures[..] else {
        panic!("{failures:?}")
    };
    assert!(first.starts_with("callback `first` panicked: on purpose"));
    assert!(second.contains("panicked: on purpose"), "{second}");
    let told = error.to_string();
    assert!(told.contains(first) && told.contains(second), "{told}");
    assert_eq!(error.into_payload(), None, "they were given it");
    assert_eq!(hub.request("a", 11).await.unwrap(), 10);
    hub.respond_sync(|_: &Msg| 5).topic("*").await.unwrap();
    assert_eq!(hub.request("a", 1).await.unwrap(), 5);
}

/// Failures of responders are told beside those of listeners, by one signal, whoever asks first and when.
async fn failing_responders_are_told_of(on: Runtime) {
    let hub = hub_on(&on);
    let panics = |_: &Msg| -> u32 { panic!("{ON_PURPOSE}") };
    let respond = hub.respond_sync(panics).topic("r.*").name("responds");
    respond.await.unwrap();
    let listen = hub.connect_sync(|_| panic!("{ON_PURPOSE}")).topic("l");
    listen.name("listens").await.unwrap();
    assert!(hub.request("r.a", 1).await.unwrap_err().is_failed());
    let log = Log::new();
    let (told, within) = (log.clone(), hub.clone());
    hub.failures()
        .connect_sync(move |failed| {
            let topic = failed.event().map(|m| m.topic().to_string());
            told.push(format!("{} {topic:?}", failed.name().unwrap_or("?")));
            // What this brings about is told to nobody.
            assert!(within.publish("l", 1).now().is_ok());
            assert!(
                block_on(within.request("r.b", 1).into_future())
                    .unwrap_err()
                    .is_failed()
            );
        })
        .await;
    assert_eq!(hub.failures().id(), hub.clone().failures().id());
    assert!(hub.request("r.c", 1).await.unwrap_err().is_failed());
    hub.publish("l", 2).await.unwrap();
    assert_eq!(
        log.take(),
        ["responds Some(\"r.c\")", "listens Some(\"l\")"]
    );
    // That nobody responds, or the time is up before anybody is asked, is told to who asks.
    assert!(hub.request("x", 1).await.unwrap_err().is_unanswered());
    hub.close();
    assert!(hub.request("r.a", 1).await.unwrap_err().is_closed());
    assert_eq!(log.take(), [""; 0]);
}

async fn requests_run_beside_each_other(on: Runtime) {
    let hub = hub_on(&on);
    let (gate, log) = (Gate::new(), Log::new());
    let (shut, came) = (gate.clone(), log.clone());
    hub.respond(move |m: Arc<Msg>| {
        let (gate, log) = (shut.clone(), came.clone());
        async move {
            log.push(***m);
            if log.len() == 2 {
                gate.open();
            }
            gate.wait().await;
            ***m
        }
    })
    .topic("a")
    .await
    .unwrap();
    let both = futures_lite::future::zip(
        hub.request("a", 1).into_future(),
        hub.request("a", 2).into_future(),
    );
    let (one, two) = both.await;
    assert_eq!((one.unwrap(), two.unwrap()), (1, 2));
}

async fn a_request_waits_no_longer_than_it_says(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    hub.respond(|_| std::future::pending())
        .topic("a")
        .await
        .unwrap();
    let mut request = hub
        .request("a", 1)
        .timeout(Duration::from_secs(1))
        .into_future();
    assert!(executor.run_until(&mut request).is_none(), "it waits");
    clock.advance(Duration::from_secs(1));
    let error = executor
        .run_until(&mut request)
        .expect("its time has come")
        .unwrap_err();
    assert!(error.is_timed_out() && !error.is_failed(), "{error}");
    assert_eq!(error.failures().len(), 1);
    assert_eq!(error.into_payload(), None, "somebody was given it");
    assert_eq!(
        hub.request("b", 1)
            .timeout(Duration::ZERO)
            .await
            .unwrap_err()
            .into_payload(),
        Some(1)
    );
}

async fn a_closed_hub_asks_nobody(on: Runtime) {
    let hub = hub_on(&on);
    hub.respond_sync(|_: &Msg| 1).topic("a").await.unwrap();
    hub.close();
    for topic in ["a", "b"] {
        let error = hub.request(topic, 7).await.unwrap_err();
        assert!(error.is_closed() && !error.is_unanswered(), "{error}");
        assert_eq!(error.into_payload(), Some(7));
    }
    let late = hub.respond_sync(|_: &Msg| 1).topic("a").await.unwrap();
    assert!(!late.is_connected());
}

/// The time of a responder is its own: the request has failed, and had time left.
async fn a_responder_may_have_less_time(_: Runtime) {
    let (executor, clock, hub) = by_hand();
    hub.respond(|_| std::future::pending())
        .topic("a")
        .name("slow")
        .timeout(Duration::from_secs(1))
        .await
        .unwrap();
    let request = hub.request("a", 1).timeout(Duration::from_secs(5));
    let mut request = request.into_future();
    assert!(executor.run_until(&mut request).is_none(), "it waits");
    clock.advance(Duration::from_secs(1));
    let error = executor.run_until(&mut request).expect("that was its time");
    let error = error.unwrap_err();
    assert!(error.is_failed() && !error.is_timed_out(), "{error}");
    assert_eq!(error.to_string(), "no reply: callback `slow` timed out");
}

/// Where nobody has room, nobody is given it.
async fn what_waits_for_room_is_given_back(_: Runtime) {
    for closes in [true, false] {
        let (executor, clock, hub) = by_hand();
        let gate = Gate::new();
        let shut = gate.clone();
        hub.respond(move |m: Arc<Msg>| {
            let gate = shut.clone();
            async move {
                gate.wait().await;
                ***m
            }
        })
        .topic("a")
        .max_in_flight(1)
        .await
        .unwrap();
        let mut first = hub.request("a", 1).into_future();
        assert!(executor.run_until(&mut first).is_none(), "it runs");
        let second = hub.request("a", 2).timeout(Duration::from_secs(1));
        let mut second = second.into_future();
        assert!(executor.run_until(&mut second).is_none(), "it waits");
        if closes {
            hub.close();
        } else {
            clock.advance(Duration::from_secs(1));
        }
        let error = executor.run_until(&mut second).expect("it is over");
        let error = error.unwrap_err();
        assert_eq!(
            (error.is_closed(), error.is_timed_out()),
            (closes, !closes),
            "{error}"
        );
        assert!(error.to_string().starts_with("not asked"), "{error}");
        assert_eq!(error.into_payload(), Some(2));
        gate.open();
        assert_eq!(first.await.unwrap(), 1, "it was accepted");
    }
}

/// Who lets it pass was not given it.
async fn what_everybody_lets_pass_is_given_back(on: Runtime) {
    let hub = hub_on(&on);
    let odd = hub.respond_sync(|m: &Msg| ***m).topic("a");
    let odd = odd.when(|m| ***m % 2 == 1).await.unwrap();
    let later = hub.respond(|m: Arc<Msg>| async move { ***m + 10 });
    let later = later.topics(["a", "*"]).max_in_flight(1).await.unwrap();
    let blocked = later.block();
    let error = hub.request("a", 2).await.unwrap_err();
    assert!(error.is_unanswered() && error.failures().is_empty());
    assert_eq!(error.into_payload(), Some(2));
    assert_eq!(hub.request("a", 3).await.unwrap(), 3);
    drop(blocked);
    assert_eq!(hub.request("a", 2).await.unwrap(), 12);

    // An object that has died is nobody.
    let object = Arc::new(());
    later.disconnect();
    odd.disconnect();
    let tracked = hub.respond_sync(|m: &Msg| ***m).topic("a").track(&object);
    tracked.await.unwrap();
    drop(object);
    assert_eq!(
        hub.request("a", 2).await.unwrap_err().into_payload(),
        Some(2)
    );
}

/// Closed in the middle of a request, the hub lets it go on.
async fn a_request_that_has_begun_goes_on(on: Runtime) {
    let hub = hub_on(&on);
    let within = hub.clone();
    hub.respond_sync(|m: &Msg| ***m)
        .topic("a")
        .when(move |_| {
            within.close();
            true
        })
        .await
        .unwrap();
    assert_eq!(hub.request("a", 7).await.unwrap(), 7);
    assert!(hub.request("a", 8).await.unwrap_err().is_closed());
}

/// Threads: whenever the hub is closed and responders go, there is a reply, or the payload.
#[test]
fn nothing_is_lost_between_asking_and_closing() {
    for round in 0..200 {
        let hub = fanfare::hub::Hub::<u32>::new();
        let responder = hub.respond_sync(|m: &Msg| ***m).topic("a.*").now().unwrap();
        let start = Barrier::new(3);
        thread::scope(|scope| {
            let asking: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(|| {
                        start.wait();
                        for number in 0..20 {
                            match block_on(hub.request("a.b", number).into_future()) {
                                Ok(reply) => assert_eq!(reply, number),
                                Err(error) => {
                                    assert!(error.is_closed() || error.is_unanswered(), "{error}");
                                    assert_eq!(error.into_payload(), Some(number));
                                }
                            }
                        }
                    })
                })
                .collect();
            start.wait();
            if round % 2 == 0 {
                hub.close();
            } else {
                responder.disconnect();
            }
            asking.into_iter().for_each(|one| one.join().unwrap());
        });
    }
}

/// A request that is dropped drops the responders' calls.
async fn nothing_is_asked_until_it_is_awaited(on: Runtime) {
    let hub = hub_on(&on);
    let log = Log::new();
    let (written, ended) = (log.clone(), Gate::new());
    let ends = ended.clone();
    hub.respond(move |m: Arc<Msg>| {
        written.push(text(&m));
        let guard = crate::common::opens(&ends);
        async move {
            let _guard = guard;
            std::future::pending().await
        }
    })
    .topic("a")
    .await
    .unwrap();
    drop(hub.request("a", 1));
    drop(hub.request("a", 1).into_future());
    assert_eq!(log.take(), [""; 0]);
    let mut request = hub.request("a", 2).into_future();
    assert!(poll(&mut request).is_pending());
    assert_eq!(log.take(), ["a 2"]);
    drop(request);
    assert!(ended.is_open());
}

on_each_runtime! {
    the_first_reply_is_given,
    nobody_responds,
    failing_responders_are_passed_by,
    failing_responders_are_told_of,
    requests_run_beside_each_other,
    a_request_waits_no_longer_than_it_says,
    a_closed_hub_asks_nobody,
    a_responder_may_have_less_time,
    what_waits_for_room_is_given_back,
    what_everybody_lets_pass_is_given_back,
    a_request_that_has_begun_goes_on,
    nothing_is_asked_until_it_is_awaited,
}
