use fanfare::Signal;

struct Valve(u8);

fn main() {
    let valve = Valve(1);
    let signal = Signal::new(valve.0);
    signal.connect_sync(|_| ()).sender(&valve).now();
}
