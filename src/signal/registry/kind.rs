//! What nodes of keys and nodes of senders do not have in common.

use super::edition::Walked;
use super::filing::Entry;
use super::index::{Filed, Index};
use super::leavings::Leavings;
use super::node::Node;
use super::record::{KeyNode, Record, SenderNode};
use super::slot::Slot;
use super::tally::SomeTally;
use super::watch::Watch;
use crate::signal::sender::Address;
use crate::sync::{Arc, Weak};

pub(super) type NodeOf<X, P, R, K> = Node<<X as Kind<P, R, K>>::Value, Slot<P, R, K>, X>;
pub(super) type IndexOf<X, P, R, K> = Index<<X as Kind<P, R, K>>::Value, Slot<P, R, K>, X>;
pub(super) type EntryOf<X, P, R, K> = Entry<<X as Kind<P, R, K>>::Value, NodeOf<X, P, R, K>>;

/// What a node carries beside its value; that tells the two kinds apart.
pub(super) trait Kind<P: 'static, R: 'static, K: 'static>:
    Clone + Send + Sync + Sized + 'static
{
    type Value: Send + Sync + 'static;

    fn add(record: &mut Record<P, R, K>, node: &Arc<NodeOf<Self, P, R, K>>);
    fn remove(record: &mut Record<P, R, K>, node: &NodeOf<Self, P, R, K>);
    fn leave_node(leavings: &mut Leavings<P, R, K>, node: Arc<NodeOf<Self, P, R, K>>);
    fn leave_value(leavings: &mut Leavings<P, R, K>, value: Filed<Self::Value>);

    /// A connection has come to a value, which has so many now.
    fn came(tally: &SomeTally<K>, value: &Self::Value, connections: usize);

    /// A connection has left a value, which has so many now.
    fn went(tally: &SomeTally<K>, value: &Self::Value, connections: usize);

    /// A node has left the index. Its one connection remembers if it is being walked.
    fn leave(
        leavings: &mut Leavings<P, R, K>,
        node: Option<Arc<NodeOf<Self, P, R, K>>>,
        record: &mut Record<P, R, K>,
    ) {
        let Some(node) = node else { return };
        // Leaving has turned every borrow into a count: one is ours, one is that of whoever looked it up for the change.
        if Arc::strong_count(&node) > 2 {
            record.left([Arc::downgrade(&node) as Weak<dyn Walked>]);
        }
        Self::leave_node(leavings, node);
    }
}

impl<P: 'static, R: 'static, K: Send + Sync + 'static> Kind<P, R, K> for () {
    type Value = K;

    fn add(record: &mut Record<P, R, K>, node: &Arc<KeyNode<P, R, K>>) {
        record.add_key(node);
    }

    fn remove(record: &mut Record<P, R, K>, node: &KeyNode<P, R, K>) {
        record.remove_key(node);
    }

    fn leave_node(leavings: &mut Leavings<P, R, K>, node: Arc<KeyNode<P, R, K>>) {
        leavings.keys.push(node);
    }

    fn leave_value(leavings: &mut Leavings<P, R, K>, value: Filed<K>) {
        leavings.values.push(value);
    }

    fn came(tally: &SomeTally<K>, key: &K, connections: usize) {
        if let Some(tally) = tally {
            tally.came(key, connections);
        }
    }

    fn went(tally: &SomeTally<K>, key: &K, connections: usize) {
        if let Some(tally) = tally {
            tally.went(key, connections);
        }
    }
}

impl<P: 'static, R: 'static, K: 'static> Kind<P, R, K> for Arc<Watch> {
    type Value = Address;

    fn add(record: &mut Record<P, R, K>, node: &Arc<SenderNode<P, R, K>>) {
        record.add_sender(node);
    }

    fn remove(record: &mut Record<P, R, K>, node: &SenderNode<P, R, K>) {
        record.remove_sender(node);
    }

    fn leave_node(leavings: &mut Leavings<P, R, K>, node: Arc<SenderNode<P, R, K>>) {
        leavings.senders.push(node);
    }

    /// An address is nothing of the user's.
    fn leave_value(_: &mut Leavings<P, R, K>, _: Filed<Address>) {}

    fn came(_: &SomeTally<K>, _: &Address, _: usize) {}

    fn went(_: &SomeTally<K>, _: &Address, _: usize) {}
}
