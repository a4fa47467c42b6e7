use std::rc::Rc;

use fanfare::Signal;

fn main() {
    let signal = Signal::new(Rc::new(7));
    signal.send().now().unwrap();
}
