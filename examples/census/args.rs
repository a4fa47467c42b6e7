//! The command line.

use crate::runtime::Runtime;
use lexopt::prelude::*;
use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
Counts the files of a directory by language: one signal a file, many callbacks.

Usage: census [OPTIONS] [DIR]

  DIR                  where to begin; default: the current directory

      --runtime NAME   smol (default), tokio or async-std
      --follow         follow symbolic links; a file reached twice counts twice
      --all            also walk .git and directories with a CACHEDIR.TAG (such as Cargo's target)
  -h, --help           print this

Exit status: 0, also where single files could not be read; 2 for a wrong command line.
";

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) root: PathBuf,
    pub(crate) runtime: Runtime,
    pub(crate) follow: bool,
    pub(crate) all: bool,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Request {
    Census(Options),
    Help,
}

/// Reads the command line, the program's name not among `args`.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Request, lexopt::Error> {
    let mut root = None;
    let mut options = Options {
        root: ".".into(),
        runtime: Runtime::Smol,
        follow: false,
        all: false,
    };
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Short('h') | Long("help") => return Ok(Request::Help),
            Long("runtime") => options.runtime = parser.value()?.parse()?,
            Long("follow") => options.follow = true,
            Long("all") => options.all = true,
            Value(dir) if root.is_none() => root = Some(PathBuf::from(dir)),
            _ => return Err(arg.unexpected()),
        }
    }
    options.root = root.unwrap_or(options.root);
    // Asked here, where it is a wrong command line; what fails below it is a problem to list.
    match options.root.metadata() {
        Ok(found) if found.is_dir() => Ok(Request::Census(options)),
        Ok(_) => Err(format!("{} is not a directory", options.root.display()).into()),
        Err(error) => Err(format!("cannot walk \"{}\": {error}", options.root.display()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Request, String> {
        parse(args.iter().map(OsString::from)).map_err(|error| error.to_string())
    }

    fn wrong(args: &[&str]) -> String {
        parsed(args).expect_err("a wrong command line")
    }

    #[test]
    fn defaults_and_flags() {
        let census = |root: &str, runtime, follow, all| {
            Ok(Request::Census(Options {
                root: root.into(),
                runtime,
                follow,
                all,
            }))
        };
        assert_eq!(parsed(&[]), census(".", Runtime::Smol, false, false));
        assert_eq!(
            parsed(&["--runtime", "tokio", "src"]),
            census("src", Runtime::Tokio, false, false)
        );
        assert_eq!(
            parsed(&["--runtime=async-std", "--all", "--follow"]),
            census(".", Runtime::AsyncStd, true, true)
        );
        assert_eq!(parsed(&["no/such/dir", "-h"]), Ok(Request::Help));
    }

    #[test]
    fn mistakes_are_named() {
        assert!(wrong(&["--runtime", "rayon"]).contains("smol, tokio or async-std"));
        assert!(wrong(&["--runtime"]).contains("--runtime"));
        assert!(wrong(&["--rutime"]).contains("--rutime"));
        assert!(wrong(&["a", "b"]).contains("\"b\""));
        assert!(wrong(&["no/such/dir"]).contains("no/such/dir"));
        assert!(wrong(&["Cargo.toml"]).contains("not a directory"));
    }
}
