//! An import with filters hears what a connection with the same filters would.

use std::future::IntoFuture;

use fanfare::{SenderId, Signal};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::common::Log;
use crate::kit::ByHand;

const NAMES: [&str; 3] = ["north", "south", "west"];

#[derive(Debug, Clone)]
enum Step {
    /// By these senders, under these keys.
    Send(Vec<usize>, Vec<u8>),
    /// Of these, if anything is said of them.
    Import(Option<Vec<usize>>, Option<Vec<u8>>),
    /// The one that comes at this place.
    End(usize),
    Export,
    EndExport,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let filters = || (vec(0..NAMES.len(), 0..3), vec(0..4u8, 0..3));
    let step = prop_oneof![
        6 => filters().prop_map(|(senders, keys)| Step::Send(senders, keys)),
        2 => (option::of(vec(0..NAMES.len(), 0..3)), option::of(vec(0..4u8, 0..3)))
            .prop_map(|(senders, keys)| Step::Import(senders, keys)),
        1 => any::<usize>().prop_map(Step::End),
        1 => Just(Step::Export),
        1 => Just(Step::EndExport),
    ];
    vec(step, 1..40)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn an_import_is_a_connection_elsewhere(steps in steps()) {
        let by_hand = ByHand::new();
        let router = by_hand.router();
        let (server, dialer) = by_hand.server(&router, |builder| builder);
        let client = by_hand.client(dialer);
        let source = Signal::builder(0usize).spawner(by_hand.executor.clone()).build();
        let senders: Vec<_> = NAMES.iter().map(|_| SenderId::unique()).collect();
        let mut export = None;
        let mut imports = Vec::new();
        for (n, step) in steps.into_iter().enumerate() {
            match step {
                Step::Send(by, keys) => {
                    let by = by.iter().map(|at| senders[*at].clone());
                    source.send().with(n).senders(by).keys(keys).now().unwrap();
                }
                Step::Import(of, keys) => {
                    let (far, near) = (Log::new(), Log::new());
                    let mut import = Signal::<usize>::import(&client, "s");
                    let noted = near.clone();
                    let mut model = source.connect_sync(move |event| noted.push(**event));
                    if let Some(keys) = keys {
                        import = import.keys(keys.iter().copied());
                        model = model.keys(keys);
                    }
                    if let Some(of) = of {
                        import = import.senders(of.iter().map(|at| NAMES[*at]));
                        model = model.senders(of.iter().map(|at| senders[*at].clone()));
                    }
                    let import = by_hand.now(import.into_future()).unwrap();
                    let model = model.now();
                    let noted = far.clone();
                    import.connect_sync(move |event| noted.push(**event)).now();
                    // It hears what is sent while it is exported.
                    let blocked = export.is_none().then(|| model.block());
                    imports.push((import, model, blocked, far, near));
                }
                Step::End(at) if !imports.is_empty() => {
                    let (import, model, _, far, near) = imports.swap_remove(at % imports.len());
                    by_hand.run();
                    prop_assert_eq!(far.take(), near.take());
                    drop(import);
                    model.disconnect();
                }
                Step::Export if export.is_none() => {
                    let mut builder = source.export(&server, "s");
                    for (sender, name) in senders.iter().zip(NAMES) {
                        builder = builder.sender_name(sender.clone(), name);
                    }
                    export = Some(builder.now().unwrap());
                    for (_, _, blocked, ..) in &mut imports {
                        *blocked = None;
                    }
                }
                Step::EndExport => {
                    export = None;
                    for (_, model, blocked, ..) in &mut imports {
                        blocked.get_or_insert_with(|| model.block());
                    }
                }
                Step::End(_) | Step::Export => {}
            }
        }
        by_hand.run();
        for (.., far, near) in imports {
            prop_assert_eq!(far.take(), near.take());
        }
    }
}
