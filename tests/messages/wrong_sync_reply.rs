use fanfare::Signal;

fn main() {
    let numbers = Signal::builder(()).reply::<u32>().build();
    numbers.connect_sync(|_| "seven").now();
}
