use fanfare::hub::{Hub, Message};

fn main() {
    let hub = Hub::<u32>::new();
    hub.connect_sync(|m| println!("{m}")).topic("a").now().unwrap();
    hub.connect(|m: &Message<u32>| println!("{m}")).topic("a").now().unwrap();
    hub.connect_sync(async |_| ()).topic("a").now().unwrap();
}
