//! A band of one's own: two bands do not hear each other, and which one is active is said for a future, for a thread, or for
//! the process.
//!
//! `cargo run --example band_isolated`

use fanfare::{Band, ChannelDef, band};

static GREETED: ChannelDef<&str, String> = ChannelDef::new("greeted");

/// Part of a library that knows nothing of bands: it uses the one that is active.
async fn greet(who: &'static str) -> Vec<String> {
    GREETED.unbound().send(who).join().await.into_replies()
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let (ours, theirs) = (Band::new(), Band::new());
    let (our_greeted, their_greeted) = (GREETED.in_band(&ours)?, GREETED.in_band(&theirs)?);
    our_greeted
        .connect_sync(|who| format!("ours heard {}", **who))
        .await;
    their_greeted
        .connect_sync(|who| format!("theirs heard {}", **who))
        .await;

    // Through channels of each.
    let replies = our_greeted.send("Ashley").join().await.into_replies();
    println!("{replies:?}");
    assert_eq!(replies, ["ours heard Ashley"]);
    assert_eq!(
        theirs.send("greeted", "Mike").replies::<String>().await?,
        ["theirs heard Mike"]
    );

    // Nobody listens in the global band, which is active as long as nothing else is said.
    assert_eq!(Band::active(), Band::global());
    assert!(greet("Zoe").await.is_empty());

    // For a future and what it awaits, on whichever threads that runs.
    let replies = ours.scope(greet("Zoe")).await;
    println!("{replies:?}");
    assert_eq!(replies, ["ours heard Zoe"]);
    let nested = ours.scope(async { (theirs.scope(greet("Kim")).await, greet("Kim").await) });
    let (inner, outer) = nested.await;
    println!("{inner:?}, then {outer:?}");
    assert_eq!(
        (inner, outer),
        (
            vec!["theirs heard Kim".into()],
            vec!["ours heard Kim".into()]
        )
    );

    // For this thread, until the guard goes.
    {
        let _in_theirs = theirs.enter();
        let count = band::send("greeted", "Jo").now()?.count();
        println!("{count} heard Jo");
        assert_eq!((count, Band::active() == theirs), (1, true));
    }

    // For the process.
    ours.activate();
    assert_eq!(greet("Sam").await, ["ours heard Sam"]);
    Band::global().activate();
    assert!(greet("Sam").await.is_empty());
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    smol::block_on(run())
}
