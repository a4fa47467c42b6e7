//! The command line.

use lexopt::prelude::*;
use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
Usage: chat serve HOST:PORT DIR NAME..
       chat join HOST:PORT DIR NAME [--room ROOM]

  DIR      where the server has its certificate and the tokens of its users: what is missing there it makes; who
           joins needs ca.pem and NAME.token of it
  NAME     a user, in small letters; the first is the moderator

What is typed where one has joined is said, but for /who, /leave, and of the moderator /mute NAME and /unmute NAME.
The server knows who, kick NAME and stop. Without arguments the chat talks to itself.
";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Serve(Serve),
    Join(Join),
    Play,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Serve {
    pub(crate) address: String,
    pub(crate) directory: PathBuf,
    pub(crate) names: Vec<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Join {
    pub(crate) address: String,
    pub(crate) directory: PathBuf,
    pub(crate) name: String,
    pub(crate) room: String,
}

/// The program's name is not among these.
pub(crate) fn parse(
    args: impl IntoIterator<Item = impl Into<OsString>>,
) -> Result<Command, lexopt::Error> {
    let mut words = Vec::new();
    let mut room = None;
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Long("room") => room = Some(name(parser.value()?.string()?)?),
            Value(word) => words.push(word.string()?),
            _ => return Err(arg.unexpected()),
        }
    }
    let mut words = words.into_iter();
    let Some(command) = words.next() else {
        return Ok(Command::Play);
    };
    let (Some(address), Some(directory)) = (words.next(), words.next()) else {
        return Err("an address and a directory are needed".into());
    };
    let directory = directory.into();
    let mut names: Vec<_> = words.map(name).collect::<Result<_, _>>()?;
    match (&*command, names.len()) {
        ("serve", 1..) if room.is_none() => Ok(Command::Serve(Serve {
            address,
            directory,
            names,
        })),
        ("join", 1) => Ok(Command::Join(Join {
            address,
            directory,
            name: names.remove(0),
            room: room.unwrap_or_else(|| "lobby".to_owned()),
        })),
        _ => Err("that is none of these:".into()),
    }
}

/// Names become files, senders and patterns of rights: they are plain.
fn name(text: String) -> Result<String, lexopt::Error> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase());
    if is_plain && text != crate::moderation::NAME {
        return Ok(text);
    }
    Err(format!(
        "{text:?} is no name: small letters are, but for `{}`",
        crate::moderation::NAME
    )
    .into())
}
