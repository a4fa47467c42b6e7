//! A server over TCP and over a Unix socket at once, with a sender of its own that tells how busy this machine is.
//!
//! `cargo run --features net --example net_server` shows itself: a client comes over each, they ask and listen, and it ends. With an address or
//! two it serves until Ctrl-C, or with `--once` until the first who listens has gone:
//!
//! ```sh
//! cargo run --features net --example net_server -- --tcp 127.0.0.1:4333 --unix /tmp/fanfare.sock
//! # in other terminals, meanwhile:
//! cargo run --features net --example net_client -- 127.0.0.1:4333
//! cargo run --features net --example remote_listener -- /tmp/fanfare.sock
//! cargo run --features net --example remote_sender -- 127.0.0.1:4333 log < README.md
//! cargo run --features net --example client_request -- 127.0.0.1:4333 host uptime
//! ```

use std::error::Error;
use std::fs;
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use async_signal::{Signal as Interrupt, Signals};
#[cfg(unix)]
use fanfare::net::unix;
use fanfare::net::{ClientRouter, Dialer, ServerRouter, tcp};
use fanfare::router::{CONNECT, DISCONNECT, Message, Notice, Presence, Router, Sender};
use futures_lite::StreamExt;
use futures_lite::future::or;
use lexopt::prelude::*;
use serde_json::{Value as Json, json};
use smol::Timer;

const USAGE: &str = "\
Usage: net_server [--tcp HOST:PORT] [--unix PATH] [--once]

Without arguments it shows itself and ends.
";

/// What goes wrong in the end: it is only printed.
type Failed = Box<dyn Error + Send + Sync>;

#[derive(Default)]
struct Options {
    tcp: Option<String>,
    unix: Option<String>,
    once: bool,
}

fn options() -> Result<Options, lexopt::Error> {
    let mut options = Options::default();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("tcp") => options.tcp = Some(arguments.value()?.string()?),
            Long("unix") if cfg!(unix) => options.unix = Some(arguments.value()?.string()?),
            Long("once") => options.once = true,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(options)
}

/// The first number in a file of the kernel's.
fn number_in(path: &str) -> Option<f64> {
    let text = fs::read_to_string(path).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// How many programs want to run, where the system tells.
fn load() -> Json {
    json!(number_in("/proc/loadavg"))
}

/// For how many seconds this machine runs, or else this program.
fn uptime() -> Json {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    json!(number_in("/proc/uptime").unwrap_or_else(|| START.elapsed().as_secs_f64()))
}

/// The server, and the sender that is its own: senders of this process are registered with the router, as if there were no network.
struct Serving {
    server: ServerRouter<Json>,
    host: Sender<Json>,
}

async fn start(options: &Options) -> Result<Serving, Failed> {
    // Whatever others send is passed on: JSON, of which nothing has to be known here. Without `announce` nobody is told `#connect` of whom.
    let router = Router::<Json>::builder().announce().build();
    let host = router
        .sender("host")
        .event("load")
        .on_request_sync("load", |_| load())
        .on_request_sync("uptime", |_| uptime())
        .register()
        .await?;
    let mut server = ServerRouter::builder(router);
    if let Some(address) = &options.tcp {
        server = server.listen(tcp::bind(address).await?);
    }
    #[cfg(unix)]
    if let Some(path) = &options.unix {
        // For this user alone.
        server = server.listen(unix::bind(path).mode(0o600).await?);
    }
    let server = server.start().await?;
    for address in server.addresses() {
        println!("listening at {address}");
    }
    Ok(Serving { server, host })
}

impl Serving {
    /// Prints who connects, which senders come and go, and what is sent.
    async fn print(&self) {
        let router = self.server.router();
        let comes_or_goes = |sender: &Presence| match sender {
            Presence::Connected(sender) => {
                println!(
                    "+ {}: {:?}",
                    sender.name(),
                    sender.events().collect::<Vec<_>>()
                );
            }
            gone => println!("- {}", gone.name()),
        };
        let sent = |m: &Message<Json>| println!("  {} of {}: {}", m.event(), m.sender(), **m);
        let status = self.server.status();
        status.connect_sync(|status| println!("* {status}")).await;
        router
            .presence()
            .connect_sync(move |sender| comes_or_goes(sender))
            .await;
        router
            .connect_sync(sent)
            .when(|m| ![CONNECT, DISCONNECT].contains(&m.event()))
            .await;
    }

    /// Tells the load once a second, for ever.
    async fn tell_load(&self) -> Result<(), Failed> {
        loop {
            self.host.send("load", load()).await?;
            Timer::after(Duration::from_secs(1)).await;
        }
    }

    /// Prints who listens to what; with `once`, until the first goes.
    async fn print_listeners(&self, once: bool) -> Result<(), Failed> {
        let mut notices = self.server.router().notices();
        loop {
            let notice = notices.recv().await?;
            println!("listeners: {notice}");
            if once && matches!(**notice, Notice::Removed { .. }) {
                return Ok(());
            }
        }
    }

    /// Lets nobody in any more, waits for what is under way, and says goodbye.
    async fn stop(self) {
        println!("{}", self.server.inspect());
        match self.server.stop().timeout(Duration::from_secs(5)).await {
            Ok(()) => println!("stopped"),
            Err(unanswered) => println!("stopped: {unanswered}"),
        }
    }
}

async fn interrupted() -> Result<(), Failed> {
    let mut signals = Signals::new([Interrupt::Int, Interrupt::Term])?;
    signals.next().await.transpose()?;
    Ok(())
}

async fn serve(options: &Options) -> Result<(), Failed> {
    let serving = start(options).await?;
    serving.print().await;
    let listeners = serving.print_listeners(options.once);
    or(interrupted(), or(listeners, serving.tell_load())).await?;
    serving.stop().await;
    Ok(())
}

/// What a client does here: it does not matter how it is connected.
async fn visit(server: &Serving, way: &str, dialer: impl Dialer) -> Result<(), Failed> {
    let client = ClientRouter::<Json>::builder()
        .connect(dialer)
        .start()
        .await?;
    let up = client.request("host", "uptime", Json::Null).await?;
    let mut loads = client.subscribe().sender("host").event("load").await?;
    server.host.send("load", load()).await?;
    println!(
        "{way}: up for {up} seconds, the load is {}",
        **loads.recv().await?
    );

    // A sender of a client's is one like others, and goes with its last handle.
    let mut presence = server.server.router().presence().subscribe().await;
    let guest = client.sender(way).event("note").register().await?;
    guest.send("note", json!("thanks")).join().await?;
    drop((guest, loads));
    while presence.recv().await?.is_connected() {}
    client.drain().await?;
    Ok(())
}

async fn show() -> Result<(), Failed> {
    let socket = std::env::temp_dir().join(format!("fanfare-{}.sock", std::process::id()));
    let options = Options {
        tcp: Some("127.0.0.1:0".to_owned()), // a port that is free
        unix: Some(socket.display().to_string()),
        once: false,
    };
    let serving = start(&options).await?;
    serving.print().await;
    visit(
        &serving,
        "over TCP",
        tcp::dial(&serving.server.addresses()[0]),
    )
    .await?;
    #[cfg(unix)]
    visit(&serving, "over a Unix socket", unix::dial(&socket)).await?;
    serving.stop().await;
    Ok(())
}

fn main() -> ExitCode {
    let options = match options() {
        Ok(options) => options,
        Err(error) => {
            eprint!("net_server: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let is_shown = options.tcp.is_none() && options.unix.is_none();
    let done = smol::block_on(async {
        if is_shown {
            show().await
        } else {
            serve(&options).await
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("net_server: {error}");
            ExitCode::FAILURE
        }
    }
}
