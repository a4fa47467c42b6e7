//! What can be asked of a peer.

use serde_json::Value;

use super::id::Id;
use super::method::Method;
use super::params::Params;
use super::status::{Code, RemoteError};
use super::token::Token;

/// The name of a sender, an event or a method of a sender.
pub type Name = String;

/// How many requests a peer takes at a time that does not say.
pub(super) const USUAL_REQUESTS: u32 = 256;

/// A call: one of the protocol's methods, with its parameters. `V` is the type of what signals and requests carry.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Call<V> {
    /// Which version the other side is.
    GetVersion,
    /// Which senders there are.
    ListSenders {
        /// With the events of each.
        list_events: bool,
    },
    /// A sender of the caller's, to be known by this name.
    AddSender {
        /// Its name.
        sender: Name,
        /// What it may send.
        events: Vec<Name>,
        /// What can be requested of it, if anything can; `None` in it stands for whatever is not named.
        requests: Option<Vec<Option<Name>>>,
    },
    /// A sender of the caller's has gone.
    RemoveSender {
        /// Its name.
        sender: Name,
    },
    /// The caller wants to hear of these events.
    AddListener {
        /// Of which sender; any, without.
        sender: Option<Name>,
        /// Of which event; any, without.
        event: Option<Name>,
    },
    /// The caller wants to hear no more.
    RemoveListener {
        /// What [`AddListener`](Self::AddListener) was answered.
        listener_id: u64,
    },
    /// The caller wants to hear of a signal that the other side exports: of those of its events that have one of the keys or one of the senders,
    /// or of all, if neither is said.
    AddImport {
        /// The name that it is exported by.
        signal: Name,
        /// What its events are to be marked with: they may come before the reply.
        import: u64,
        /// Keys, each as `serde` writes it.
        keys: Option<Vec<Value>>,
        /// Names of senders.
        senders: Option<Vec<Name>>,
    },
    /// An event of a signal that the other side has imported.
    Imported {
        /// What [`AddImport`](Self::AddImport) has said.
        import: u64,
        /// Its keys.
        keys: Vec<Value>,
        /// The names of its senders, of those that have one.
        senders: Vec<Name>,
        /// What goes with it.
        data: V,
    },
    /// An event.
    Signal {
        /// Whom it is for; a server is told of events of its peers' senders, without.
        listener_id: Option<u64>,
        /// Who sent it.
        sender: Option<Name>,
        /// Which it is.
        event: Option<Name>,
        /// What goes with it.
        data: V,
    },
    /// A question to a sender.
    Request {
        /// Whom it is for.
        sender: Name,
        /// What is asked.
        method: Name,
        /// With what.
        params: V,
    },
    /// A listener will hear nothing more.
    ListenerEnded {
        /// Which.
        listener_id: u64,
        /// Why, for people.
        reason: String,
    },
    /// A sender of the other side's is not known any more.
    SenderEnded {
        /// Its name.
        sender: Name,
        /// Why, for people.
        reason: String,
    },
    /// The caller is no plain peer.
    Hello {
        /// The protocol's version: [`PROTOCOL`](super::PROTOCOL).
        protocol: u32,
        /// The [name](crate::net::Codec::name) of the codec.
        codec: String,
        /// How many requests the caller takes at a time: more of them have to wait for replies to others. 256 if it does not say.
        requests: u32,
        /// What lets the caller in, where that is asked for.
        token: Option<Token>,
        /// A secret that the caller tells each time it connects: what is left of it of the time before makes way for it.
        session: Option<Token>,
    },
    /// Nobody waits for the reply to this call any more.
    Cancel {
        /// Its id.
        id: Id,
    },
    /// Is anybody there?
    Ping,
    /// Somebody is.
    Pong,
    /// Nothing more will come.
    Close {
        /// Why, for people.
        reason: String,
    },
}

impl<V> Call<V> {
    /// The name on the wire.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::GetVersion => "get_version",
            Self::ListSenders { .. } => "list_senders",
            Self::AddSender { .. } => "add_sender",
            Self::RemoveSender { .. } => "remove_sender",
            Self::AddListener { .. } => "add_listener",
            Self::RemoveListener { .. } => "remove_listener",
            Self::AddImport { .. } => "add_import",
            Self::Imported { .. } => "imported",
            Self::Signal { .. } => "signal",
            Self::Request { .. } => "request",
            Self::ListenerEnded { .. } => "listener_ended",
            Self::SenderEnded { .. } => "sender_ended",
            Self::Hello { .. } => "hello",
            Self::Cancel { .. } => "cancel",
            Self::Ping => "ping",
            Self::Pong => "pong",
            Self::Close { .. } => "close",
        }
    }

    /// Whether a peer that has not said hello can be expected to know it.
    #[must_use]
    pub const fn is_original(&self) -> bool {
        !matches!(
            self,
            Self::AddImport { .. }
                | Self::Imported { .. }
                | Self::ListenerEnded { .. }
                | Self::SenderEnded { .. }
                | Self::Hello { .. }
                | Self::Cancel { .. }
                | Self::Ping
                | Self::Pong
                | Self::Close { .. }
        )
    }
}

impl<V: serde::de::DeserializeOwned> Call<V> {
    pub(super) fn of(Method(method): Method, params: Params<V>) -> Result<Self, RemoteError> {
        let Params {
            sender,
            event,
            listener_id,
            reason,
            ..
        } = params;
        let text = |given: Option<String>, name| given.ok_or_else(|| missing(method, name));
        let number = |given: Option<u64>, name| given.ok_or_else(|| missing(method, name));
        Ok(match method {
            "get_version" => Self::GetVersion,
            "list_senders" => Self::ListSenders {
                list_events: params.list_events,
            },
            "add_sender" => Self::AddSender {
                sender: text(sender, "sender")?,
                events: params.events.ok_or_else(|| missing(method, "events"))?.0,
                requests: params.requests,
            },
            "remove_sender" => Self::RemoveSender {
                sender: text(sender, "sender")?,
            },
            "add_listener" => Self::AddListener { sender, event },
            "remove_listener" => Self::RemoveListener {
                listener_id: number(listener_id, "listener_id")?,
            },
            "add_import" => Self::AddImport {
                signal: text(params.signal, "signal")?,
                import: number(params.import, "import")?,
                keys: params.keys,
                senders: params.senders,
            },
            "imported" => Self::Imported {
                import: number(params.import, "import")?,
                keys: params.keys.unwrap_or_default(),
                senders: params.senders.unwrap_or_default(),
                data: or_null(params.data, method, "data")?,
            },
            "signal" => {
                let info = params.info.ok_or_else(|| missing(method, "info"))?;
                Self::Signal {
                    listener_id,
                    sender: info.sender,
                    event: info.event,
                    data: or_null(params.data, method, "data")?,
                }
            }
            "request" => Self::Request {
                sender: text(sender, "sender")?,
                method: text(params.method, "method")?,
                params: or_null(params.params, method, "params")?,
            },
            "listener_ended" => Self::ListenerEnded {
                listener_id: number(listener_id, "listener_id")?,
                reason: reason.unwrap_or_default(),
            },
            "sender_ended" => Self::SenderEnded {
                sender: text(sender, "sender")?,
                reason: reason.unwrap_or_default(),
            },
            "hello" => Self::Hello {
                protocol: params.protocol.ok_or_else(|| missing(method, "protocol"))?,
                codec: text(params.codec, "codec")?,
                requests: params.window.unwrap_or(USUAL_REQUESTS),
                token: params.token,
                session: params.session,
            },
            "cancel" => Self::Cancel {
                id: params.id.ok_or_else(|| missing(method, "id"))?,
            },
            "ping" => Self::Ping,
            "pong" => Self::Pong,
            "close" => Self::Close {
                reason: reason.unwrap_or_default(),
            },
            _ => return Err(RemoteError::unknown_method()),
        })
    }
}

fn missing(method: &str, name: &str) -> RemoteError {
    RemoteError::failed(
        Code::BadParameters,
        format_args!("{method} needs the parameter {name}"),
    )
}

/// What is left out is null, as it is in the original.
fn or_null<V: serde::de::DeserializeOwned>(
    given: Option<V>,
    method: &str,
    name: &str,
) -> Result<V, RemoteError> {
    given.map_or_else(
        || super::response::null().ok_or_else(|| missing(method, name)),
        Ok,
    )
}
