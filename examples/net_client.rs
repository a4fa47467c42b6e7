//! A client of any server: it prints who is there, what they send, and what becomes of the connection.
//!
//! `cargo run --features net --example net_client` shows itself, with a server in its own process that hangs up once. Where there is a server
//! (`net_server`, say), it goes on until Ctrl-C; stop the server meanwhile, and start it again:
//!
//! ```sh
//! cargo run --features net --example net_client -- 127.0.0.1:4333
//! ```

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use async_signal::{Signal as Interrupt, Signals};
#[cfg(unix)]
use fanfare::net::unix;
use fanfare::net::wire::SenderEntry;
use fanfare::net::{ClientRouter, Dialer, ServerRouter, Status, tcp};
use fanfare::router::{Message, RequestProblem, Router};
use futures_lite::StreamExt;
use serde_json::{Value as Json, json};

const USAGE: &str = "\
Usage: net_client ADDRESS

  ADDRESS   HOST:PORT, or the path of a Unix socket

Without an address it shows itself and ends.
";

type Failed = Box<dyn Error + Send + Sync>;

/// How an address is dialed: a Unix socket has a path.
fn dialer(address: &str) -> Box<dyn Dialer> {
    #[cfg(unix)]
    if address.contains('/') {
        return Box::new(unix::dial(address));
    }
    Box::new(tcp::dial(address))
}

/// Connects, and has it printed what becomes of the connection from then on.
async fn connect(address: &str) -> Result<ClientRouter<Json>, Failed> {
    let client = ClientRouter::builder()
        .connect(dialer(address))
        .start()
        .await?;
    client
        .status()
        .connect_sync(|status| println!("connection: {status}"))
        .await;
    println!(
        "connected to {address}, version {}",
        client.server_version().await?
    );
    Ok(client)
}

/// Its name, and its events in brackets.
fn shown(entry: &SenderEntry) -> String {
    let events = entry.events.iter().flatten().flatten();
    let events: Vec<_> = events.map(|event| &**event).collect();
    let name = entry.sender.as_deref().unwrap_or("(any)");
    let is_there = if entry.connected {
        ""
    } else {
        ", not there yet"
    };
    format!("{name} [{}]{is_there}", events.join(", "))
}

async fn look_around(client: &ClientRouter<Json>) -> Result<(), Failed> {
    println!("senders:");
    for entry in client.senders().await? {
        println!("  {}", shown(&entry));
    }
    Ok(())
}

/// Listens to everything. The server has it when this returns, and gets it again after each time the connection is lost.
async fn listen(client: &ClientRouter<Json>) -> Result<(), Failed> {
    let print = |m: &Message<Json>| println!("  {} of {}: {}", m.event(), m.sender(), **m);
    client.connect_sync(print).await?;
    Ok(())
}

/// Asks who is called `host`, if somebody is.
async fn ask(client: &ClientRouter<Json>) -> Result<(), Failed> {
    let asked = client.request("host", "uptime", Json::Null);
    match asked.timeout(Duration::from_secs(2)).await {
        Ok(seconds) => println!("the host is up for {seconds} seconds"),
        Err(error) if error.problem() == RequestProblem::UnknownSender => {
            println!("nobody here is called host");
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn watch(address: &str) -> Result<(), Failed> {
    let client = connect(address).await?;
    look_around(&client).await?;
    ask(&client).await?;
    listen(&client).await?;
    let mut signals = Signals::new([Interrupt::Int, Interrupt::Term])?;
    signals.next().await.transpose()?;
    client.drain().await?;
    Ok(())
}

/// A server that hangs up, as one does that is started again; the client comes back by itself.
async fn show() -> Result<(), Failed> {
    let router = Router::<Json>::new();
    let host = router
        .sender("host")
        .event("load")
        .on_request_sync("uptime", |_| json!(42));
    let host = host.register().await?;
    let listener = tcp::bind("127.0.0.1:0").await?;
    let server = ServerRouter::builder(router)
        .listen(listener)
        .start()
        .await?;

    let client = connect(&server.addresses()[0]).await?;
    let mut news = client.status().subscribe().await;
    look_around(&client).await?;
    ask(&client).await?;
    listen(&client).await?;
    host.send("load", json!(0.5)).await?;
    // All that the server has told before is here once it replies.
    client.server_version().await?;

    for peer in server.peers() {
        server.disconnect(peer.id).await;
    }
    while !matches!(**news.recv().await?, Status::Resumed { .. }) {}
    println!("the listener is there again:");
    host.send("load", json!(0.75)).await?;
    client.server_version().await?;

    server.stop().await?;
    while !matches!(**news.recv().await?, Status::Disconnected { .. }) {}
    let error = client.request("host", "uptime", Json::Null).await;
    let error = error.expect_err("nobody is there to ask");
    println!("{error}");
    client.drain().await?;
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let done = match &*arguments {
        [] => smol::block_on(show()),
        [address] if !address.starts_with('-') => smol::block_on(watch(address)),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("net_client: {error}");
            ExitCode::FAILURE
        }
    }
}
