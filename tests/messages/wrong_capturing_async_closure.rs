use fanfare::Signal;

fn main() {
    let signal = Signal::new(7u8);
    let prefix = String::from("heard");
    signal.connect(async move |ev| println!("{prefix} {}", **ev)).now();
}
