use fanfare::hub::Topic;

fn main() {
    let parts: [&str; 0] = [];
    let _ = Topic::from(parts);
}
