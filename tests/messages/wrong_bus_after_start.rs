use fanfare::Bus;
use fanfare::bus::Command;

struct Do;
impl Command for Do {
    type Reply = ();
}

async fn wrong(bus: Bus) {
    let _ = Bus::builder().command(async |_: Do| ()).start(); // right
    bus.command(async |_: Do| ());
}

fn main() {}
