#![deny(unused_must_use)]

use fanfare::hub::Hub;

fn named(_: &fanfare::hub::Message<u32>) {}

async fn wrong() {
    let hub = Hub::<u32>::new();
    hub.publish("a", 1);
    hub.publish("a", 1).await;
    hub.request("a", 1);
    hub.connect_sync(|_| ()).topic("a");
    hub.connect_sync(|_| ()).topic("a").await;
    let subscriber = hub.subscriber("s");
    subscriber.subscribe("a");
    subscriber.consume();
    subscriber.disconnect(named);
    hub.drain();
}

fn main() {}
