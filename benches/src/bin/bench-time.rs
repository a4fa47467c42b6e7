//! The questions whose answers are times: `bench-time [--quick] [--list] [QUESTION..]`.

use fanfare_benches::questions::{TIMES, ask};

fn main() {
    ask(TIMES);
}
