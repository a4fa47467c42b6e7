use fanfare::Bus;
use fanfare::bus::Command;

struct Do;
impl Command for Do {
    type Reply = ();
}

fn main() {
    let builder = Bus::builder();
    let _ = builder.start().now();
    let _ = builder.command(async |_: Do| ());
}
