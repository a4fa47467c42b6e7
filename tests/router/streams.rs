//! Messages as streams.

use std::sync::Arc;

use fanfare::router::{Route, SendProblem};
use fanfare::{Overflow, RecvError, TryRecvError};
use futures_lite::StreamExt;

use crate::common::poll;
use crate::kit::{router_on, sender, text};
use crate::runtime::Runtime;

async fn a_subscription_gets_what_it_says_in_order(on: Runtime) {
    let router = router_on(&on);
    let mut all = router.subscribe().await;
    let mut some = router.subscribe().senders(["s", "t"]).event("a").await;
    let mut channel = router
        .subscribe()
        .channel("alarm")
        .route(Route::new("t", "b"))
        .await;
    let [s, t] = ["s", "t"].map(|name| sender(&router, name, &["a", "b", "#alarm"]));
    for (number, (one, event)) in
        (0..).zip([(&s, "a"), (&t, "b"), (&t, "a"), (&s, "#alarm"), (&s, "b")])
    {
        // Streams reply nothing: they are not counted.
        assert_eq!(one.send(event, number).await.unwrap().count(), 0);
        assert!(one.has_listeners(event));
    }
    let mut heard = Vec::new();
    for stream in [&mut all, &mut some, &mut channel] {
        let mut messages = Vec::new();
        while let Ok(m) = stream.try_recv() {
            messages.push(text(&m));
        }
        heard.push(messages.join(", "));
    }
    assert_eq!(
        heard,
        [
            "s a 0, t b 1, t a 2, s #alarm 3, s b 4",
            "s a 0, t a 2",
            "t b 1, s #alarm 3"
        ]
    );
}

async fn it_tells_what_it_loses_and_waits_where_it_is_told_to(on: Runtime) {
    let router = router_on(&on);
    let mut lossy = router
        .subscribe()
        .capacity(2)
        .overflow(Overflow::DropOldest)
        .name("lossy")
        .await;
    let s = sender(&router, "s", &["a"]);
    for number in 0..5 {
        s.send("a", number).await.unwrap();
    }
    assert!(matches!(lossy.recv().await, Err(RecvError::Lost(3))));
    assert_eq!(**lossy.recv().await.unwrap(), 3);
    drop(lossy);
    let mut waited = router
        .subscribe()
        .sender("s")
        .capacity(1)
        .overflow(Overflow::Wait)
        .await;
    s.send("a", 1).await.unwrap();
    let error = s.send("a", 2).now().unwrap_err();
    assert_eq!(error.problem(), SendProblem::Full);
    let mut third = s.send("a", 3).into_future();
    assert!(poll(&mut third).is_pending());
    assert_eq!(**waited.recv().await.unwrap(), 1);
    third.await.unwrap();
    assert_eq!(**waited.recv().await.unwrap(), 3);
}

async fn its_options_are_those_of_a_listener(on: Runtime) {
    let router = router_on(&on);
    let s = sender(&router, "s", &["a"]);
    let object = Arc::new(());
    let mut streams = [
        router.subscribe().when(|m| **m > 1).await,
        router.subscribe().once().await,
        router.subscribe().times(2).priority(1).await,
        router.subscribe().track(&object).await,
        router.subscribe().group("team").await,
        router.subscribe().group("team").await,
    ];
    for number in 1..4 {
        s.send("a", number).await.unwrap();
    }
    drop(object);
    s.send("a", 4).await.unwrap();
    let counts = streams.each_ref().map(fanfare::Subscription::len);
    assert_eq!(counts[..4], [3, 1, 2, 3]);
    assert_eq!(counts[4] + counts[5], 4, "they share them");
    assert_eq!(streams[1].recv().await.map(|m| **m).unwrap(), 1);
    assert!(matches!(streams[1].recv().await, Err(RecvError::Closed)));
}

async fn it_ends_with_the_router(on: Runtime) {
    let router = router_on(&on);
    let mut stream = router.subscribe().sender("s").await;
    let s = sender(&router, "s", &["a"]);
    s.send("a", 1).await.unwrap();
    drop(s);
    assert!(matches!(stream.try_recv(), Ok(m) if **m == 1));
    assert!(
        matches!(stream.try_recv(), Err(TryRecvError::Empty)),
        "others may come"
    );
    let s = sender(&router, "s", &["a"]);
    s.send("a", 2).await.unwrap();
    router.close();
    let rest: Vec<u32> = stream.map(|m| **m).collect().await;
    assert_eq!(rest, [2]);
}

on_each_runtime! {
    a_subscription_gets_what_it_says_in_order,
    it_tells_what_it_loses_and_waits_where_it_is_told_to,
    its_options_are_those_of_a_listener,
    it_ends_with_the_router,
}
