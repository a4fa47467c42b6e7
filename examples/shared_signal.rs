//! A signal of one process, heard in two others: what each of them has not asked for stays where it is.
//!
//! `cargo run --features net --example shared_signal` exports the orders of a shop, and starts itself twice: as an office that wants those
//! over 500, and as a depot that wants those of the north.

use std::env;
use std::error::Error;
use std::process::{ExitCode, Stdio};

use fanfare::net::{ClientRouter, ServerRouter, tcp};
use fanfare::router::Router;
use fanfare::{Event, SenderId, Signal};
use futures_lite::future::zip;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use smol::process::Command;

type Failed = Box<dyn Error + Send + Sync>;

/// What the signal sends. The messages of server and clients are JSON, in which it fits.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Order {
    number: u32,
    total: u32,
}

/// Keys of a type of one's own: it has to be one that `serde` writes and reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
enum Size {
    Small,
    Large,
}

type Orders = Signal<Order, (), Size>;

/// What a child does: it hears of orders until there is one of nothing.
async fn hear(who: &str, address: String) -> Result<(), Failed> {
    let client = ClientRouter::<Json>::builder()
        .connect(tcp::dial(address))
        .name(who)
        .start()
        .await?;
    let orders = Orders::import(&client, "orders");
    // Whoever wants to be told of the end says so, too.
    let orders = match who {
        "office" => orders.key(Size::Large),
        _ => orders.sender("north"),
    };
    let orders = orders.await?;
    let mut queue = orders.subscribe().await;
    // The server has it: the parent may begin.
    client.sender(who).event("ready").register().await?;
    loop {
        let order = queue.recv().await?;
        if order.number == 0 {
            println!("{who}: that was all");
            return Ok(());
        }
        println!("{who}: {}", shown(&order));
    }
}

fn shown(order: &Event<Order, Size>) -> String {
    let Order { number, total } = **order;
    format!("order {number} over {total}, {:?}", order.keys())
}

async fn shop() -> Result<(), Failed> {
    let router = Router::<Json>::builder().announce().build();
    let server = ServerRouter::builder(router.clone())
        .listen(tcp::bind("127.0.0.1:0").await?)
        .start()
        .await?;
    let orders = Signal::builder(Order::default()).key::<Size>().build();
    // Senders are addresses here, and have names elsewhere.
    let (north, south) = (SenderId::unique(), SenderId::unique());
    let export = orders
        .export(&server, "orders")
        .sender_name(north.clone(), "north")
        .sender_name(south.clone(), "south")
        .await?;
    println!("shop: `{}` at {}", export.name(), server.addresses()[0]);

    let mut presence = router.presence().subscribe().await;
    let address = server.addresses()[0]
        .trim_start_matches("tcp://")
        .to_owned();
    let [office, depot] = ["office", "depot"].map(|who| smol::spawn(child(who, address.clone())));
    let mut ready = 0;
    while ready < 2 {
        ready += usize::from(presence.recv().await?.is_connected());
    }

    for (number, (region, total)) in [(&north, 100), (&south, 800), (&north, 900), (&south, 50)]
        .into_iter()
        .enumerate()
    {
        let number = number as u32 + 1;
        let size = if total > 500 {
            Size::Large
        } else {
            Size::Small
        };
        let order = orders.send().sender(region.clone()).key(size);
        order.with(Order { number, total }).await;
    }
    // For both, which each has one of.
    let end = orders.send().sender(north).key(Size::Large);
    end.with(Order::default()).await;
    let (office, depot) = zip(office, depot).await;
    office.and(depot)?;
    server.stop().await?;
    Ok(())
}

async fn child(who: &'static str, address: String) -> Result<(), Failed> {
    let mut command = Command::new(env::current_exe()?);
    let status = command.args([who, &address]).stdin(Stdio::null()).status();
    let status = status.await?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{who} has failed: {status}").into())
    }
}

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let done = smol::block_on(async {
        match (arguments.next(), arguments.next()) {
            (Some(who), Some(address)) => hear(&who, address).await,
            (None, _) => shop().await,
            _ => Err("Usage: shared_signal [office|depot HOST:PORT]".into()),
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shared_signal: {error}");
            ExitCode::FAILURE
        }
    }
}
