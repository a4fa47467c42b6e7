//! Senders: what they declare, one for each name, and how they go.

use std::sync::Arc;

use fanfare::router::{RegisterProblem, SendProblem};

use crate::common::Log;
use crate::kit::{Msg, router_on, sender, writes};
use crate::runtime::Runtime;

async fn only_what_was_declared_is_sent(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    router.connect_sync(writes(&log)).await;
    let s = router
        .sender("s")
        .event("a")
        .events(["b", "a", "#alarm"])
        .register()
        .await
        .unwrap();
    assert!(s.info().events().eq(["a", "b", "#alarm"]), "each once");
    assert!(s.info().requests().is_none() && !s.info().takes_any_request());
    for event in ["", "c", "alarm", "A", "#"] {
        for error in [
            s.send(event, 7).now().unwrap_err(),
            s.send(event, 7).await.unwrap_err(),
            s.send(event, 7).join().await.unwrap_err(),
        ] {
            assert_eq!(error.problem(), SendProblem::Undeclared, "{error}");
            assert_eq!((error.sender(), error.event()), ("s", event));
            assert_eq!(error.into_payload(), Some(7));
        }
        assert!(!s.has_listeners(event));
    }
    for event in ["#connect", "#disconnect"] {
        let error = s.send(event, 7).await.unwrap_err();
        assert_eq!(error.problem(), SendProblem::Reserved, "{error}");
        assert_eq!(error.into_payload(), Some(7));
    }
    assert_eq!(log.take(), [""; 0]);
}

/// Every sender has these two, whether it says so or not.
async fn to_declare_what_every_sender_has_changes_nothing(on: Runtime) {
    let router = router_on(&on);
    let s = router
        .sender("s")
        .events(["#connect", "#disconnect"])
        .register()
        .await
        .unwrap();
    assert_eq!(s.info().events().len(), 0);
    assert_eq!(
        s.send("#connect", 1).await.unwrap_err().problem(),
        SendProblem::Reserved
    );
}

async fn a_sender_has_a_name_and_declares_something(on: Runtime) {
    let router = router_on(&on);
    let none: [&str; 0] = [];
    let refused = [
        (router.sender("").event("a"), RegisterProblem::NoName),
        (router.sender("s"), RegisterProblem::NothingDeclared),
        (router.sender("s").event(""), RegisterProblem::NamelessEvent),
        (
            router.sender("s").events(["a", ""]),
            RegisterProblem::NamelessEvent,
        ),
    ];
    for (builder, problem) in refused {
        let name = if problem == RegisterProblem::NoName {
            ""
        } else {
            "s"
        };
        let error = builder.register().await.unwrap_err();
        assert_eq!((error.problem(), error.name()), (problem, name), "{error}");
    }
    assert!(router.senders().is_empty());
    // To say that there are no events is to say something, and a handler is enough.
    let present = router.sender("s").events(none).register().await.unwrap();
    let replies = router
        .sender("t")
        .on_any_request_sync(|_| 1)
        .register()
        .now()
        .unwrap();
    assert_eq!(
        (
            present.info().events().len(),
            replies.info().takes_any_request()
        ),
        (0, true)
    );
    router.close();
    let error = router.sender("u").event("a").register().await.unwrap_err();
    assert_eq!(error.problem(), RegisterProblem::Closed);
}

async fn there_is_one_for_each_name(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    router.connect_sync(writes(&log)).await;
    let first = sender(&router, "s", &["a"]);
    for _ in 0..2 {
        let second = router.sender("s").event("b").on_request_sync("read", |_| 1);
        let error = second.register().await.unwrap_err();
        assert_eq!(
            (error.problem(), error.name()),
            (RegisterProblem::NameTaken, "s")
        );
        assert!(error.to_string().contains("remove_sender"), "{error}");
    }
    assert!(
        first.send("a", 1).await.is_ok(),
        "nothing of it has changed"
    );
    assert!(router.request("s", "read", 1).await.is_err());
    drop(first);
    let second = sender(&router, "s", &["b"]);
    second.send("b", 2).await.unwrap();
    assert_eq!(log.take(), ["s a 1", "s b 2"]);
    assert_eq!(
        second.send("a", 3).await.unwrap_err().problem(),
        SendProblem::Undeclared
    );
}

async fn it_goes_with_its_last_handle(on: Runtime) {
    let router = router_on(&on);
    let s = sender(&router, "s", &["a"]);
    let names = || {
        router
            .senders()
            .iter()
            .map(|info| info.name().to_owned())
            .collect::<Vec<_>>()
    };
    let (clone, found) = (s.clone(), router.get_sender("s").expect("it is there"));
    sender(&router, "r", &["a"]);
    let t = sender(&router, "t", &["a"]);
    assert_eq!(names(), ["s", "t"], "r has gone at once");
    drop((s, clone));
    assert_eq!(names(), ["s", "t"]);
    assert!(found.is_connected() && found.send("a", 1).await.is_ok());
    drop(found);
    assert!(router.get_sender("s").is_none() && router.sender_info("s").is_none());
    assert_eq!(router.sender_info("t").as_ref(), Some(t.info()));
    assert_eq!(names(), ["t"]);
}

async fn it_can_be_disconnected_while_it_has_handles(on: Runtime) {
    let router = router_on(&on);
    for by_name in [true, false] {
        let log = Log::new();
        let listener = router.connect_sync(writes(&log)).await;
        let s = router.sender("s").event("a").on_request_sync("read", |_| 1);
        let s = s.register().await.unwrap();
        let clone = s.clone();
        if by_name {
            assert!(router.remove_sender("s") && !router.remove_sender("s"));
        } else {
            assert!(s.disconnect() && !clone.disconnect());
        }
        assert!(!s.is_connected() && router.get_sender("s").is_none());
        for error in [
            s.send("a", 1).now().unwrap_err(),
            clone.send("a", 1).await.unwrap_err(),
            clone.send("a", 1).join().await.unwrap_err(),
        ] {
            assert_eq!(error.problem(), SendProblem::Disconnected, "{error}");
            assert_eq!(error.into_payload(), Some(1));
        }
        // What was begun before, and is ended after it went, is not sent either.
        let another = sender(&router, "s", &["a"]);
        let late = another.send("a", 2);
        another.disconnect();
        assert_eq!(late.await.unwrap_err().problem(), SendProblem::Disconnected);
        // Another one of that name is none of theirs.
        let next = sender(&router, "s", &["a"]);
        assert!(!s.disconnect());
        drop((s, clone));
        assert!(next.is_connected() && next.send("a", 3).await.is_ok());
        assert_eq!(log.take(), ["s a 3"]);
        listener.disconnect();
    }
    assert!(!router.remove_sender("never"));
}

/// What a sender takes with it goes at once, not when it is forgotten.
async fn its_handlers_go_with_it(on: Runtime) {
    let router = router_on(&on);
    let state = Arc::new(());
    for way in 0..3 {
        let held = Arc::clone(&state);
        let builder = router.sender("s").on_request_sync("read", move |_| {
            let _ = &held;
            1
        });
        let s = builder.register().await.unwrap();
        assert_eq!(
            (
                Arc::strong_count(&state),
                router.request("s", "read", 0).await.unwrap()
            ),
            (2, 1)
        );
        match way {
            0 => drop(s),
            1 => assert!(s.disconnect()),
            _ => assert!(router.remove_sender("s")),
        }
        assert_eq!(Arc::strong_count(&state), 1);
    }
    // One that was not registered, too, and a handler that another took the place of.
    let (held, same) = (Arc::clone(&state), Arc::clone(&state));
    let refused = router
        .sender("")
        .on_request_sync("read", move |_| Arc::strong_count(&held) as u32);
    let refused = refused.on_request_sync("read", move |_| Arc::strong_count(&same) as u32);
    assert_eq!(Arc::strong_count(&state), 2);
    assert!(refused.register().await.is_err());
    assert_eq!(Arc::strong_count(&state), 1);
}

async fn a_sender_keeps_its_router(on: Runtime) {
    let router = router_on(&on);
    let log = Log::new();
    router.connect_sync(writes(&log)).await;
    let (s, weak) = (sender(&router, "s", &["a"]), router.downgrade());
    assert!(weak.upgrade().is_some());
    drop(router);
    s.send("a", 1).await.unwrap();
    assert_eq!(log.take(), ["s a 1"]);
    assert!(s.router().sender_info("s").is_some());
    drop(s);
    assert!(weak.upgrade().is_none());
}

/// A message knows where it comes from, and outlives its sender.
async fn a_message_tells_its_sender_and_event(on: Runtime) {
    let router = router_on(&on);
    let mut stream = router.subscribe().await;
    let s = sender(&router, "s", &["a"]);
    s.send("a", 1).await.unwrap();
    drop(s);
    let message: Arc<Msg> = stream.recv().await.unwrap();
    assert_eq!(
        (message.sender(), message.event(), **message),
        ("s", "a", 1)
    );
    assert_eq!(message.keys(), [message.route().clone()]);
    assert_eq!(message.to_string(), "1");
}

on_each_runtime! {
    only_what_was_declared_is_sent,
    to_declare_what_every_sender_has_changes_nothing,
    a_sender_has_a_name_and_declares_something,
    there_is_one_for_each_name,
    it_goes_with_its_last_handle,
    it_can_be_disconnected_while_it_has_handles,
    its_handlers_go_with_it,
    a_sender_keeps_its_router,
    a_message_tells_its_sender_and_event,
}
