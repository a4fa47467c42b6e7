//! Waiting until nobody walks, and whom to wait for.

use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::atomic::fence;
use std::task::{Context, Poll};

use event_listener::EventListener;

use super::Registry;
use super::edition::Walked;
use super::list::List;
use super::slot::Slot;
use crate::signal::panic::drop_quietly;
use crate::signal::running::released;
use crate::signal::walk::own_walks;
use crate::sync::{Arc, Ordering, Weak};

/// What sends were walking at one moment.
pub(crate) struct UnderWay {
    walked: Vec<Weak<dyn Walked>>,
    listener: Option<EventListener>,
}

impl<P, R, K> Registry<P, R, K>
where
    P: 'static,
    R: 'static,
    K: Hash + Eq + Send + Sync + 'static,
{
    /// What sends are walking now. Those that begin later are not waited for.
    pub(crate) fn under_way(&self) -> UnderWay {
        let mut walked: Vec<Weak<dyn Walked>> = Vec::new();
        let mut leftovers = Vec::new();
        let book = self.book.hold();
        let mut look = |list: &List<Slot<P, R, K>>| {
            let (retracted, copies) = list.retract_walked();
            leftovers.extend(retracted);
            walked.extend(copies.into_iter().map(|copy| copy as Weak<dyn Walked>));
        };
        look(&self.unfiltered);
        look(&self.loose);
        self.all.get().into_iter().for_each(&mut look);
        let (keys, senders) = (self.keys.paid(), self.senders.paid());
        keys.iter()
            .filter_map(|node| node.members.list())
            .for_each(&mut look);
        senders
            .iter()
            .filter_map(|node| node.members.list())
            .for_each(&mut look);
        // One is the index's, one is here.
        let keys_walked = keys.iter().filter(|node| Arc::strong_count(node) > 2);
        walked.extend(keys_walked.map(|node| Arc::downgrade(node) as Weak<dyn Walked>));
        let senders_walked = senders.iter().filter(|node| Arc::strong_count(node) > 2);
        walked.extend(senders_walked.map(|node| Arc::downgrade(node) as Weak<dyn Walked>));
        drop(book);
        drop_quietly((leftovers, keys, senders));
        UnderWay {
            walked,
            listener: None,
        }
    }

    /// Ready once nobody walks that any more, but this very thread.
    pub(crate) fn poll_walked(&self, under_way: &mut UnderWay, cx: &mut Context<'_>) -> Poll<()> {
        let UnderWay { walked, listener } = under_way;
        // Check, listen, check again, wait.
        loop {
            let mut is_filed = false;
            let book = self.book.hold();
            walked.retain(|copy| {
                let own = own_walks(copy.as_ptr());
                let Some(copy) = copy.upgrade() else {
                    return false;
                };
                let filed = usize::from(copy.is_filed());
                let is_walked = Arc::strong_count(&copy) > own + filed + 1;
                is_filed |= is_walked && filed > 0;
                is_walked
            });
            drop(book);
            if walked.is_empty() {
                *listener = None;
                // The counts are read without order; what the last walk did must be seen all the same.
                fence(Ordering::SeqCst);
                return Poll::Ready(());
            }
            if is_filed {
                // The last to let go of what is still in the index is not the last to hold it, so nobody tells.
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            let Some(mut listening) = listener.take() else {
                *listener = Some(released().listen());
                continue;
            };
            if Pin::new(&mut listening).poll(cx).is_pending() {
                *listener = Some(listening);
                return Poll::Pending;
            }
        }
    }
}

impl<P, R, K> Registry<P, R, K> {
    /// The connections that stand, in order, and those that have ended and whose calls may not have.
    pub(crate) fn members_and_ended(&self) -> Vec<Arc<Slot<P, R, K>>> {
        let mut members = self.members();
        let book = self.book.hold();
        let ended: Vec<_> = book.ended.iter().filter_map(Weak::upgrade).collect();
        drop(book);
        members.extend(ended);
        members
    }

    /// The last handle has gone: stops the calls that were to be stopped then.
    pub(crate) fn cancel_what_is_to_be(&self) {
        let book = self.book.hold();
        let cancels = book.cancels;
        drop(book);
        if !cancels {
            return;
        }
        for slot in self.members_and_ended() {
            let options = slot.options();
            if let Some(flow) = options.as_ref().and_then(|options| options.flow.as_ref()) {
                flow.cancel();
            }
        }
    }
}
