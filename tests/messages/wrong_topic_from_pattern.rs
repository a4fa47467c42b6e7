use fanfare::hub::{IntoTopic, Pattern};

fn publish(_topic: impl IntoTopic) {}

fn main() {
    publish("plant.north");
    publish(["plant", "north"]);
    publish(Pattern::from(["plant"]).rest());
}
