//! A census of the files in a directory, by language: one signal a file, many callbacks.
//!
//! `cargo run --release --example census [DIR]`, and `--help` for the rest. `census.rs` sends, `listeners.rs` connects,
//! `runtime.rs` is what the choice of smol, tokio or async-std comes down to.

mod args;
mod census;
mod count;
mod file;
mod flight;
mod language;
mod listeners;
mod page;
mod problem;
mod progress;
mod reader;
mod row;
mod runtime;
#[cfg(test)]
mod scratch;
mod shown;
mod size;
mod table;
#[cfg(test)]
mod tests;
mod walk;
mod walker;

use args::Request;
use std::env;
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = match args::parse(env::args_os().skip(1)) {
        Ok(Request::Census(options)) => options,
        Ok(Request::Help) => return print(args::USAGE),
        Err(error) => {
            complain(format_args!("{error}\n`--help` tells what there is."));
            return ExitCode::from(2);
        }
    };
    match options.runtime.block_on(census::take(&options)) {
        Ok(census) => print(census),
        Err(error) => {
            complain(format_args!("{} does not start: {error}", options.runtime));
            ExitCode::FAILURE
        }
    }
}

/// `println!` would panic where the reader has gone, as in `census | head`; that is nobody's mistake.
fn print(page: impl Display) -> ExitCode {
    let mut out = io::stdout().lock();
    match write!(out, "{page}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complain(format_args!("cannot print: {error}"));
            ExitCode::FAILURE
        }
        _ => ExitCode::SUCCESS,
    }
}

fn complain(about: impl Display) {
    // Where stderr cannot be written either, there is nobody left to tell.
    let _ = writeln!(io::stderr(), "census: {about}");
}
