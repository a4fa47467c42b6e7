//! A fast producer and slow consumers: who waits, who is told, and what is lost.
//!
//! `cargo run --example backpressure`

use fanfare::{Cause, Overflow, RecvError, Signal, Subscription};
use smol::channel;
use smol::future::poll_once;

/// One call at a time, and none that waits: the producer goes at the pace of the consumer.
async fn one_at_a_time() {
    println!("one at a time:");
    let pictures = Signal::new("");
    let (done, ready) = channel::unbounded::<()>();
    pictures
        .connect_with(ready, |ready, picture| async move {
            let _ = ready.recv().await;
            println!("  printed {}", **picture);
        })
        .max_in_flight(1)
        .await;

    let first = pictures.send().with("a cat").await;
    // Sync code cannot wait. It is given back what was not sent.
    let unsent = pictures
        .send()
        .with("a dog")
        .now()
        .expect_err("the printer is busy");
    println!("  {unsent}");
    assert!(unsent.is_full());
    let dog = unsent.into_payload().expect("it was given one");

    // `.await` waits, before anything is delivered to anybody.
    let mut second = Box::pin(pictures.send().with(dog).into_future());
    assert!(poll_once(&mut second).await.is_none());
    done.send(()).await.expect("the printer listens");
    assert!(first.join().await.is_ok());
    done.send(()).await.expect("the printer listens");
    assert!(second.await.join().await.is_ok());
}

/// A queue in front of a callback: full, it makes the sender wait, or drops, which the report tells.
async fn queues() {
    println!("queues:");
    let pictures = Signal::new(0);
    let (done, ready) = channel::unbounded::<()>();
    let printer = |ready: channel::Receiver<()>, _| async move {
        let _ = ready.recv().await;
    };
    let patient = pictures
        .connect_with(ready.clone(), printer)
        .queue(1, Overflow::Wait)
        .await;
    let running = pictures.send().await;
    let waiting = pictures.send().await;
    assert!(pictures.send().now().is_err(), "one is printed, one waits");
    done.close();
    assert!(running.join().await.is_ok() && waiting.join().await.is_ok());
    patient.disconnect();

    let (done, ready) = channel::unbounded::<()>();
    pictures
        .connect_with(ready, printer)
        .queue(1, Overflow::DropOldest)
        .name("hasty")
        .await;
    let deliveries = [1, 2, 3].map(|number| pictures.send().with(number).now());
    done.close();
    for (number, delivery) in (1..).zip(deliveries) {
        let report = delivery.expect("nobody waits for a hasty one").join().await;
        let dropped = report.failures().next().map(fanfare::Failure::cause);
        println!("  picture {number}: {dropped:?}");
        assert_eq!(matches!(dropped, Some(Cause::Overflow)), number == 2);
    }
}

/// What there is to read, with the losses where they are.
async fn read(mut events: Subscription<u32>) -> Vec<Result<u32, u64>> {
    let mut read = Vec::new();
    loop {
        match events.recv().await {
            Ok(event) => read.push(Ok(**event)),
            Err(RecvError::Lost(count)) => read.push(Err(count)),
            Err(RecvError::Closed) => return read,
        }
    }
}

/// Streams have queues of their own. Each is told, in its place, of what it has missed.
async fn streams() {
    println!("streams with room for two:");
    let numbers = Signal::new(0);
    let stream = |overflow| numbers.subscribe().capacity(2).overflow(overflow).now();
    let streams = [
        Overflow::DropOldest,
        Overflow::DropNewest,
        Overflow::KeepLatest,
    ]
    .map(stream);
    for number in 1..=4 {
        numbers.send().with(number).await;
    }
    let patient = stream(Overflow::Wait);
    numbers.send().with(5).await;
    numbers.send().with(6).await;
    assert!(
        numbers.send().with(7).now().is_err(),
        "a stream that loses nothing is full"
    );
    drop(numbers);

    let [oldest, newest, latest] = streams;
    let read = [
        read(oldest).await,
        read(newest).await,
        read(latest).await,
        read(patient).await,
    ];
    println!("  {read:?}");
    assert_eq!(read[0], [Err(4), Ok(5), Ok(6)]);
    assert_eq!(read[1], [Ok(1), Ok(2), Err(4)]);
    assert_eq!(read[2], [Err(4), Ok(5), Ok(6)]);
    assert_eq!(read[3], [Ok(5), Ok(6)]);
}

fn main() {
    smol::block_on(async {
        one_at_a_time().await;
        queues().await;
        streams().await;
    });
}
