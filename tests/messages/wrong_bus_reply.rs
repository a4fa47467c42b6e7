use fanfare::Bus;
use fanfare::bus::{Command, Emits};

struct Balance(i64);

struct Pay;
impl Command for Pay {
    type Reply = Balance;
}

struct NoError;
struct Try;
impl Command for Try {
    type Reply = Result<(), NoError>;
}

fn main() {
    Bus::builder().named_query("balance", async || Balance(7));
    Bus::builder().command(async |_: Emitting| Emits::new((), Balance(7)));
}

struct Emitting;
impl Command for Emitting {
    type Reply = ();
}
