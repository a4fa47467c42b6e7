//! Carriers within one process.

mod listener;

pub use listener::{LocalDialer, LocalListener, listen};

use std::collections::VecDeque;
use std::fmt;

use event_listener::Event;

use super::{Carrier, CarrierError, PeerInfo};
use crate::net::frame::MAX_FRAME;
use crate::spawn::BoxFuture;
use crate::sync::{Arc, Lock};

/// How many frames wait each way.
const CAPACITY: usize = 64;

/// Two carriers, each other's other side.
///
/// # Examples
/// ```
/// # futures_lite::future::block_on(async {
/// use fanfare::net::{Carrier, local};
///
/// let (one, two) = local::pair();
/// one.send(b"hello".to_vec()).await?;
/// assert_eq!(two.recv().await?, b"hello");
/// one.close().await;
/// assert!(two.recv().await.unwrap_err().is_ended());
/// # Ok::<(), fanfare::net::CarrierError>(()) }).unwrap();
/// ```
#[must_use]
pub fn pair() -> (LocalCarrier, LocalCarrier) {
    let [there, back] = [Arc::new(Pipe::new()), Arc::new(Pipe::new())];
    let one = LocalCarrier {
        to: Arc::clone(&there),
        from: Arc::clone(&back),
    };
    (
        one,
        LocalCarrier {
            to: back,
            from: there,
        },
    )
}

/// One side of a [`pair`]. Dropping it ends the pair.
pub struct LocalCarrier {
    to: Arc<Pipe>,
    from: Arc<Pipe>,
}

/// Frames on their way in one direction.
struct Pipe {
    state: Lock<State>,
    /// Each rung after the state has changed, outside of its lock.
    has_come: Event,
    has_room: Event,
}

#[derive(Default)]
struct State {
    frames: VecDeque<Vec<u8>>,
    is_ended_by_sender: bool,
    is_ended_by_receiver: bool,
}

impl Pipe {
    fn new() -> Self {
        Self {
            state: Lock::new(State::default()),
            has_come: Event::new(),
            has_room: Event::new(),
        }
    }

    async fn push(&self, frame: Vec<u8>) -> Result<(), CarrierError> {
        let mut frame = Some(frame);
        while !self.try_push(&mut frame)? {
            let room = self.has_room.listen();
            if self.try_push(&mut frame)? {
                break;
            }
            room.await;
        }
        self.has_come.notify_additional(1);
        Ok(())
    }

    fn try_push(&self, frame: &mut Option<Vec<u8>>) -> Result<bool, CarrierError> {
        let mut state = self.state.hold();
        if state.is_ended_by_sender {
            return Err(CarrierError::closed());
        }
        if state.is_ended_by_receiver {
            return Err(CarrierError::ended());
        }
        if state.frames.len() < CAPACITY {
            state.frames.extend(frame.take());
        }
        Ok(frame.is_none())
    }

    async fn pop(&self) -> Result<Vec<u8>, CarrierError> {
        let frame = loop {
            if let Some(frame) = self.try_pop()? {
                break frame;
            }
            let come = self.has_come.listen();
            if let Some(frame) = self.try_pop()? {
                break frame;
            }
            come.await;
        };
        self.has_room.notify_additional(1);
        Ok(frame)
    }

    fn try_pop(&self) -> Result<Option<Vec<u8>>, CarrierError> {
        let mut state = self.state.hold();
        if state.is_ended_by_receiver {
            return Err(CarrierError::closed());
        }
        match state.frames.pop_front() {
            None if state.is_ended_by_sender => Err(CarrierError::ended()),
            frame => Ok(frame),
        }
    }

    fn end(&self, set: impl FnOnce(&mut State)) {
        set(&mut self.state.hold());
        self.has_come.notify(usize::MAX);
        self.has_room.notify(usize::MAX);
    }
}

impl LocalCarrier {
    fn end(&self) {
        self.to.end(|state| state.is_ended_by_sender = true);
        self.from.end(|state| {
            state.is_ended_by_receiver = true;
            state.frames.clear();
        });
    }
}

impl Carrier for LocalCarrier {
    fn send(&self, frame: Vec<u8>) -> BoxFuture<'_, Result<(), CarrierError>> {
        Box::pin(self.to.push(frame))
    }

    fn recv(&self) -> BoxFuture<'_, Result<Vec<u8>, CarrierError>> {
        Box::pin(self.from.pop())
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        self.end();
        Box::pin(std::future::ready(()))
    }

    fn info(&self) -> PeerInfo {
        PeerInfo::new("this process").with_max_frame(MAX_FRAME)
    }
}

impl Drop for LocalCarrier {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for LocalCarrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCarrier")
            .field("to", &self.to.state.hold().frames.len())
            .field("from", &self.from.state.hold().frames.len())
            .finish()
    }
}
