//! The three runtimes: all that is different between them is in this file.

use fanfare::SignalBuilder;
use std::fmt;
use std::future::Future;
use std::io;
use std::str::FromStr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    Smol,
    Tokio,
    AsyncStd,
}

impl Runtime {
    pub(crate) const ALL: [Runtime; 3] = [Self::Smol, Self::Tokio, Self::AsyncStd];

    fn name(self) -> &'static str {
        match self {
            Self::Smol => "smol",
            Self::Tokio => "tokio",
            Self::AsyncStd => "async-std",
        }
    }

    pub(crate) fn block_on<T>(self, work: impl Future<Output = T>) -> io::Result<T> {
        Ok(match self {
            Self::Smol => smol::block_on(work),
            Self::Tokio => tokio::runtime::Runtime::new()?.block_on(work),
            Self::AsyncStd => async_std::task::block_on(work),
        })
    }

    /// Has the signal's async callbacks run here. A closure is all it takes; for smol and tokio, features of fanfare
    /// have one ready-made.
    pub(crate) fn spawner<P, R, K>(self, signal: SignalBuilder<P, R, K>) -> SignalBuilder<P, R, K> {
        match self {
            #[cfg(feature = "smol")]
            Self::Smol => signal.spawner(fanfare::Smol),
            #[cfg(not(feature = "smol"))]
            Self::Smol => signal.spawner(|task| smol::spawn(task).detach()),
            Self::Tokio => signal.spawner(|task| {
                tokio::spawn(task);
            }),
            Self::AsyncStd => signal.spawner(|task| {
                async_std::task::spawn(task);
            }),
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Runtime {
    type Err = &'static str;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|runtime| runtime.name() == name)
            .ok_or("there is smol, tokio or async-std")
    }
}
