//! A chat over TLS: rooms are channels, users are senders with a token each, and a moderator takes the word from who abuses it.
//!
//! `cargo run --features tls --example chat` plays a conversation of four processes, itself among them, and prints what each saw. To talk
//! oneself, in a terminal each:
//!
//! ```sh
//! cargo run --features tls --example chat -- serve 127.0.0.1:4334 /tmp/chat ada bob eve
//! cargo run --features tls --example chat -- join 127.0.0.1:4334 /tmp/chat ada
//! cargo run --features tls --example chat -- join 127.0.0.1:4334 /tmp/chat bob --room garden
//! ```
//!
//! `server.rs` says who may do what, `guest.rs` is a client, `keys.rs` makes certificates and tokens; `stage.rs` and `play.rs` are the
//! conversation.

mod args;
mod console;
mod guest;
mod keys;
mod moderation;
mod play;
mod server;
mod stage;
#[cfg(test)]
mod tests;
mod words;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use args::Command;
use console::{Input, Output};

/// What goes wrong in the end: it is only printed.
type Failed = Box<dyn Error + Send + Sync>;

/// What each process of the chat does.
async fn run(command: Command, input: Input, output: Output) -> Result<(), Failed> {
    match command {
        Command::Serve(serve) => server::serve(serve, input, output).await,
        Command::Join(join) => guest::join(join, input, output).await,
        Command::Play => play_in_processes().await,
    }
}

async fn play_in_processes() -> Result<(), Failed> {
    let played = play::play(stage::process).await?;
    for line in played {
        println!("{line}");
    }
    Ok(())
}

fn main() -> ExitCode {
    let command = match args::parse(env::args_os().skip(1)) {
        Ok(command) => command,
        Err(error) => {
            eprint!("chat: {error}\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    match smol::block_on(run(command, console::typed(), console::printed())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("chat: {error}");
            ExitCode::FAILURE
        }
    }
}
