//! A router of which another process has the better part: [`ClientRouter`].
//!
//! Listeners of a client are those of a router of its own, which is a mirror: what comes from the server is sent on there. Senders are those of
//! another, which replies to what the server asks. `Places` and `Names` know what the server has to know of both, and what it does know; one
//! task, the keeper, connects, tells the server what has changed, and connects again. So however a listener comes or goes, the server has
//! what there is to be had.

mod builder;
mod connect;
mod core;
mod handle;
mod hearing;
mod held;
mod import;
mod imported;
mod inbound;
mod keeper;
mod life;
mod listen;
mod names;
mod places;
mod register;
mod request;
mod send;
mod sender;
mod status;
mod subscribe;
mod telling;
mod unheard;
mod weak;

pub use builder::ClientRouterBuilder;
pub use handle::ClientRouter;
pub use import::ImportBuilder;
pub use imported::Import;
pub use life::ClientDrain;
pub use listen::RemoteListen;
pub use register::{RemoteRegister, RemoteSenderBuilder};
pub use request::RemoteRequest;
pub use send::RemoteSend;
pub use sender::RemoteSender;
pub use status::Status;
pub use subscribe::RemoteSubscribe;
pub use unheard::{ListenError, ListenProblem};
pub use weak::WeakClientRouter;
