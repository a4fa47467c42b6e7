//! An unbound channel: the first example of `bands`.
//!
//! `cargo run --example band_unbound`

use std::sync::Arc;

use fanfare::{Event, band};

async fn on_alert(message: Arc<Event<String>>) -> String {
    message.to_uppercase()
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    // The channel of this name in the active band. Its first mention settles what it carries and what receivers reply.
    let alert = band::channel::<String, String>("alert")?;
    alert.connect(on_alert).await;

    let replies = alert.send("alert!!".to_owned()).join().await.into_replies();
    println!("{replies:?}");
    assert_eq!(replies, ["ALERT!!"]);

    // By name, where nobody has the channel at hand.
    let send = band::send("alert", "ALERT!!".to_owned());
    let replies = send.replies::<String>().await?;
    println!("{replies:?}");
    assert_eq!(replies, ["ALERT!!"]);

    // A name carries what it carries. The payload comes back.
    let refused = band::send("alert", 7).await.unwrap_err();
    println!("{refused}");
    assert_eq!(refused.into_payload(), Some(7));

    // One that nobody has declared reaches nobody.
    assert_eq!(band::send("alarm", 7).await?.count(), 0);
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    smol::block_on(run())
}
