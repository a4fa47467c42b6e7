//! What goes around: of messages, of requests and of replies.

use fanfare::router::SenderInfo;
use serde::{Deserialize, Serialize};

/// As JSON: `{"said":"hello"}`, `{"whom":"bob"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Words {
    /// In a room.
    Said(String),
    /// Somebody whom it is about.
    Whom(String),
    /// Somebody about whom somebody has said something.
    By {
        whom: String,
        by: String,
    },
    /// The rooms that somebody speaks in, who comes or goes.
    Rooms(Vec<String>),
    Done,
}

/// What comes with `#connect` and `#disconnect`. A room is an event with a `#`: a channel.
impl From<SenderInfo> for Words {
    fn from(info: SenderInfo) -> Self {
        let rooms = info.events().filter_map(|event| event.strip_prefix('#'));
        Self::Rooms(rooms.map(str::to_owned).collect())
    }
}
