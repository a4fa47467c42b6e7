use fanfare::Signal;

struct Line {
    level: u8,
}

fn main() {
    let signal = Signal::new(Line { level: 0 });
    signal.send().update(|line| line.level = 9).now().unwrap();
}
