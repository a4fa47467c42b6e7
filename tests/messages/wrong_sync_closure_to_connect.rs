use fanfare::Signal;

fn main() {
    let signal = Signal::new(7u8);
    signal.connect(|ev| println!("{}", **ev)).now();
}
