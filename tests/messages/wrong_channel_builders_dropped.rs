#![deny(unused_must_use)]

use fanfare::{Band, band};

fn main() {
    let ours = Band::new();
    let alert = ours.channel::<u8, ()>("alert").unwrap();
    alert.connect_sync(|_| ());
    alert.send(7);
    ours.send("alert", 7u8);
    band::send("alert", 7u8).parent(&std::sync::Arc::new(1));
    ours.enter();
    ours.scope(async {});
    ours.drain();
    Band::builder();
}
