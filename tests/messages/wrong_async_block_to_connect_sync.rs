use fanfare::Signal;

fn main() {
    let signal = Signal::new(7u8);
    signal.connect_sync(|_| async { println!("heard") }).now();
}
