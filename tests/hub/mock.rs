//! The hub for tests.

use fanfare::hub::testing::MockHub;

use crate::common::Log;
use crate::kit::{Msg, writes};
use crate::runtime::Runtime;

async fn it_writes_down_what_is_published(_: Runtime) {
    let mock = MockHub::<u32>::new();
    let program = mock.clone(); // a hub
    program
        .publisher("plant")
        .unwrap()
        .publish("level", 1)
        .await
        .unwrap();
    let log = Log::new();
    program.connect_sync(writes(&log)).topic("*").await.unwrap();
    program.publish("a", 2).now().unwrap();
    assert!(
        program
            .publish("plant.x.y", 3)
            .join()
            .await
            .unwrap()
            .is_ok()
    );
    assert!(program.publish("a..b", 4).await.is_err());
    let published = mock.published();
    let published: Vec<_> = published
        .iter()
        .map(|(topic, number)| format!("{topic} {number}"))
        .collect();
    assert_eq!(published, ["plant.level 1", "a 2", "plant.x.y 3"]);
    assert_eq!(mock.published_under("plant.*").unwrap(), [1, 3]);
    assert_eq!(mock.published_under("a").unwrap(), [2]);
    assert!(mock.published_under("b").unwrap().is_empty() && mock.published_under("a..").is_err());
    assert_eq!(
        log.take(),
        ["a 2", "plant.x.y 3"],
        "it is a hub nevertheless"
    );

    program
        .respond_sync(|m: &Msg| ***m + 1)
        .topic("sum")
        .await
        .unwrap();
    assert_eq!(program.request("sum", 5).await.unwrap(), 6);
    assert_eq!(mock.published_under("sum").unwrap(), [5]);
}

/// What newcomers are given was published once.
async fn what_is_kept_was_published_once(_: Runtime) {
    let mock = MockHub::<u32>::new();
    mock.publish("a", 1).retain().await.unwrap();
    let log = Log::new();
    for _ in 0..2 {
        mock.connect_sync(writes(&log)).topic("a").await.unwrap();
    }
    assert_eq!(log.take(), ["a 1"; 2]);
    assert_eq!(mock.published_under("*").unwrap(), [1]);
}

async fn it_knows_who_subscribes(_: Runtime) {
    let mock = MockHub::<u32>::default();
    assert!(mock.subscribed().is_empty() && mock.notices().is_empty());
    let subscriber = mock.subscriber("s");
    subscriber.subscribe("b.*").await.unwrap();
    subscriber.subscribe("a").await.unwrap();
    let listener = subscriber
        .connect_sync(|_| ())
        .topics(["a", "c"])
        .await
        .unwrap();
    let names = || {
        mock.subscribed()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    assert_eq!(names(), ["b.*", "a", "c"]);
    subscriber.unsubscribe("b.*").unwrap();
    assert!(subscriber.remove_listener(&listener).await);
    assert_eq!(names(), ["a"]);
    subscriber.subscribe("b.*").await.unwrap();
    assert_eq!(names(), ["a", "b.*"]);
    drop(subscriber);
    assert!(names().is_empty());
    assert_eq!(mock.notices().len(), 10);
    // However many there are.
    for _ in 0..1_000 {
        mock.connect_sync(|_| ()).topic("x").once().await.unwrap();
    }
    assert_eq!(mock.notices().len(), 1_010);
    assert_eq!(names(), ["x"]);
}

on_each_runtime! {
    it_writes_down_what_is_published,
    what_is_kept_was_published_once,
    it_knows_who_subscribes,
}
