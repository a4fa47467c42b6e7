//! Asks any sender of any server from the command line, and prints the reply as JSON.
//!
//! `cargo run --features net --example client_request` shows itself: it starts a server, and itself as a child that asks it. Where there is a
//! server (`net_server`, say):
//!
//! ```sh
//! cargo run --features net --example client_request -- 127.0.0.1:4333 host uptime
//! cargo run --features net --example client_request -- --timeout 0.5 /tmp/fanfare.sock log last '{"lines": 2}'
//! ```

use std::env;
use std::error::Error;
use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

#[cfg(unix)]
use fanfare::net::unix;
use fanfare::net::{ClientRouter, Dialer, ServerRouter, StartError, tcp};
use fanfare::router::{Call, RequestError, RequestProblem, Router};
use lexopt::prelude::*;
use serde_json::{Value as Json, json};
use smol::process::Command;

const USAGE: &str = "\
Usage: client_request [--timeout SECONDS] ADDRESS SENDER METHOD [JSON]

  ADDRESS   HOST:PORT, or the path of a Unix socket
  JSON      what goes with the request; default: null

Exit status: 0 for a reply, 1 for no server, 2 for a wrong command line, 3 for nobody who replies to that, 4 where who
replies has failed, 5 where the time was up, 6 where it is not allowed, 7 where the connection was lost meanwhile.
Without arguments it shows itself.
";

struct Question {
    address: String,
    sender: String,
    method: String,
    params: Json,
    timeout: Option<Duration>,
}

fn question() -> Result<Question, lexopt::Error> {
    let mut timeout = None;
    let mut words = Vec::new();
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("timeout") => {
                let seconds = arguments.value()?.parse()?;
                let time = Duration::try_from_secs_f64(seconds);
                timeout = Some(time.map_err(|error| format!("--timeout {seconds}: {error}"))?);
            }
            Value(word) => words.push(word.string()?),
            _ => return Err(argument.unexpected()),
        }
    }
    let mut words = words.into_iter();
    let (Some(address), Some(sender), Some(method)) = (words.next(), words.next(), words.next())
    else {
        return Err("whom is it to ask for what?".into());
    };
    let params = match words.next() {
        None => Json::Null,
        Some(text) => text
            .parse()
            .map_err(|error| format!("{text} is no JSON: {error}"))?,
    };
    match words.next() {
        Some(more) => Err(format!("too many arguments: {more}").into()),
        None => Ok(Question {
            address,
            sender,
            method,
            params,
            timeout,
        }),
    }
}

/// Why there is no reply.
enum Failed {
    Start(StartError),
    Request(RequestError<Json>),
}

impl Failed {
    fn status(&self) -> u8 {
        match self {
            Self::Start(_) => 1,
            Self::Request(error) => match error.problem() {
                RequestProblem::UnknownSender
                | RequestProblem::NoRequests
                | RequestProblem::UnknownMethod => 3,
                RequestProblem::Failed => 4,
                RequestProblem::TimedOut => 5,
                RequestProblem::Refused | RequestProblem::TooMany => 6,
                RequestProblem::Lost => 7,
                // The connection, and what may be added.
                _ => 1,
            },
        }
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => write!(f, "{error}"),
            Self::Request(error) => write!(f, "{error}"),
        }
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

async fn ask(question: Question) -> Result<Json, Failed> {
    let Question {
        address,
        sender,
        method,
        params,
        timeout,
    } = question;
    let client = ClientRouter::<Json>::builder()
        .connect(dialer(&address))
        .start()
        .await;
    let client = client.map_err(Failed::Start)?;
    let mut request = client.request(sender, method, params);
    if let Some(time) = timeout {
        // Who replies is told how long somebody waits, and is stopped then.
        request = request.timeout(time);
    }
    request.await.map_err(Failed::Request)
}

/// What there is to ask when this shows itself.
async fn calculator() -> Result<ServerRouter<Json>, Box<dyn Error>> {
    let router = Router::<Json>::new();
    let add = |call: &Call<Json>| {
        let numbers = call.as_array().ok_or("a list of numbers is added up")?;
        let sum: Option<f64> = numbers.iter().map(Json::as_f64).sum();
        sum.map(|sum| json!(sum)).ok_or("only numbers are added up")
    };
    let ponder = |_| std::future::pending::<Json>();
    let calculator = router
        .sender("calculator")
        .on_request_sync("add", add)
        .on_request("ponder", ponder);
    let calculator = calculator.register().await?;
    // It stays as long as one of its handles, which this is.
    router
        .presence()
        .connect_sync(move |_| _ = calculator.name())
        .await;
    let listener = tcp::bind("127.0.0.1:0").await?;
    Ok(ServerRouter::builder(router)
        .listen(listener)
        .start()
        .await?)
}

/// Asks as somebody at a terminal would.
async fn show() -> Result<(), Box<dyn Error>> {
    let server = calculator().await?;
    let address = &*server.addresses()[0];
    for (words, expected) in [
        (&[address, "calculator", "add", "[1, 2.5]"][..], 0),
        (&["/nobody/listens/here", "calculator", "add"], 1),
        (&[address, "calculator", "add", "one and two"], 2),
        (&[address, "abacus", "add"], 3),
        (&[address, "calculator", "divide"], 3),
        (&[address, "calculator", "add", r#"[1, "two"]"#], 4),
        (&["--timeout", "0.1", address, "calculator", "ponder"], 5),
    ] {
        println!("$ client_request {}", words.join(" "));
        let asked = Command::new(env::current_exe()?)
            .args(words)
            .output()
            .await?;
        let said = [asked.stdout, asked.stderr].concat();
        print!("{}", String::from_utf8_lossy(&said));
        println!("{}", asked.status);
        assert_eq!(asked.status.code(), Some(expected));
    }
    server.stop().await?;
    Ok(())
}

fn main() -> ExitCode {
    if env::args_os().len() == 1 {
        smol::block_on(show()).expect("it can show itself");
        return ExitCode::SUCCESS;
    }
    let question = match question() {
        Ok(question) => question,
        Err(error) => {
            eprint!("client_request: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match smol::block_on(ask(question)) {
        Ok(reply) => {
            println!("{reply}");
            ExitCode::SUCCESS
        }
        Err(failed) => {
            eprintln!("client_request: {failed}");
            ExitCode::from(failed.status())
        }
    }
}
