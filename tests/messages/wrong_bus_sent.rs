use fanfare::Bus;
use fanfare::bus::{Command, Event};

struct Do;
impl Command for Do {
    type Reply = ();
}
struct Done;
impl Event for Done {}

async fn wrong(bus: Bus) {
    bus.publish(Do).detached();
    bus.execute(Done).detached();
    bus.query(Do).detached();
}

fn main() {}
