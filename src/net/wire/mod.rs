//! The protocol: what peers say to each other, as types.
//!
//! It is that of `pysig`, and some more. A *call* names a method and its parameters; a *reply* bears the id of its call, exactly as it
//! came. In JSON:
//!
//! ```json
//! {"id":1,"method":"request","params":{"sender":"thermometer","method":"read","params":{}},"deadline":9500}
//! {"id":1,"status":0,"response":21.5}
//! {"id":2,"status":-2,"exception":"no sender is named \"barometer\"","code":"unknown_sender"}
//! ```
//!
//! | method | parameters | response | from |
//! |---|---|---|---|
//! | `get_version` | | text | the original |
//! | `list_senders` | `list_events`? | list of `{sender, connected, events?: [{event}]}` | the original |
//! | `add_sender` | `sender`, `events` (a list, or one), `requests`? (a list; null in it is the default handler) | null | the original |
//! | `remove_sender` | `sender` | null | the original |
//! | `add_listener` | `sender`?, `event`? | `{listener_id}` | the original |
//! | `remove_listener` | `listener_id` | null | the original |
//! | `signal` | `listener_id`?, `info: {sender, event}`, `data` | null | the original |
//! | `request` | `sender`, `method`, `params` | whatever the sender replies | the original |
//! | `add_import` | `signal`, `import`: a number of the caller's, `keys`?, `senders`? | `{listener_id}` | here |
//! | `imported` | `import`, `keys`?, `senders`?, `data` | | here |
//! | `hello` | `protocol`, `codec`, `window`?, `token`?, `session`? | `{protocol, window}` | here |
//! | `listener_ended` | `listener_id`, `reason` | | here |
//! | `sender_ended` | `sender`, `reason` | | here |
//! | `cancel` | `id`: the call that nobody waits for any more | | here |
//! | `ping`, `pong` | | | here |
//! | `close` | `reason` | | here |
//!
//! **Status.** 0: done. -1: no such method. -2: it failed, and `exception` says why; `code` says it in a word. -3: the call named no
//! method. **Window**: how many calls of the other side may be without a
//! reply; further ones wait. **Deadline**: for how many milliseconds the caller will still wait, at the time of sending; a call whose time is up is dropped.
//!
//! **Who speaks what.** The side that has connected says `hello` first. A peer that has not is *plain*: it is sent nothing but what the
//! original knows, a call at a time and apart from replies (the original takes each read for one message), and its calls without an id are
//! answered, with null as the id. Between peers that have said hello a call without an id wants no reply, and those marked "here"
//! never have one, `hello` and `add_import` aside. Parameters that are not known are passed over, by both.

mod borrowed;
mod call;
mod format;
mod id;
mod keys;
mod message;
mod method;
mod params;
mod response;
mod status;
mod token;
mod written;

pub(crate) use borrowed::{ImportedOf, RequestOf, SignalOf};
pub use call::{Call, Name};
pub(crate) use format::Format;
pub use format::Wire;
pub use id::Id;
pub(crate) use message::{CallOf, ReplyOf};
pub use message::{Message, Received};
pub use response::{Expect, Response, SenderEntry};
pub use status::{Code, RemoteError, Status};
pub use token::Token;
pub(crate) use written::Said;

/// The version of the protocol that is spoken here, which `hello` tells.
pub const PROTOCOL: u32 = 1;
