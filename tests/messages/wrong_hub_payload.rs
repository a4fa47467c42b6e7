use fanfare::hub::Hub;

fn main() {
    let hub = Hub::<u32>::new();
    hub.publish("a", "one").now().unwrap();
    hub.connect_sync(|_| ()).topic(7).now().unwrap();
}
