//! What is typed and printed, by somebody at a terminal or by the play.

use std::io::{self, Write};
use std::sync::Arc;

use futures_lite::io::BufReader;
use futures_lite::stream::Boxed;
use futures_lite::{AsyncBufReadExt, StreamExt};
use smol::Unblock;

/// Lines that come in.
pub(crate) type Input = Boxed<io::Result<String>>;

/// Takes lines that go out, from wherever.
pub(crate) type Output = Arc<dyn Fn(String) + Send + Sync>;

pub(crate) fn typed() -> Input {
    BufReader::new(Unblock::new(io::stdin())).lines().boxed()
}

pub(crate) fn printed() -> Output {
    // Where nobody reads it any more, there is nobody to be told.
    Arc::new(|line| _ = writeln!(io::stdout(), "{line}"))
}
