//! Publishers: prefixes, publishers of publishers, and whether anybody listens.

use fanfare::hub::{Pattern, Topic};

use crate::kit::{consumed, hub_on};
use crate::runtime::Runtime;

async fn prefixes_come_first_and_nest(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("*").await.unwrap();
    let plant = hub.publisher("plant.1").unwrap();
    let north = plant.publisher(["north", "no. 4"]).unwrap();
    let clone = north.clone();
    let deep = north.publisher(Topic::new("x").unwrap()).unwrap();
    plant.publish("level", 1).await.unwrap();
    north.publish("a.b", 2).now().unwrap();
    assert!(deep.publish(["*"], 3).join().await.unwrap().is_ok());
    clone.hub().publish("level", 4).await.unwrap();
    let expected = [
        "plant.1.level 1",
        r"plant.1.north.no\. 4.a.b 2",
        r"plant.1.north.no\. 4.x.\* 3",
        "level 4",
    ];
    assert_eq!(consumed(&subscriber, "default", 4).await, expected);
    assert_eq!(north.prefix().to_string(), r"plant.1.north.no\. 4");
}

async fn whether_anybody_listens(on: Runtime) {
    let hub = hub_on(&on);
    let plant = hub.publisher("plant").unwrap();
    let asks = |of_hub: &str, of_plant: &str| {
        (
            hub.has_subscribers(of_hub).unwrap(),
            plant.has_subscribers(of_plant).unwrap(),
        )
    };
    assert_eq!(asks("*", "*"), (false, false));
    let other = hub.connect_sync(|_| ()).topic("other").await.unwrap();
    assert_eq!(asks("*", "*"), (true, false));
    assert_eq!(
        (asks("other", "other"), asks("oth", "?")),
        ((true, false), (false, false))
    );
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("plant.*.level").await.unwrap();
    assert_eq!(asks("plant.*", "*"), (true, true));
    assert_eq!(asks("plant.1.level", "1.level"), (true, true));
    assert_eq!(asks("plant.1.?", "?.level"), (true, true));
    assert_eq!(asks("plant.1", "1"), (false, false));
    assert_eq!(asks("plant", "1.temperature"), (false, false));
    // Not `plant` itself, which is no topic of its publisher.
    let itself = hub.connect_sync(|_| ()).topic("plant").await.unwrap();
    assert!(subscriber.unsubscribe("plant.*.level").unwrap());
    assert_eq!(asks("plant", "*"), (true, false));
    assert!(itself.disconnect() && other.disconnect());
    assert_eq!(asks("*", "*"), (false, false));
    let stars = hub
        .connect_sync(|_| ())
        .topic(Pattern::single())
        .await
        .unwrap();
    assert_eq!(asks("x", "x"), (true, false));
    assert!(stars.remove_keys([Pattern::single()]));
    assert_eq!(
        asks("*", "*"),
        (false, false),
        "it is there, and listens to nothing"
    );
}

/// Those that die do not listen, whether anybody has published since or not.
async fn the_dead_do_not_listen(on: Runtime) {
    let hub = hub_on(&on);
    let object = std::sync::Arc::new(());
    let method = |(): &(), _: &crate::kit::Msg| ();
    hub.connect_method_sync(&object, method)
        .topic("a.*")
        .await
        .unwrap();
    assert!(hub.has_subscribers("a.b").unwrap());
    drop(object);
    assert!(!hub.has_subscribers("a.b").unwrap());
}

async fn the_publisher_keeps_the_hub(on: Runtime) {
    let hub = hub_on(&on);
    let log = crate::common::Log::new();
    hub.connect_sync(log.writes(1)).topic("a.b").await.unwrap();
    let publisher = hub.publisher("a").unwrap();
    drop(hub);
    assert_eq!(publisher.publish("b", 1).await.unwrap().count(), 1);
    assert_eq!(log.take(), [1]);
}

on_each_runtime! {
    prefixes_come_first_and_nest,
    whether_anybody_listens,
    the_dead_do_not_listen,
    the_publisher_keeps_the_hub,
}
