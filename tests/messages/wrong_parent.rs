use std::rc::Rc;

use fanfare::{Band, ChannelDef};

static ALERT: ChannelDef<u8> = ChannelDef::new("alert");

struct Component(u8);

fn main() {
    let component = Component(1);
    ALERT.of(&component);
    ALERT.of(&Rc::new(2));
    Band::new().channel::<u8, ()>("alert").unwrap().bound(component);
    let _ = Band::new().send("alert", 7).parent("component");
}
