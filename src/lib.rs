//! Typed, async signals with sender and key filters, on any executor.
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod signal;
pub mod spawn;
mod sync;

pub use signal::{
    AsSender, BlockGuard, Callback, Cause, ConnectBuilder, Connection, ConnectionId, Delivery,
    DisconnectBuilder, Event, Failure, IntoSender, Key, Panic, Report, Schedule, ScopedConnection,
    SendBuilder, SenderId, Signal, SignalBuilder, SignalId, SignalInfo, WeakSignal, by_address,
};
pub use spawn::{Executor, Inline, Spawner};

#[cfg(feature = "smol")]
pub use spawn::Smol;
#[cfg(feature = "tokio")]
pub use spawn::Tokio;

/// The futures behind `.await`, by name, for who stores one or polls it by hand.
pub mod futures {
    pub use crate::signal::{
        ConnectFuture, DeliveryJoin, DisconnectAndWait, DisconnectFuture, FoldFuture, JoinFuture,
        SendFuture,
    };
}

/// Types and traits that stand in signatures and that nobody has to name.
pub mod types {
    pub use crate::signal::{
        CallbackFuture, Diverges, First, Fold, Folder, Method, Returns, SyncReply, TryFold,
    };
}
