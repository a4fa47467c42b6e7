//! What a connection shows of its calls.

use super::slot::Connected;
use crate::signal::flow::Debouncer;
use crate::signal::inspect::{ConnectionInfo, ConnectionKind};
use crate::signal::target::Kind;
use crate::sync::Weak;

impl<P, R, K: Clone> dyn Connected<P, R, K> {
    /// What it listens to.
    pub(crate) fn keys(&self) -> Vec<K> {
        // Looked up under its lock, and cloned outside: keys are the user's.
        let record = self.record.hold();
        let nodes: Vec<_> = record.keys().iter().filter_map(Weak::upgrade).collect();
        drop(record);
        nodes.iter().map(|node| node.value.clone()).collect()
    }
}

impl<P, R, K> dyn Connected<P, R, K> {
    /// What it shows of itself.
    pub(crate) fn info(&self) -> ConnectionInfo {
        let options = self.options();
        let flow = options.as_ref().and_then(|options| options.flow.as_ref());
        let debounce = options.as_ref().and_then(|options| options.debounce());
        let (running, queued) = self.calls_under_way();
        let lost = flow.map_or(0, |flow| flow.lost());
        let put_off = debounce.map_or(0, Debouncer::replaced);
        let mut info = ConnectionInfo {
            id: self.id,
            name: self.name().map(|name| name.as_ref().into()),
            kind: match self.kind() {
                Kind::Sync => ConnectionKind::SyncCallback,
                Kind::Async => ConnectionKind::AsyncCallback,
                Kind::Stream => ConnectionKind::EventStream,
            },
            priority: self.rank().priority(),
            is_blocked: self.is_blocked(),
            is_unfiltered: false,
            keys: 0,
            senders: 0,
            policies: options
                .as_ref()
                .map_or_else(Vec::new, |options| options.words().to_vec()),
            running,
            queued,
            lost: lost + put_off,
            counts: flow
                .and_then(|flow| flow.stats.as_ref())
                .map(|stats| stats.counts()),
        };
        if let Some(group) = options.as_ref().and_then(|options| options.membership()) {
            info.policies.push(format!("group {}", group.name()));
        }
        if let Some(stream) = self.stream() {
            (info.queued, info.lost) = stream.waiting_and_lost();
            info.policies.push(stream.to_string());
        }
        let record = self.record.hold();
        info.is_unfiltered = record.is_unfiltered();
        info.keys = record.keys().len();
        info.senders = record.senders().len();
        drop(record);
        info
    }

    /// How many events wait for it: in its stream, or for their turn to be called.
    pub(crate) fn queued(&self) -> usize {
        match self.stream() {
            Some(stream) => stream.waiting_and_lost().0,
            None => self.calls_under_way().1,
        }
    }

    /// How many calls run, and how many have yet to begin.
    pub(crate) fn calls_under_way(&self) -> (usize, usize) {
        let options = self.options();
        let flow = options.as_ref().and_then(|options| options.flow.as_ref());
        let lane = flow.and_then(|flow| flow.lane.as_ref());
        let debounce = options.as_ref().and_then(|options| options.debounce());
        let put_off = usize::from(debounce.is_some_and(Debouncer::is_waiting));
        let (in_lane, queued) = lane.map_or((0, 0), |lane| (lane.running(), lane.waiting()));
        let Some(running) = self.calls() else {
            return (in_lane, queued + put_off);
        };
        let running_now = running.count();
        // Calls that are queued, or have their turn and have not begun, may be counted as handed over as well.
        let waiting = queued + in_lane.saturating_sub(running_now);
        let waiting = running.handed().saturating_sub(running_now).max(waiting);
        (running_now, waiting + put_off)
    }

    /// The signal is closed: its stream ends once it is read, and sends that wait for it look again.
    pub(crate) fn let_go_of_senders(&self) {
        if let Some(stream) = self.stream() {
            stream.begin_to_close();
        }
        self.wake_senders();
    }

    /// Has sends that wait for it look again.
    pub(crate) fn wake_senders(&self) {
        if !self.holds_up() {
            return;
        }
        if let Some(stream) = self.stream() {
            stream.wake_senders();
        }
        let options = self.options();
        let flow = options.as_ref().and_then(|options| options.flow.as_ref());
        if let Some(lane) = flow.and_then(|flow| flow.lane.as_ref()) {
            lane.wake_senders();
        }
    }
}
