use fanfare::{Band, Event};

fn double(ev: &Event<u32>) -> u64 {
    u64::from(**ev) * 2
}

fn main() {
    let number = Band::new().channel::<u32, u32>("number").unwrap();
    number.connect_sync(double).now();
}
