//! A router over a serial line: a board at one end that takes orders and tells what it does, and who gives them at the other.
//!
//! `cargo run --features net --example serial_line` shows itself over a pseudo-terminal: it is the board, and starts itself at the other end.
//! With two machines, a cable, and the same speed on both (`stty -F /dev/ttyUSB0 115200`):
//!
//! ```sh
//! cargo run --features net --example serial_line -- board /dev/ttyUSB0
//! cargo run --features net --example serial_line -- connect /dev/ttyUSB0
//! ```

#[cfg(unix)]
mod board;
#[cfg(unix)]
mod line;

use std::env;
use std::error::Error;
use std::process::ExitCode;

const USAGE: &str = "\
Usage: serial_line board DEVICE
       serial_line connect DEVICE

Without arguments it shows itself and ends.
";

type Failed = Box<dyn Error + Send + Sync>;

/// Over a pseudo-terminal, which is a line from a program to another that looks like a device.
#[cfg(target_os = "linux")]
async fn show() -> Result<(), Failed> {
    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    let here = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&here)?;
    unlockpt(&here)?;
    let there = ptsname(&here, Vec::new())?.into_string()?;
    // It is there as long as somebody has it open, and raw from the beginning, so that nothing is echoed.
    let _kept = line::open(&there)?;
    let line = line::Line::new("a pseudo-terminal", here.into());
    let other = async {
        let mut other = smol::process::Command::new(env::current_exe()?);
        let status = other.args(["connect", &there]).status().await?;
        assert!(status.success());
        Ok(())
    };
    board::serve(line, other).await
}

#[cfg(not(target_os = "linux"))]
async fn show() -> Result<(), Failed> {
    println!("there are no pseudo-terminals here: a device is needed");
    Ok(())
}

#[cfg(unix)]
async fn run(command: &str, device: &str) -> Result<(), Failed> {
    match command {
        "board" => {
            let line = line::Line::new(device, line::open(device)?);
            board::serve(line, std::future::pending()).await
        }
        _ => board::connect(device).await,
    }
}

#[cfg(not(unix))]
async fn run(_: &str, device: &str) -> Result<(), Failed> {
    Err(format!("{device} cannot be waited for here").into())
}

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let done = match &*arguments {
        [] => smol::block_on(show()),
        [command, device] if ["board", "connect"].contains(&&**command) => {
            smol::block_on(run(command, device))
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("serial_line: {error}");
            ExitCode::FAILURE
        }
    }
}
