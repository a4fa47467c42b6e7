#![deny(unused_must_use)]

use fanfare::Signal;

fn main() {
    let signal = Signal::new(7u8);
    signal.connect_sync(|_| ());
    signal.send().with(8);
    signal.disconnect(main);
    Signal::builder(7u8);
}
