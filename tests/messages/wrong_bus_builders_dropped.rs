#![deny(unused_must_use)]

use std::time::Duration;

use fanfare::Bus;
use fanfare::bus::{Command, Event, Query};

struct Do;
impl Command for Do {
    type Reply = ();
}
struct Find;
impl Query for Find {
    type Reply = ();
}
struct Done;
impl Event for Done {}

async fn wrong(bus: Bus) {
    Bus::builder();
    Bus::builder().workers(3);
    Bus::builder().start();
    bus.execute(Do);
    bus.query(Find).key("k");
    bus.publish(Done);
    bus.publish(Done).await.unwrap(); // right: it is left
    bus.publish(Done).await;
    bus.publish(Done).join().await.unwrap();
    bus.handle(Do);
    bus.handle_named("done", ());
    bus.stop(Duration::ZERO);
    bus.stopped();
    bus.downgrade();
}

fn main() {}
