//! All of them, in the order of the page.

use super::super::palette::Ink::{Ours, OursToo, Peer, PeerToo, Raw};
use super::{Family, Per};

pub(in crate::report) const ALL: &[Family] = &[
    Family {
        id: "sync-send",
        title: "Sync send",
        about: "One send to N unfiltered callbacks, each of which does next to nothing. Peers in Python and C++ ran on the \
            same machine, in processes of their own. aiopubsub's listeners are the sync ones here.",
        y_title: "time per callback",
        x_title: "callbacks",
        per: Per::Callback,
        lines: &[
            ("sync-send", "fanfare", "fanfare", Ours),
            ("sync-send", "raw loop", "raw loop", Raw),
            ("signals2", "signals2", "signals2", Peer(0)),
            ("cpp", "sigslot", "sigslot (C++)", Peer(1)),
            ("cpp", "Boost.Signals2", "Boost.Signals2 (C++)", Peer(2)),
            ("mod-events", "mod-events, sync", "mod-events", Peer(3)),
            ("jaeb", "jaeb, sync", "jaeb", Peer(4)),
            ("python", "aiopubsub, sync", "aiopubsub (Python)", Peer(5)),
            ("python", "blinker", "blinker (Python)", Peer(6)),
            (
                "python",
                "asyncio_dispatch, sync",
                "asyncio_dispatch (Python)",
                Peer(7),
            ),
        ],
    },
    Family {
        id: "mixed-closures",
        title: "Sync send, 8 closure types in random order",
        about: "As a program's callbacks are: the processor cannot foresee which comes next.",
        y_title: "time per callback",
        x_title: "callbacks",
        per: Per::Callback,
        lines: &[
            ("mixed-closures", "fanfare", "fanfare", Ours),
            ("mixed-closures", "raw loop", "raw loop", Raw),
        ],
    },
    Family {
        id: "async-ready",
        title: "Async callbacks that are ready at once",
        about: "Run in the task that sends: ours with `.join()`. The boxed loop makes each future, boxes it and awaits it \
            before the next; the others run them concurrently, as ours does. Payloads are shared in an `Arc`, but for the \
            loop that copies them, and mod-events, whose listeners borrow it and copy what they need.",
        y_title: "time per callback",
        x_title: "callbacks",
        per: Per::Callback,
        lines: &[
            ("async-ready", "fanfare", "fanfare", Ours),
            ("async-ready", "boxed loop", "boxed loop", Raw),
            (
                "async-ready",
                "boxed loop, payload copied",
                "boxed loop, payload copied",
                PeerToo(7),
            ),
            ("async-ready", "join_all", "join_all", Peer(0)),
            (
                "async-ready",
                "FuturesUnordered",
                "FuturesUnordered",
                Peer(1),
            ),
            ("mod-events", "mod-events, async", "mod-events", Peer(3)),
        ],
    },
    Family {
        id: "async-pending",
        title: "Async callbacks that wait once",
        about: "Each gives way to the others once, and is ready when it is polled again.",
        y_title: "time per callback",
        x_title: "callbacks",
        per: Per::Callback,
        lines: &[
            ("async-pending", "fanfare", "fanfare", Ours),
            ("async-pending", "join_all", "join_all", Peer(0)),
            (
                "async-pending",
                "FuturesUnordered",
                "FuturesUnordered",
                Peer(1),
            ),
        ],
    },
    Family {
        id: "one-by-one",
        title: "Async callbacks that finish one by one",
        about: "All wait, and an event each lets them go, in a random order. What polls all that are left after each event \
            goes up with N here.",
        y_title: "time per callback",
        x_title: "callbacks",
        per: Per::Operation,
        lines: &[
            ("one-by-one", "fanfare", "fanfare", Ours),
            (
                "one-by-one",
                "FuturesUnordered",
                "FuturesUnordered",
                Peer(1),
            ),
        ],
    },
    Family {
        id: "keyed-send",
        title: "Keyed send, one match",
        about: "N connections, each to a key of its own; keys are sent in a random order. Raw is one lookup in a hash map of \
            boxed closures, and the call. Numbers are a signal's own key type (`u64`), texts its usual one (`Key`).",
        y_title: "time per send",
        x_title: "connections",
        per: Per::Operation,
        lines: &[
            ("keyed-send", "fanfare", "fanfare", Ours),
            (
                "keyed-send",
                "fanfare, text",
                "fanfare, texts as keys",
                OursToo,
            ),
            ("keyed-send", "raw map", "raw hash map", Raw),
            (
                "keyed-send",
                "raw map, text",
                "raw hash map, texts",
                PeerToo(7),
            ),
        ],
    },
    Family {
        id: "hub",
        title: "Publishing, one match among N patterns",
        about: "Patterns have six parts, two of which are wildcards. Topics come in a random order: a hundred, whose answers the \
            hub keeps, or one for each pattern. The flat scan asks each pattern, and calls a boxed closure. aiopubsub keeps \
            answers until something changes.",
        y_title: "time per publish",
        x_title: "patterns",
        per: Per::Operation,
        lines: &[
            (
                "hub",
                "hub, patterns, a hundred topics",
                "fanfare, a hundred topics",
                Ours,
            ),
            ("hub", "hub, patterns", "fanfare, N topics", OursToo),
            ("hub", "flat scan", "flat scan", Raw),
            (
                "python",
                "aiopubsub, cached",
                "aiopubsub, cached (Python)",
                Peer(5),
            ),
            (
                "python",
                "aiopubsub, after a change",
                "aiopubsub, after a change",
                PeerToo(5),
            ),
        ],
    },
    Family {
        id: "connect",
        title: "Connecting",
        about: "N connects to a new signal, each with the making of its callback; the handle is dropped. Raw is an insert into \
            a growing hash map.",
        y_title: "time per connect",
        x_title: "connections",
        per: Per::Operation,
        lines: &[
            ("connect", "fanfare, keyed", "fanfare, keyed", Ours),
            (
                "connect",
                "fanfare, unfiltered",
                "fanfare, unfiltered",
                OursToo,
            ),
            ("connect", "raw map", "raw hash map", Raw),
            (
                "connect",
                "signals2, unfiltered",
                "signals2, unfiltered",
                Peer(0),
            ),
        ],
    },
    Family {
        id: "churn",
        title: "A send between a connect and a disconnect",
        about: "N unfiltered connections stand; one more comes before each send and goes after it.",
        y_title: "time per send",
        x_title: "connections",
        per: Per::Operation,
        lines: &[
            (
                "churn",
                "connect, send, disconnect",
                "connect, send, disconnect",
                Ours,
            ),
            ("churn", "send", "send", Raw),
        ],
    },
    Family {
        id: "spawned",
        title: "Spawned delivery, sent from a task",
        about: "Ours hands each callback to the executor and waits for the report. Own is the executor's spawn of the same \
            futures, boxed, and the awaiting of their handles. Sent from outside of the executor, both add the waking of \
            another thread: those figures are in the results, and the goals cover them.",
        y_title: "time per callback",
        x_title: "callbacks",
        per: Per::Callback,
        lines: &[
            (
                "spawned",
                "fanfare on smol, from a task",
                "fanfare on smol",
                Peer(0),
            ),
            ("spawned", "smol, from a task", "smol's own", PeerToo(0)),
            (
                "spawned",
                "fanfare on tokio, from a task",
                "fanfare on tokio",
                Peer(1),
            ),
            ("spawned", "tokio, from a task", "tokio's own", PeerToo(1)),
            (
                "spawned",
                "fanfare on async-std, from a task",
                "fanfare on async-std",
                Peer(5),
            ),
            (
                "spawned",
                "async-std, from a task",
                "async-std's own",
                PeerToo(5),
            ),
        ],
    },
    Family {
        id: "fan-out",
        title: "Fan-out: one event, N async reactions",
        about: "From the send until all have run, on a tokio runtime with its usual threads. With a channel, N tasks wait and \
            all are woken. Ours: *eager* polls each reaction once in the send, and hands over only those that then wait; \
            *joined* runs them in the sender's task; *spawned* makes a task of each; *into tasks* wakes N tasks that wait, \
            each at a channel of its own, from sync callbacks.",
        y_title: "time per reaction",
        x_title: "reactions",
        per: Per::Callback,
        lines: &[
            ("fan-out", "fanfare, eager", "fanfare, eager", Ours),
            ("fan-out", "fanfare, joined", "fanfare, joined", OursToo),
            ("fan-out", "fanfare, spawned", "fanfare, spawned", OursToo),
            (
                "fan-out",
                "fanfare, into tasks",
                "fanfare, into tasks",
                OursToo,
            ),
            ("fan-out", "tokio broadcast", "tokio broadcast", Peer(0)),
            ("fan-out", "async-broadcast", "async-broadcast", Peer(1)),
            ("fan-out", "event-listener", "event-listener", Peer(2)),
        ],
    },
];
