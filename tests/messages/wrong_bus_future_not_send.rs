use std::rc::Rc;

use fanfare::Bus;
use fanfare::bus::Command;

struct Do;
impl Command for Do {
    type Reply = usize;
}

async fn work(_: Do) -> usize {
    let count = Rc::new(1);
    std::future::ready(()).await;
    *count
}

fn main() {
    Bus::builder().command(work);
}
