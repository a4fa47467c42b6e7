//! What is known of a sender, in the form that the original sends with `#connect` and `#disconnect`.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use serde_json::Value;

use super::info::SenderInfo;
use super::route::{CONNECT, DISCONNECT, is_of_router};

/// `{"events": ["#connect", "#disconnect", ..], "requests": [..]}`: all that can be listened to, and what can be requested, with a
/// `null` in it where there is a handler for all other requests, or as a whole where there are none.
#[cfg_attr(docsrs, doc(cfg(any(feature = "serde", feature = "net"))))]
impl Serialize for SenderInfo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut data = serializer.serialize_struct("SenderInfo", 2)?;
        data.serialize_field("events", &self.all_events())?;
        data.serialize_field("requests", &self.all_requests())?;
        data.end()
    }
}

/// The same as a value.
#[cfg_attr(docsrs, doc(cfg(any(feature = "serde", feature = "net"))))]
impl From<SenderInfo> for Value {
    fn from(info: SenderInfo) -> Self {
        serde_json::json!({
            "events": info.all_events(),
            "requests": info.all_requests(),
        })
    }
}

impl SenderInfo {
    fn all_events(&self) -> Vec<&str> {
        let declared = self.events().filter(|event| !is_of_router(event));
        [CONNECT, DISCONNECT].into_iter().chain(declared).collect()
    }

    fn all_requests(&self) -> Option<Vec<Option<&str>>> {
        let methods = self.requests()?.map(Some);
        let any = self.takes_any_request().then_some(None);
        Some(methods.chain(any).collect())
    }
}
