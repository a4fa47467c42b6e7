//! Every beginning of every message, and then the end of the stream.

use crate::raw::Spoken;
use crate::scene::{Scene, Step, steps};

#[test]
fn nothing_is_left_of_a_peer_that_ends_within_a_message() {
    for spoken in Spoken::BOTH {
        let all = steps(spoken);
        // One server for all of them: each finds its name and its seat free again.
        let scene = Scene::new(3);
        for (last, step) in all.iter().enumerate() {
            let Step::Says(message) = step else {
                continue;
            };
            let bytes = spoken.bytes(message);
            // What ends an object is its last byte but one: a line break follows.
            let whole = bytes.len() - usize::from(spoken == Spoken::Json);
            for length in 1..whole {
                let mut raw = scene.enter(spoken);
                for step in &all[..last] {
                    scene.play(&mut raw, step);
                }
                assert!(raw.write(&bytes[..length]));
                if length % 2 == 0 {
                    raw.got();
                    assert!(!raw.is_ended(), "more may come");
                }
                drop(raw);
                let when = format!("{spoken:?}, {length} bytes of message {last}");
                scene.has_nothing_left(&when);
            }
        }
    }
}

/// The same in two pieces, of which the other follows: it is as if it had come at once.
#[test]
fn a_message_in_pieces_is_one() {
    for spoken in Spoken::BOTH {
        let scene = Scene::new(4);
        let hello = spoken.bytes(&spoken.hello(1));
        for length in 1..hello.len() {
            let mut raw = scene.enter(spoken);
            assert!(raw.write(&hello[..length]));
            scene.by_hand.run();
            assert!(raw.write(&hello[length..]));
            let welcome = raw.got();
            assert_eq!(welcome.len(), 1, "{length}");
            assert_eq!(welcome[0]["status"], 0, "{length}");
            drop(raw);
            scene.by_hand.run();
        }
        scene.has_nothing_left("after all of them");
    }
}
