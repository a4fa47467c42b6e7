//! How long a connection lasts: until somebody ends it, it is used up, or what it depends on is gone.
//!
//! `cargo run --example lifetime`

use std::sync::Arc;

use fanfare::{Event, Signal};
use smol::{channel, future};

struct Dog;

impl Dog {
    fn bark(&self, _: &Event<()>) {
        println!("  the dog barks");
    }
}

/// Rings, and tells how many callbacks heard it.
async fn ring(doorbell: &Signal<()>) -> usize {
    println!("  (the doorbell rings)");
    doorbell.send().await.count()
}

async fn run() {
    let doorbell = Signal::new(());

    println!("A connection lasts until it is disconnected. Dropping its handle changes nothing.");
    let chime = doorbell.connect_sync(|_| println!("  ding dong")).await;
    assert_eq!(ring(&doorbell).await, 1);
    {
        println!("It can pause.");
        let _nap = chime.block();
        assert_eq!(ring(&doorbell).await, 0);
    }
    assert!(chime.is_connected());
    assert!(chime.disconnect());
    assert!(!chime.is_connected());

    println!("It can end with a scope.");
    {
        let _guest = doorbell
            .connect_sync(|_| println!("  a guest looks up"))
            .await
            .scoped();
        assert_eq!(ring(&doorbell).await, 1);
    }
    assert_eq!(ring(&doorbell).await, 0);

    println!("It can have a number of calls, and no more.");
    doorbell
        .connect_sync(|_| println!("  that is new"))
        .once()
        .await;
    doorbell
        .connect_sync(|_| println!("  not again"))
        .times(2)
        .await;
    assert_eq!(ring(&doorbell).await, 2);
    assert_eq!(ring(&doorbell).await, 1);
    assert_eq!(ring(&doorbell).await, 0);

    println!("It can last as long as an object: the method's own, or one that is tracked.");
    let dog = Arc::new(Dog);
    doorbell.connect_method_sync(&dog, Dog::bark).await;
    doorbell
        .connect_sync(|_| println!("  the cat runs from the dog"))
        .track(&dog)
        .await;
    assert_eq!(ring(&doorbell).await, 2);
    drop(dog);
    assert_eq!(ring(&doorbell).await, 0);
    assert_eq!(doorbell.connection_count(), 0);

    println!("And one can wait until a connection is at rest.");
    let (started, on_my_way) = channel::bounded(1);
    let (open, door) = channel::bounded::<()>(1);
    let porter = doorbell
        .connect_with((started, door), |(started, door), _| async move {
            println!("  the porter gets up");
            let _ = started.send(()).await;
            let _ = door.recv().await;
            println!("  the porter sits down");
        })
        .await;
    assert_eq!(ring(&doorbell).await, 1);
    on_my_way.recv().await.expect("the porter is coming");

    let mut rest = porter.disconnect_and_wait();
    assert_eq!(ring(&doorbell).await, 0); // disconnected at once, but still walking
    assert_eq!(future::poll_once(&mut rest).await, None);
    open.send(()).await.expect("the porter is waiting");
    assert!(rest.await);
    println!("  nobody is on duty");
}

fn main() {
    smol::block_on(run());
}
