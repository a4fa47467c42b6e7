//! Hears what senders in other processes send, whether they are there yet or not, and when they come and go.
//!
//! `cargo run --features net --example remote_listener` shows itself: it is the server, and starts itself as the listener. Where there is a
//! server (`net_server`, say), it prints until Ctrl-C:
//!
//! ```sh
//! cargo run --features net --example remote_listener -- 127.0.0.1:4333
//! cargo run --features net --example remote_listener -- 127.0.0.1:4333 --sender log --count 10
//! cargo run --features net --example remote_listener -- /tmp/fanfare.sock --event '#connect' --event '#disconnect'
//! ```

use std::env;
use std::error::Error;
use std::process::{ExitCode, Stdio};

#[cfg(unix)]
use fanfare::net::unix;
use fanfare::net::{ClientRouter, Dialer, ServerRouter, tcp};
use fanfare::router::Router;
use futures_lite::io::BufReader;
use futures_lite::{AsyncBufReadExt, AsyncRead, StreamExt};
use lexopt::prelude::*;
use serde_json::{Value as Json, json};
use smol::process::Command;

const USAGE: &str = "\
Usage: remote_listener [--sender NAME].. [--event NAME].. [--count COUNT] ADDRESS

  ADDRESS          HOST:PORT, or the path of a Unix socket

      --sender     listens to this sender; default: to all
      --event      listens to this event; default: to all
      --count      ends after so many messages

Without arguments it shows itself and ends.
";

type Failed = Box<dyn Error + Send + Sync>;

#[derive(Default)]
struct Options {
    address: String,
    senders: Vec<String>,
    events: Vec<String>,
    count: Option<usize>,
}

fn options() -> Result<Options, lexopt::Error> {
    let mut options = Options::default();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("sender") => options.senders.push(arguments.value()?.string()?),
            Long("event") => options.events.push(arguments.value()?.string()?),
            Long("count") => options.count = Some(arguments.value()?.parse()?),
            Value(address) if options.address.is_empty() => options.address = address.string()?,
            _ => return Err(argument.unexpected()),
        }
    }
    if options.address.is_empty() {
        return Err("an address is needed".into());
    }
    Ok(options)
}

/// How an address is dialed: a Unix socket has a path.
fn dialer(address: &str) -> Box<dyn Dialer> {
    #[cfg(unix)]
    if address.contains('/') {
        return Box::new(unix::dial(address));
    }
    Box::new(tcp::dial(address))
}

async fn listen(options: Options) -> Result<(), Failed> {
    let Options {
        address,
        senders,
        events,
        count,
    } = options;
    let client = ClientRouter::<Json>::builder()
        .connect(dialer(&address))
        .start()
        .await?;
    client
        .status()
        .connect_sync(|status| eprintln!("connection: {status}"))
        .await;
    // What is not said is any.
    let mut messages = client.subscribe();
    if !senders.is_empty() {
        messages = messages.senders(senders);
    }
    if !events.is_empty() {
        messages = messages.events(events);
    }
    if let Some(count) = count {
        messages = messages.times(count);
    }
    let mut messages = messages.await?;
    // The server has it: what is sent from now on is heard.
    println!("listening");
    while let Ok(m) = messages.recv().await {
        println!("{} {} {}", m.sender(), m.event(), **m);
    }
    client.drain().await?;
    Ok(())
}

/// What the listener prints next.
async fn next_of<R: AsyncRead + Unpin>(
    lines: &mut futures_lite::io::Lines<BufReader<R>>,
) -> Result<(), Failed> {
    let line = lines.next().await.ok_or("the listener has ended")??;
    println!("  listener: {line}");
    Ok(())
}

/// Somebody who comes, tells how warm it is, and goes.
async fn come_and_go(address: &str, degrees: f64) -> Result<(), Failed> {
    let client = ClientRouter::builder()
        .connect(tcp::dial(address))
        .start()
        .await?;
    let sender = client
        .sender("thermometer")
        .events(["temperature", "#alarm"])
        .register()
        .await?;
    sender.send("temperature", json!(degrees)).await?;
    if degrees > 30.0 {
        sender.send("#alarm", json!("too hot")).await?;
    }
    drop(sender);
    client.drain().await?;
    Ok(())
}

async fn show() -> Result<(), Failed> {
    // Who comes and goes is told as messages because of `announce`.
    let router = Router::<Json>::builder().announce().build();
    let listener = tcp::bind("127.0.0.1:0").await?;
    let server = ServerRouter::builder(router)
        .listen(listener)
        .start()
        .await?;
    let address = &server.addresses()[0];
    let mut listener = Command::new(env::current_exe()?)
        .args([address, "--sender", "thermometer", "--count", "7"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let output = listener.stdout.take().ok_or("it was to have one")?;
    let mut lines = BufReader::new(output).lines();

    println!("a listener, and nobody to listen to");
    next_of(&mut lines).await?;
    println!("a sender comes and goes");
    come_and_go(address, 21.5).await?;
    for _ in 0..3 {
        next_of(&mut lines).await?;
    }
    println!("and once more");
    come_and_go(address, 31.0).await?;
    for _ in 0..4 {
        next_of(&mut lines).await?;
    }
    assert!(listener.status().await?.success());
    server.stop().await?;
    Ok(())
}

fn main() -> ExitCode {
    let done = if env::args_os().len() == 1 {
        smol::block_on(show())
    } else {
        match options() {
            Ok(options) => smol::block_on(listen(options)),
            Err(error) => {
                eprint!("remote_listener: {error}\n{USAGE}");
                return ExitCode::from(2);
            }
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("remote_listener: {error}");
            ExitCode::FAILURE
        }
    }
}
