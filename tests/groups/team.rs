//! Members that write down who was called.

use fanfare::{ConnectBuilder, Connection, Signal};

use crate::common::Log;

/// Sync members of one group, or of several, that write down their names.
#[derive(Clone)]
pub(crate) struct Team {
    log: Log<&'static str>,
}

impl Team {
    pub(crate) fn new() -> Self {
        Self { log: Log::new() }
    }

    /// A callback that writes this down, not connected yet.
    pub(crate) fn writer(
        &self,
        signal: &Signal<usize>,
        name: &'static str,
    ) -> ConnectBuilder<usize> {
        signal.connect_sync(self.log.writes(name))
    }

    /// An async one.
    pub(crate) fn async_writer(
        &self,
        signal: &Signal<usize>,
        name: &'static str,
    ) -> ConnectBuilder<usize> {
        signal.connect(self.log.writes_async(name))
    }

    /// Three that have nothing to say about what comes to them.
    pub(crate) fn three(&self, signal: &Signal<usize>) -> [Connection; 3] {
        ["a", "b", "c"].map(|name| self.writer(signal, name).group("team").now())
    }

    /// Sends that many times; each reaches one.
    pub(crate) fn send(&self, signal: &Signal<usize>, times: usize) -> String {
        for number in 0..times {
            let sent = signal.send().with(number).now();
            assert_eq!(sent.expect("nobody has it wait").count(), 1);
        }
        self.take()
    }

    /// Who was called since the last time.
    pub(crate) fn take(&self) -> String {
        self.log.take().join(" ")
    }
}
