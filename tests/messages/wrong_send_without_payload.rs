use fanfare::{Band, ChannelDef};

static ALERT: ChannelDef<()> = ChannelDef::new("alert");

fn main() {
    let _ = ALERT.unbound().send();
    let level = Band::new().channel::<u8, ()>("level").unwrap();
    let _ = level.send("high");
}
