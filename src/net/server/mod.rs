//! A router that others connect to: [`ServerRouter`].
//!
//! Each who connects becomes a `Peer`, which is the handler of its link, and has its senders and listeners in the server's router as
//! anybody has who is in the process. So who hears what, in which order, and who is asked is decided by the router alone; a peer adds
//! the right to it (`Permits`), and takes all that was his along when he goes.

mod accept;
mod asks;
mod builder;
mod caller;
mod core;
mod door;
mod export;
mod exported;
mod exports;
mod handle;
mod imports;
mod listened;
mod listeners;
mod peer;
mod peers;
mod permit;
mod requests;
mod seats;
mod senders;
mod serves;
mod status;
mod stop;
mod to_peer;
mod view;

pub use builder::ServerRouterBuilder;
pub use caller::Caller;
pub use export::{Export, ExportBuilder, ExportError};
pub use handle::{ServerRouter, WeakServerRouter};
pub use status::ServerStatus;
pub use stop::{Stop, Unanswered};
pub use view::{PeerView, ServerInspection};
