use fanfare::Signal;

enum Topic {
    Press,
}

fn main() {
    let signal = Signal::new(7u8);
    signal.send().key(Topic::Press).now().unwrap();
}
