//! Keys whose own code calls back into their signal.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::common::{all, heard, numbered};
type Hook = Arc<dyn Fn() + Send + Sync>;

thread_local! {
    /// Run when a key is hashed, compared or dropped: by name, with how often that comes to pass before.
    static HOOKS: RefCell<BTreeMap<&'static str, (usize, Hook)>> = const { RefCell::new(BTreeMap::new()) };
}

/// Runs something the next time but `after` that a key does this.
fn hook(what: &'static str, after: usize, hook: impl Fn() + Send + Sync + 'static) {
    HOOKS.with_borrow_mut(|hooks| hooks.insert(what, (after, Arc::new(hook))));
}

/// It is taken away first, so that the code it runs may use keys as well.
fn run_hook(what: &'static str) {
    let is_due = HOOKS.with_borrow_mut(|hooks| {
        let (after, _) = hooks.get_mut(what)?;
        *after = after.checked_sub(1)?;
        Some(())
    });
    if is_due.is_none() {
        let hook = HOOKS.with_borrow_mut(|hooks| hooks.remove(what));
        if let Some((_, hook)) = hook {
            hook();
        }
    }
}

/// Those with one `class` have one hash.
#[derive(Debug, Clone)]
struct Calling {
    class: u32,
    number: u32,
}

fn calling(class: u32, number: u32) -> Calling {
    Calling { class, number }
}

impl Hash for Calling {
    fn hash<H: Hasher>(&self, state: &mut H) {
        run_hook("hash");
        self.class.hash(state);
    }
}

impl PartialEq for Calling {
    fn eq(&self, other: &Self) -> bool {
        run_hook("eq");
        self.number == other.number
    }
}

impl Eq for Calling {}

impl Drop for Calling {
    fn drop(&mut self) {
        run_hook("drop");
    }
}

/// Whatever is under way, keys may connect, disconnect and send.
#[test]
fn keys_call_back_into_their_signal() {
    let signal = numbered::<Calling>();
    let mut steady = Vec::new();
    for at in 0..3 {
        let keys = [calling(0, 0), calling(at, 1)];
        let connect = signal.connect_sync(move |_| at as usize);
        steady.push(connect.keys(keys).now());
    }
    let runs = Arc::new(AtomicUsize::new(0));
    let steps = (0..6).flat_map(|step| (0..8).map(move |after| (step, after)));
    for (what, (step, after)) in ["hash", "eq", "drop"]
        .into_iter()
        .flat_map(|what| steps.clone().map(move |step| (what, step)))
    {
        let (weak, count) = (signal.downgrade(), runs.clone());
        hook(what, after, move || {
            let signal = weak.upgrade().unwrap();
            let connect = signal.connect_sync(|_| 5);
            let one = connect.keys([calling(0, 0), calling(9, 9)]).now();
            assert!(heard(&signal, [calling(0, 0)]).ends_with(&[1, 2, 5]));
            assert!(one.remove_keys([calling(0, 0)]));
            assert_eq!(heard(&signal, [calling(9, 9)]), [5]);
            assert!(one.disconnect());
            count.fetch_add(1, Ordering::Relaxed);
        });
        match step {
            0 => assert_eq!(heard(&signal, [calling(0, 0)]), [0, 1, 2]),
            1 => assert_eq!(heard(&signal, [calling(0, 1), calling(1, 1)]), [0, 1]),
            2 => {
                let connect = |number| signal.connect_sync(move |_| number).key(calling(0, 3));
                let (one, two) = (connect(6).now(), connect(7).now());
                assert_eq!(heard(&signal, [calling(0, 3)]), [6, 7]);
                assert!(one.disconnect() && two.disconnect());
            }
            3 => {
                assert!(steady[1].add_keys([calling(2, 4), calling(0, 0)]));
                assert!(steady[1].remove_keys([calling(2, 4)]));
            }
            4 => {
                assert!(steady[0].remove_keys([calling(0, 0)]));
                assert!(steady[0].add_keys([calling(0, 0)]));
            }
            _ => assert_eq!(heard(&signal, [calling(0, 7)]), [] as [usize; 0]),
        }
        HOOKS.take();
        assert_eq!(all(&signal), [0, 1, 2]);
        assert_eq!(heard(&signal, [calling(0, 0)]), [0, 1, 2]);
    }
    let runs = runs.load(Ordering::Relaxed);
    assert!(runs > 30, "keys do all of this often: {runs}");
}

/// The table grows while a key is looked up: what is there is found all the same.
#[test]
fn a_key_is_found_while_the_table_grows() {
    // `true`: by a send; `false`: by what takes the key off.
    for (class, by_send) in (0..20).flat_map(|class| [(class, true), (class, false)]) {
        let signal = numbered::<Calling>();
        let other = signal.connect_sync(|_| 1).key(calling(class, 1)).now();
        let moved = signal.connect_sync(|_| 2).key(calling(class, 2)).now();
        let weak = signal.downgrade();
        hook("eq", 0, move || {
            let signal = weak.upgrade().unwrap();
            for class in 100..150 {
                signal.connect_sync(|_| 3).key(calling(class, 0)).now();
            }
        });
        if by_send {
            assert_eq!(heard(&signal, [calling(class, 2)]), [2]);
        } else {
            assert!(moved.remove_keys([calling(class, 2)]), "it has this key");
            assert_eq!(heard(&signal, [calling(class, 2)]), [] as [usize; 0]);
        }
        assert!(other.is_connected());
        HOOKS.take();
    }
}
