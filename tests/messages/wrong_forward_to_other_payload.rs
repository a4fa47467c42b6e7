use fanfare::Signal;

fn main() {
    let numbers = Signal::new(7u8);
    let texts = Signal::new(String::new());
    numbers.map(|ev| ev.to_string()).forward_to(&texts).now(); // right
    numbers.forward_to(&texts).now();
}
