use fanfare::Bus;
use fanfare::bus::{Command, Dep};

struct Do;
impl Command for Do {
    type Reply = ();
}

type N = Dep<u8>;

fn main() {
    let _ = Bus::builder().command(async |_: Do, _: N, _: N, _: N, _: N, _: N, _: N, _: N, _: N| ());
    Bus::builder().command(async |_: Do, _: N, _: N, _: N, _: N, _: N, _: N, _: N, _: N, _: N| ());
    Bus::builder().singleton(|_: u8| 1u16);
}
