use std::rc::Rc;

use fanfare::Signal;

fn main() {
    let signal = Signal::new(7u8);
    signal
        .connect(|_| async {
            let count = Rc::new(1);
            std::future::ready(()).await;
            drop(count);
        })
        .now();
}
