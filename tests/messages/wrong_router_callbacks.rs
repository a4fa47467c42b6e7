use fanfare::Router;
use fanfare::router::Message;

fn main() {
    let router = Router::<u32>::new();
    router.connect_sync(|m| println!("{m}")).sender("s").now();
    router.connect(|m: &Message<u32>| println!("{m}")).sender("s").now();
    router.connect_sync(async |_| ()).sender("s").now();
}
