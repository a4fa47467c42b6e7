//! Floor 3: topics, and the patterns they match.
//!
//! A [`Topic`] says what a message is about: a list of parts, from the general to the particular. A [`Pattern`] says which
//! topics somebody wants: parts and wildcards. Both are made from text, or from parts one by one.
//!
//! ```
//! use fanfare::hub::{Pattern, Topic};
//!
//! let topic = Topic::new("plant.north.temperature")?;
//! assert!(Pattern::new("plant.*.temperature")?.matches(&topic));
//! assert!(Pattern::new("plant.*")?.matches(&topic)); // a last star stands for one part or more
//! assert!(!Pattern::new("plant.?")?.matches(&topic)); // a question mark for exactly one
//!
//! let station = Topic::from(["plant", "no. 4"]); // any text can be a part
//! assert_eq!(station.child("temperature").to_string(), r"plant.no\. 4.temperature");
//! # Ok::<(), fanfare::hub::TopicError>(())
//! ```
//!
//! # Text
//! Parts are separated by dots.
//!
//! | written | stands for | in `aiopubsub` | NATS | MQTT |
//! |---|---|---|---|---|
//! | `a.b` | the parts `a` and `b` | `Key("a", "b")` | `a.b` | `a/b` |
//! | `a.*.b` | one part in between | `Key("a", "*", "b")` | `a.*.b` | `a/+/b` |
//! | `a.?` | exactly one part after `a` | | `a.*` | `a/+` |
//! | `a.*` | one part or more after `a` | `Key("a", "*")` | `a.>` | `a/+/#` |
//! | `a.**` | `a`, and whatever comes after it | | | `a/#` |
//! | `*` | every topic | `Key("*")` | `>` | `#` |
//!
//! So a star is one part, unless it is the last, as in `aiopubsub`. The question mark is one part wherever it stands. Two
//! stars can only be last; alone, they are what one star is, since no topic is empty. Wildcards stand for whole parts: `temp*`
//! is an error, and so are an empty text and an empty part. A backslash takes the meaning off the next character: `\.` `\*` `\?`
//! `\\`. A part that is empty is written `\e`.
//!
//! Where parts are given one by one (`Topic::from(["a", "*"])`, `Pattern::from(["a", "*"])`, `.part("*")`), nothing in them has a
//! meaning: that star is a character. Wildcards come from text, and from [`one`](Pattern::one), [`rest`](Pattern::rest) and
//! [`any`](Pattern::any).

mod builder;
mod connect;
mod dialect;
mod error;
mod handle;
mod in_use;
mod index;
mod into;
mod life;
mod listen;
mod listeners;
mod message;
mod mqtt;
mod nats;
mod notice;
mod parts;
mod pattern;
mod publish;
mod publisher;
mod request;
mod retained;
#[cfg(feature = "serde")]
mod serial;
mod subscriber;
pub mod testing;
mod text;
mod throttled;
mod topic;
mod trie;
mod unlisten;
mod unsaid;
mod weak;

pub use builder::HubBuilder;
pub use error::{TopicError, TopicProblem};
pub use handle::Hub;
pub use into::{IntoPattern, IntoTopic};
pub use life::HubDrain;
pub use listen::{Listen, ListenFuture};
pub use message::{Body, Message};
pub use notice::Notice;
pub use pattern::{Pattern, PatternPart};
pub use publish::{Publish, PublishError, PublishFuture};
pub use publisher::Publisher;
pub use request::{Request, RequestError};
pub use subscriber::{ConsumeError, Subscribe, Subscriber};
pub use throttled::ThrottledPublisher;
pub use topic::Topic;
pub use unlisten::{Unlisten, UnlistenFuture};
pub use unsaid::SpellingError;
pub use weak::WeakHub;
