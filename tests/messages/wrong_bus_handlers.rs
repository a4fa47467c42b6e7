use fanfare::Bus;
use fanfare::bus::{Command, Dep, Event, Query};

struct Save(String);
impl Command for Save {
    type Reply = Result<u64, String>;
}

struct Count;
impl Query for Count {
    type Reply = u64;
}

struct Saved;
impl Event for Saved {}

struct Disk;

fn main() {
    // A sync handler, and the right way.
    Bus::builder().query(|_: Count| 1u64);
    let _ = Bus::builder().query(async |_: Count| 1u64);
    // One that cannot be given what it asks for.
    Bus::builder().command(async |_: Save, _: Disk| Ok(1));
    let _ = Bus::builder().command(async |_: Save, _: Dep<Disk>| Ok(1));
    // No message at all, and one of another kind.
    Bus::builder().command(async |_: Dep<Disk>| Ok(1));
    Bus::builder().query(async |_: Save| Ok(1));
    // Another reply than the command's.
    Bus::builder().command(async |save: Save| save.0.len());
    // An event that nothing can be replied to, and one that is neither cloned nor in an `Arc`.
    Bus::builder().event(async |_: std::sync::Arc<Saved>| 7);
    Bus::builder().event(async |_: Saved| ());
}
