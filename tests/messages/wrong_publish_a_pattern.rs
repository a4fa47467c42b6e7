use fanfare::hub::{Hub, Pattern};

fn main() {
    let hub = Hub::new();
    hub.publish("plant.north", 1).now().unwrap();
    hub.publish(Pattern::from(["plant"]).rest(), 2).now().unwrap();
}
