//! A sender with a server in another process: each line that comes in is an event, and what came last can be asked for.
//!
//! `cargo run --features net --example remote_sender` shows itself: it is the server, and starts itself as the sender. Where there is a server
//! (`net_server`, say):
//!
//! ```sh
//! tail -f /var/log/syslog | cargo run --features net --example remote_sender -- 127.0.0.1:4333 log
//! cargo run --features net --example remote_listener -- 127.0.0.1:4333 --sender log
//! cargo run --features net --example client_request -- 127.0.0.1:4333 log last 3
//! ```

use std::collections::VecDeque;
use std::env;
use std::error::Error;
use std::io;
use std::process::{ExitCode, Stdio};
use std::sync::{Arc, Mutex, MutexGuard};

#[cfg(unix)]
use fanfare::net::unix;
use fanfare::net::{ClientRouter, Dialer, RemoteSender, ServerRouter, tcp};
use fanfare::router::{Call, HandlerError, Router, SendProblem};
use futures_lite::future::or;
use futures_lite::io::BufReader;
use futures_lite::{AsyncBufReadExt, AsyncWriteExt, StreamExt};
use serde::{Deserialize, Serialize};
use smol::Unblock;
use smol::process::{ChildStdin, Command};

const USAGE: &str = "\
Usage: remote_sender ADDRESS NAME < LINES

  ADDRESS   HOST:PORT, or the path of a Unix socket
  NAME      what the sender is called

Without arguments it shows itself and ends.
";

type Failed = Box<dyn Error + Send + Sync>;

/// What this sender sends, is asked and replies. The server and others may have other types, so that they fit the same JSON: `net_server`
/// takes any.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Payload {
    Line { number: usize, text: String },
    Lines(Vec<String>),
    Count(usize),
    Nothing,
}

/// The last lines, and how many there were.
#[derive(Default)]
struct Tail {
    lines: VecDeque<String>,
    count: usize,
}

const KEPT: usize = 100;

struct Log(Mutex<Tail>);

impl Log {
    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.0.lock().expect("nobody panics")
    }

    fn push(&self, text: &str) -> Payload {
        let mut tail = self.tail();
        if tail.lines.len() == KEPT {
            tail.lines.pop_front();
        }
        tail.lines.push_back(text.to_owned());
        tail.count += 1;
        Payload::Line {
            number: tail.count,
            text: text.to_owned(),
        }
    }

    fn count(&self, _: &Call<Payload>) -> Payload {
        Payload::Count(self.tail().count)
    }

    /// What goes wrong here reaches who asks, in whichever process.
    fn last(&self, call: &Call<Payload>) -> Result<Payload, HandlerError> {
        let count = match **call {
            Payload::Nothing => 10,
            Payload::Count(count) => count,
            _ => return Err("how many lines? a number is needed, or nothing".into()),
        };
        let lines = &self.tail().lines;
        let last = lines.iter().skip(lines.len().saturating_sub(count));
        Ok(Payload::Lines(last.cloned().collect()))
    }
}

/// How an address is dialed: a Unix socket has a path.
fn dialer(address: &str) -> Box<dyn Dialer> {
    #[cfg(unix)]
    if address.contains('/') {
        return Box::new(unix::dial(address));
    }
    Box::new(tcp::dial(address))
}

/// Sends, and where the connection is lost, when it is made again: what could not be sent comes back with the error.
async fn send(sender: &RemoteSender<Payload>, mut line: Payload) -> Result<(), Failed> {
    loop {
        let Err(error) = sender.send("line", line).await else {
            return Ok(());
        };
        if error.problem() != SendProblem::Offline || !sender.client().connected().await {
            return Err(error.into());
        }
        line = error.into_payload().ok_or("what was not sent comes back")?;
    }
}

/// Sends what comes in until nothing more does.
async fn pass_on(address: &str, name: &str) -> Result<(), Failed> {
    let client = ClientRouter::builder()
        .connect(dialer(address))
        .start()
        .await?;
    client
        .status()
        .connect_sync(|status| eprintln!("connection: {status}"))
        .await;
    let log = Arc::new(Log(Mutex::default()));
    let sender = client
        .sender(name)
        .event("line")
        .on_request_method_sync("last", &log, Log::last)
        .on_request_method_sync("count", &log, Log::count)
        .register()
        .await?;
    let mut lines = BufReader::new(Unblock::new(io::stdin())).lines();
    while let Some(line) = lines.next().await {
        let line = log.push(&line?);
        send(&sender, line).await?;
    }
    // With its last handle the sender goes; what it has sent is written first.
    drop(sender);
    client.drain().await?;
    Ok(())
}

/// The server's side of it: to those in its process the sender is one like others.
async fn hear(router: &Router<Payload>, mut input: ChildStdin) -> Result<(), Failed> {
    let mut comings = router.presence().subscribe().await;
    let mut lines = router.subscribe().sender("log").event("line").await;
    println!("{}", **comings.recv().await?);
    for text in ["the door opens", "somebody comes in", "the door closes"] {
        input.write_all(format!("{text}\n").as_bytes()).await?;
        input.flush().await?;
        println!("  {:?}", **lines.recv().await?);
    }
    for (method, params) in [("count", Payload::Nothing), ("last", Payload::Count(2))] {
        let reply = router.request("log", method, params).await?;
        println!("{method}: {reply:?}");
    }
    let wrong = router
        .request("log", "last", Payload::Lines(Vec::new()))
        .await;
    println!("{}", wrong.expect_err("that is no number"));
    drop(input);
    println!("{}", **comings.recv().await?);
    Ok(())
}

async fn show() -> Result<(), Failed> {
    let router = Router::new();
    let listener = tcp::bind("127.0.0.1:0").await?;
    let server = ServerRouter::builder(router.clone())
        .listen(listener)
        .start()
        .await?;
    let mut sender = Command::new(env::current_exe()?)
        .args([&*server.addresses()[0], "log"])
        .stdin(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let input = sender.stdin.take().ok_or("it was to have one")?;
    let ended = async { Err(format!("it has ended: {}", sender.status().await?).into()) };
    or(hear(&router, input), ended).await?;
    assert!(sender.status().await?.success());
    server.stop().await?;
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let done = match &*arguments {
        [] => smol::block_on(show()),
        [address, name] if !address.starts_with('-') => smol::block_on(pass_on(address, name)),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("remote_sender: {error}");
            ExitCode::FAILURE
        }
    }
}
