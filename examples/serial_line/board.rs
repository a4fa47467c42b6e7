//! What is at the ends of the line: a board, and who gives it orders.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fanfare::net::{ClientRouter, ServerRouter};
use fanfare::router::{Call, HandlerError, Router, WeakRouter};
use serde::{Deserialize, Serialize};

use crate::Failed;
use crate::line::{Line, dial};

/// What goes over the line, as JSON: `{"Led":true}`, and `"Nothing"`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Datum {
    Led(bool),
    Nothing,
}

/// A LED that can be switched; whoever listens hears of it.
struct Board {
    is_lit: AtomicBool,
    router: WeakRouter<Datum>,
}

impl Board {
    fn read(&self, _: &Call<Datum>) -> Datum {
        Datum::Led(self.is_lit.load(Ordering::Relaxed))
    }

    /// Replies how it was before.
    async fn switch(self: Arc<Self>, call: Arc<Call<Datum>>) -> Result<Datum, HandlerError> {
        let Datum::Led(on) = **call else {
            return Err("a LED is switched on or off".into());
        };
        let before = self.is_lit.swap(on, Ordering::Relaxed);
        let router = self.router.upgrade();
        let sender = router.and_then(|router| router.get_sender(call.sender()));
        if let Some(sender) = sender.filter(|_| before != on) {
            sender.send("switched", Datum::Led(on)).await?;
        }
        Ok(Datum::Led(before))
    }
}

/// Serves at the line for as long as `done` takes.
pub(crate) async fn serve(
    line: Line,
    done: impl Future<Output = Result<(), Failed>>,
) -> Result<(), Failed> {
    let router = Router::<Datum>::new();
    let board = Arc::new(Board {
        is_lit: AtomicBool::new(false),
        router: router.downgrade(),
    });
    let sender = router
        .sender("board")
        .event("switched")
        .on_request_method_sync("read", &board, Board::read)
        .on_request_method("switch", &board, Board::switch);
    let _board = sender.register().await?;
    let server = ServerRouter::builder(router).listen(line).start().await?;
    println!("listening at {}", server.addresses()[0]);
    done.await?;
    server.stop().await?;
    Ok(())
}

pub(crate) async fn connect(device: &str) -> Result<(), Failed> {
    let path = device.to_owned();
    let client = ClientRouter::builder()
        .connect(move |framing| dial(path.clone(), framing))
        .start()
        .await?;
    println!("connected over {device}");
    let mut events = client.subscribe().sender("board").await?;
    for on in [true, false] {
        let before = client.request("board", "switch", Datum::Led(on)).await?;
        let event = events.recv().await?;
        println!(
            "it was {before:?}, and it is {}: {:?}",
            event.event(),
            **event
        );
    }
    let now = client.request("board", "read", Datum::Nothing).await?;
    println!("now it is {now:?}");
    client.drain().await?;
    Ok(())
}
