//! Messages that wait to be written, and how much they take.

use std::collections::VecDeque;

/// What kind of message it is: which bound holds for it, and whether it may be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// An event: what becomes of it when there is no room, the limits say.
    Event,
    /// A call of this side, which waits for room.
    Call,
    /// What the other side is owed: a reply, or a word about the link.
    Owed,
}

/// A message that waits.
pub(super) struct Entry {
    pub(super) frame: Vec<u8>,
    pub(super) class: Class,
    /// Of a call that is to be answered.
    pub(super) id: Option<u64>,
}

impl Entry {
    /// What it takes, which may be more than is written.
    pub(super) fn bytes(&self) -> usize {
        self.frame.capacity()
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) entries: VecDeque<Entry>,
    pub(super) waiting: Load,
    pub(super) owed: Load,
    pub(super) dropped: u64,
    /// Nothing more is taken, and the writer ends when nothing is left.
    pub(super) is_shut: bool,
    /// The writer has found nothing to do. It alone sets this; who wakes it takes it back.
    pub(super) writer_sleeps: bool,
    /// One call at a time, the next when the last was answered: see [`Queue::lockstep`].
    pub(super) is_lockstep: bool,
    pub(super) unanswered: Option<u64>,
    /// Events that were taken to be written, one at a time.
    pub(super) lockstep_events: u64,
}

#[derive(Default, Clone, Copy)]
pub(super) struct Load {
    pub(super) messages: usize,
    pub(super) bytes: usize,
}

impl State {
    pub(super) fn load(&mut self, class: Class) -> &mut Load {
        match class {
            Class::Event | Class::Call => &mut self.waiting,
            Class::Owed => &mut self.owed,
        }
    }

    pub(super) fn add(&mut self, entry: Entry) {
        let bytes = entry.bytes();
        let load = self.load(entry.class);
        load.messages += 1;
        load.bytes += bytes;
        self.entries.push_back(entry);
    }

    pub(super) fn remove(&mut self, at: usize) -> Option<Entry> {
        let entry = self.entries.remove(at)?;
        let bytes = entry.bytes();
        let load = self.load(entry.class);
        load.messages -= 1;
        load.bytes -= bytes;
        Some(entry)
    }

    /// Where the next is that may be written.
    pub(super) fn next(&self) -> Option<usize> {
        if self.is_lockstep && self.unanswered.is_some() {
            return self
                .entries
                .iter()
                .position(|entry| entry.class == Class::Owed);
        }
        (!self.entries.is_empty()).then_some(0)
    }
}
