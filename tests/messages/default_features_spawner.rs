use fanfare::Signal;

struct Pool;

fn main() {
    let _ = Signal::builder(7u8).spawner(Pool).build();
}
