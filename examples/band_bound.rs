//! Bound channels: each component has its own, as in the second example of `bands`.
//!
//! `cargo run --example band_bound`

use std::sync::Arc;

use fanfare::{ChannelDef, Event, band};

struct Started;

// A channel that is said once, as the class attribute is in the original: what it is called, carries, and has replied.
static STARTED: ChannelDef<Started, String> = ChannelDef::new("started");

struct Component {
    name: String,
}

impl Component {
    fn new(name: &str) -> Arc<Self> {
        let this = Arc::new(Self { name: name.into() });
        // Bound to this component, and to a method of it. Both hold it weakly: with the component they go.
        STARTED
            .of(&this)
            .connect_method(&this, Self::on_started)
            .now();
        this
    }

    async fn on_started(self: Arc<Self>, _: Arc<Event<Started>>) -> String {
        format!("{}.on_started", self.name)
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    println!("{:?}", STARTED.unbound());
    let (one, two) = (Component::new("one"), Component::new("two"));
    println!("{:?}", STARTED.of(&one));
    assert_eq!(STARTED.of(&one), STARTED.of(&one));
    assert_ne!(STARTED.of(&one), STARTED.of(&two));

    let replies = STARTED.of(&one).send(Started).join().await.into_replies();
    println!("{replies:?}");
    assert_eq!(replies, ["one.on_started"]);

    let replies = STARTED.of(&two).send(Started).join().await.into_replies();
    println!("{replies:?}");
    assert_eq!(replies, ["two.on_started"]);

    // The unbound channel stands for all of them.
    let replies = STARTED.unbound().send(Started).join().await.into_replies();
    println!("{replies:?}");
    assert_eq!(replies, ["one.on_started", "two.on_started"]);

    let send = band::send("started", Started);
    assert_eq!(
        send.replies::<String>().await?,
        ["one.on_started", "two.on_started"]
    );
    let send = band::send("started", Started).parent(&two);
    assert_eq!(send.replies::<String>().await?, ["two.on_started"]);

    // What listens to the unbound channel hears every component, after the component's own receivers.
    STARTED
        .unbound()
        .connect_sync(|_| "somebody started".to_owned())
        .await;
    let replies = STARTED.of(&two).send(Started).join().await.into_replies();
    println!("{replies:?}");
    assert_eq!(replies, ["two.on_started", "somebody started"]);

    drop(one);
    let replies = STARTED.unbound().send(Started).join().await.into_replies();
    println!("{replies:?}");
    assert_eq!(replies, ["two.on_started", "somebody started"]);
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    smol::block_on(run())
}
