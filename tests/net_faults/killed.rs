//! Peers that die at each step of a conversation.

use serde_json::Value;

use crate::raw::{Raw, Spoken};
use crate::scene::{Scene, Step, steps};

/// How a peer ends.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// After it has heard what came of the step.
    AfterIt,
    /// It has not read what came of it.
    Unread,
    /// As soon as it has said it: nobody has had the time to read it.
    AtOnce,
    /// It says nothing more, and still reads.
    Mute,
}

const DEATHS: [Death; 4] = [Death::AfterIt, Death::Unread, Death::AtOnce, Death::Mute];

fn dies(scene: &Scene, mut raw: Raw<'_>, last: &Step, how: Death) {
    if let Some(message) = scene.begin(last) {
        raw.send(message);
    }
    match how {
        Death::AfterIt => drop(raw.got()),
        Death::Unread => scene.by_hand.run(),
        Death::AtOnce => {}
        Death::Mute => {
            raw.end_writing();
            assert!(raw.is_ended(), "it is hung up on");
        }
    }
}

#[test]
fn the_conversation_is_one() {
    for spoken in Spoken::BOTH {
        let scene = Scene::new(1);
        let mut raw = scene.enter(spoken);
        let heard: Vec<_> = steps(spoken)
            .iter()
            .map(|step| scene.play(&mut raw, step))
            .collect();
        let counts: Vec<_> = heard.iter().map(Vec::len).collect();
        assert_eq!(
            counts,
            [1, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 0],
            "{heard:?}"
        );
        for reply in heard.iter().flatten() {
            assert!(
                reply.get("method").is_some() || reply["status"] == 0,
                "{reply}"
            );
        }
        let replies = scene.replies();
        assert_eq!(replies[0].as_ref().ok(), Some(&21.5.into()));
        // What was asked before the sender was removed is still replied to.
        assert_eq!(replies[1].as_ref().ok(), Some(&Value::Null));
        assert!(raw.is_ended());
        scene.has_nothing_left("after all of it");
    }
}

#[test]
fn nothing_is_left_of_a_peer_that_dies_at_any_step() {
    for spoken in Spoken::BOTH {
        let all = steps(spoken);
        for how in DEATHS {
            for seed in 0..4 {
                for (last, step) in all.iter().enumerate() {
                    let scene = Scene::new(seed);
                    let mut raw = scene.enter(spoken);
                    for step in &all[..last] {
                        scene.play(&mut raw, step);
                    }
                    dies(&scene, raw, step, how);
                    let when = format!("{spoken:?}, step {last}, {how:?}, seed {seed}");
                    scene.has_nothing_left(&when);
                }
            }
        }
    }
}

/// Nothing in between: all of it is in the stream at once, and then its end.
#[test]
fn nothing_is_left_of_a_peer_that_does_not_wait_for_replies() {
    for spoken in Spoken::BOTH {
        let all = steps(spoken);
        for seed in 0..8 {
            for count in 0..=all.len() {
                let scene = Scene::new(seed);
                let mut raw = scene.enter(spoken);
                let said = all[..count].iter().filter_map(|step| match step {
                    Step::Says(message) => Some(spoken.bytes(message)),
                    _ => None,
                });
                raw.write(&said.collect::<Vec<_>>().concat());
                drop(raw);
                scene.has_nothing_left(&format!("{spoken:?}, {count} steps, seed {seed}"));
            }
        }
    }
}
