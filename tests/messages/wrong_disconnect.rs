use fanfare::Signal;

fn main() {
    let signal = Signal::new(7u8);
    let connection = signal.connect_sync(|_| ()).now();
    signal.disconnect(connection).now();
}
