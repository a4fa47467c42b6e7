//! Taking in who connects.

use futures_lite::future::or;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::core::Core;
use super::seats::Seat;
use crate::net::carrier::{Acceptor, Handshake};
use crate::net::link::{Answer, Handler, Link};
use crate::net::under_way::One;
use crate::net::wire::{Call, Code, RemoteError, Token};
use crate::sync::Arc;

/// Accepts until the server closes. That it listens ends when it does not any more: what comes last is dropped first.
pub(super) async fn accept<V>(_listens: One, core: Arc<Core<V>>, acceptor: Acceptor)
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let framing = core.links.accept_framing();
    loop {
        let closed = async {
            core.closed.wait().await;
            None
        };
        let Some(handshake) = or(closed, acceptor.next(framing)).await else {
            return;
        };
        let core_of_task = Arc::clone(&core);
        if let Some(seat) = core.seats.take() {
            core.spawner
                .spawn(Box::pin(greet(core_of_task, handshake, seat)));
        } else if let Some(seat) = core.turned_away.take() {
            core.spawner
                .spawn(Box::pin(turn_away(core_of_task, handshake, seat)));
        }
    }
}

/// In a task of its own: who takes his time with it holds up nobody.
async fn greet<V>(core: Arc<Core<V>>, handshake: Handshake, seat: Seat)
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let carrier = async { handshake.complete(&core.limits, &*core.timer).await.ok() };
    let closed = async {
        core.closed.wait().await;
        None
    };
    if let Some(carrier) = or(closed, carrier).await {
        core.take_in(carrier, seat);
    }
}

/// Tells one for whom there is no place.
async fn turn_away<V>(core: Arc<Core<V>>, handshake: Handshake, _seat: Seat)
where
    V: Serialize + DeserializeOwned + Send + Sync + 'static,
{
    let (links, timer, limits) = (&core.links, &core.timer, &core.limits);
    let told = async {
        if let Ok(carrier) = handshake.complete(limits, &**timer).await {
            let full = Arc::new(Full(limits.max_connections()));
            let link = links.with_handler(full).accept(carrier);
            // Hello is answered, and ends it; who says none has his time for whatever he does.
            or(
                async { drop(link.closed().await) },
                timer.sleep(limits.handshake),
            )
            .await;
            link.abort();
        }
    };
    or(told, core.closed.wait()).await;
}

/// Answers that there is no place.
struct Full(usize);

impl Full {
    fn refused(&self) -> RemoteError {
        let message = format_args!(
            "{} peers are connected, and no more may be; `Limits::connections` sets how many",
            self.0
        );
        RemoteError::failed(Code::TooMany, message)
    }
}

impl<V> Handler<V> for Full {
    fn hello(&self, _: &Link<V>, _: Option<&Token>) -> Result<(), RemoteError> {
        Err(self.refused())
    }

    fn call(&self, _: &Link<V>, _: Call<V>) -> Answer<V> {
        Answer::Now(Err(self.refused()))
    }
}
