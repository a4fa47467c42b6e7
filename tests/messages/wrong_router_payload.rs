use fanfare::Router;

fn main() {
    let router = Router::<u32>::new();
    let sender = router.sender("s").event("a").register().now().unwrap();
    sender.send("a", "one").now().unwrap();
    router.connect_sync(|_| ()).sender(7).now();
}
