use fanfare::Signal;

struct Clock;

fn main() {
    let _ = Signal::builder(7u8).timer(Clock).build();
}
