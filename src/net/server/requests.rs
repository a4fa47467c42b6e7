//! What one peer asks.

use std::time::Duration;

use super::peer::Peer;
use crate::net::acl::Right;
use crate::net::errors;
use crate::net::link::Answer;
use crate::net::wire::{Code, RemoteError, Response};

impl<V: Send + Sync + 'static> Peer<V> {
    /// Beside whatever else goes on. Dropped where it waits, whoever is asked drops what he does for it.
    pub(super) fn request(
        &self,
        sender: String,
        method: String,
        params: V,
        deadline: Option<Duration>,
    ) -> Answer<V> {
        if !self.permits(Right::Request, &sender, &method) {
            let message = format_args!("this peer may not request `{method}` of `{sender}`");
            return Answer::Now(Err(RemoteError::failed(Code::Refused, message)));
        }
        let (router, under_way) = (self.router.clone(), self.under_way.begin());
        let caller = self.caller();
        // Who does not say how long he waits does not wait for ever.
        let left = deadline.unwrap_or(self.limits.request_timeout);
        Answer::Beside(Box::pin(async move {
            let _under_way = under_way;
            let asked = router.request(sender, method, params);
            let asked = asked.timeout(left).by(caller).await;
            asked.map(Response::Value).map_err(errors::of_request)
        }))
    }
}
