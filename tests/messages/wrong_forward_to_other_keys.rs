use fanfare::Signal;

fn main() {
    let named = Signal::new(7u8);
    let numbered = Signal::builder(7u8).key::<u32>().build();
    named.map(|ev| **ev + 1).forward_to(&numbered).now();
}
