#![deny(unused_must_use)]

use fanfare::Router;

fn named(_: &fanfare::router::Message<u32>) {}

async fn wrong() {
    let router = Router::<u32>::new();
    router.sender("s").event("a");
    router.sender("s").event("a").register();
    let sender = router.sender("s").event("a").register().await.unwrap();
    sender.send("a", 1);
    sender.send("a", 1).await;
    router.request("s", "read", 1);
    router.connect_sync(|_| ()).sender("s");
    router.subscribe().sender("s");
    router.disconnect(named);
    router.drain();
}

fn main() {}
