use fanfare::Bus;
use fanfare::bus::Command;

struct Do;
impl Command for Do {
    type Reply = String;
}

fn main() {
    let text = String::from("text");
    let right = text.clone();
    let _ = Bus::builder().command(move |_: Do| {
        let text = right.clone();
        async move { text }
    });
    let _ = Bus::builder().command(async move |_: Do| text.clone());
}
