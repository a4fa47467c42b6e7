//! Where a connection is filed, and what else a send does not look at.

use std::{mem, slice};

use super::edition::{Walked, walked_by_others};
use super::node::Node;
use super::options::Options;
use super::slot::Slot;
use super::watch::Watch;
use crate::signal::callback::Name;
use crate::signal::sender::Address;
use crate::sync::{Arc, Weak};

pub(crate) type KeyNode<P, R, K> = Node<K, Slot<P, R, K>, ()>;
pub(crate) type SenderNode<P, R, K> = Node<Address, Slot<P, R, K>, Arc<Watch>>;

/// A connection's place in the registry. Written under the registry's lock first, and its own.
///
/// Most connections are unfiltered or have one key, and no options: these take no memory of their own. Nodes are held
/// weakly, for they hold their members.
pub(super) enum Record<P, R, K> {
    /// Not taken out, and listening to nothing.
    Nowhere,
    Unfiltered,
    Key(Weak<KeyNode<P, R, K>>),
    More(Box<More<P, R, K>>),
    /// Taken out of the registry for good.
    Gone,
}

pub(super) struct More<P, R, K> {
    /// Replaced as a whole when the callback is connected again.
    options: Option<Arc<Options<P, K>>>,
    /// How the callback is named, if it can be.
    name: Option<Box<Name>>,
    is_unfiltered: bool,
    keys: Vec<Weak<KeyNode<P, R, K>>>,
    senders: Vec<Weak<SenderNode<P, R, K>>>,
    /// What it has left that was being walked at that moment.
    walked: Vec<Weak<dyn Walked>>,
    is_gone: bool,
}

impl<P, R, K> Record<P, R, K> {
    pub(super) fn options(&self) -> Option<&Arc<Options<P, K>>> {
        match self {
            Self::More(more) => more.options.as_ref(),
            _ => None,
        }
    }

    /// Gives the old ones back.
    pub(super) fn replace_options(
        &mut self,
        options: Option<Arc<Options<P, K>>>,
    ) -> Option<Arc<Options<P, K>>> {
        if options.is_none() && self.options().is_none() {
            return None;
        }
        mem::replace(&mut self.more().options, options)
    }

    pub(super) fn set_name(&mut self, name: Box<Name>) {
        self.more().name = Some(name);
    }

    pub(super) fn name(&self) -> Option<&Name> {
        match self {
            Self::More(more) => more.name.as_deref(),
            _ => None,
        }
    }

    pub(super) fn take_name(&mut self) -> Option<Box<Name>> {
        match self {
            Self::More(more) => more.name.take(),
            _ => None,
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        match self {
            Self::More(more) => more.is_gone,
            Self::Gone => true,
            _ => false,
        }
    }

    /// For whoever has taken it out of everything.
    pub(super) fn set_gone(&mut self) {
        match self {
            Self::More(more) => more.is_gone = true,
            _ => *self = Self::Gone,
        }
    }

    /// Whether it listens to nothing.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_unfiltered() && self.keys().is_empty() && self.senders().is_empty()
    }

    pub(super) fn is_unfiltered(&self) -> bool {
        match self {
            Self::Unfiltered => true,
            Self::More(more) => more.is_unfiltered,
            _ => false,
        }
    }

    pub(super) fn set_unfiltered(&mut self, is_unfiltered: bool) {
        match self {
            Self::Nowhere if is_unfiltered => *self = Self::Unfiltered,
            Self::Unfiltered if !is_unfiltered => *self = Self::Nowhere,
            _ => self.more().is_unfiltered = is_unfiltered,
        }
    }

    pub(super) fn keys(&self) -> &[Weak<KeyNode<P, R, K>>] {
        match self {
            Self::Key(node) => slice::from_ref(node),
            Self::More(more) => &more.keys,
            _ => &[],
        }
    }

    pub(super) fn senders(&self) -> &[Weak<SenderNode<P, R, K>>] {
        match self {
            Self::More(more) => &more.senders,
            _ => &[],
        }
    }

    pub(super) fn has_sender(&self, address: Address) -> bool {
        let mut nodes = self.senders().iter().filter_map(Weak::upgrade);
        nodes.any(|node| node.value == address)
    }

    pub(super) fn add_key(&mut self, node: &Arc<KeyNode<P, R, K>>) {
        match self {
            Self::Nowhere => *self = Self::Key(Arc::downgrade(node)),
            _ => self.more().keys.push(Arc::downgrade(node)),
        }
    }

    pub(super) fn add_sender(&mut self, node: &Arc<SenderNode<P, R, K>>) {
        self.more().senders.push(Arc::downgrade(node));
    }

    pub(super) fn remove_key(&mut self, node: &KeyNode<P, R, K>) {
        match self {
            Self::Key(held) if is(held, node) => *self = Self::Nowhere,
            Self::More(more) => more.keys.retain(|held| !is(held, node)),
            _ => {}
        }
    }

    pub(super) fn remove_sender(&mut self, node: &SenderNode<P, R, K>) {
        if let Self::More(more) = self {
            more.senders.retain(|held| !is(held, node));
        }
    }

    /// Whether all it listens to is senders that have died.
    pub(super) fn is_orphaned(&self) -> bool {
        !self.is_empty()
            && !self.is_unfiltered()
            && self.keys().is_empty()
            && !self
                .senders()
                .iter()
                .filter_map(Weak::upgrade)
                .any(|node| node.extra.is_alive())
    }

    pub(super) fn dead_senders(&self) -> Vec<Arc<SenderNode<P, R, K>>> {
        let nodes = self.senders().iter().filter_map(Weak::upgrade);
        nodes.filter(|node| !node.extra.is_alive()).collect()
    }

    /// Remembers where it may still be walked, having left a list.
    pub(super) fn left(&mut self, walked: impl IntoIterator<Item = Weak<dyn Walked>>) {
        let mut walked = walked.into_iter().peekable();
        if walked.peek().is_some() {
            let known = &mut self.more().walked;
            known.retain(|copy| copy.strong_count() > 0);
            known.extend(walked);
        }
    }

    /// If others walk a copy of a list with it in: how many of that copy's walks are this thread's.
    pub(super) fn walked_by_others(&self) -> Option<usize> {
        match self {
            Self::More(more) => walked_by_others(&more.walked),
            _ => None,
        }
    }

    fn more(&mut self) -> &mut More<P, R, K> {
        if !matches!(self, Self::More(_)) {
            let plain = mem::replace(self, Self::Nowhere);
            let is_gone = plain.is_gone();
            let is_unfiltered = plain.is_unfiltered();
            *self = Self::More(Box::new(More {
                options: None,
                name: None,
                is_unfiltered,
                keys: match plain {
                    Self::Key(node) => vec![node],
                    _ => Vec::new(),
                },
                senders: Vec::new(),
                walked: Vec::new(),
                is_gone,
            }));
        }
        match self {
            Self::More(more) => more,
            _ => unreachable!("it has just been made"),
        }
    }
}

fn is<T>(held: &Weak<T>, node: &T) -> bool {
    std::ptr::eq(held.as_ptr(), node)
}
