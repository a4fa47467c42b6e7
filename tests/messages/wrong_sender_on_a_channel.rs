use std::sync::Arc;

use fanfare::{AsSender, Band};

struct Component(u8);
impl AsSender for Component {}

fn main() {
    let alert = Band::new().channel::<u8, ()>("alert").unwrap();
    let component = Arc::new(Component(1));
    alert.connect_sync(|ev| println!("{}", **ev)).sender(&component).now();
    let _ = component.0;
}
