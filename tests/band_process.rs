//! The band that is active in the whole process: one test, alone in its process.

use std::thread;

use fanfare::band;
use fanfare::{Band, ChannelDef};
use futures_lite::future::block_on;

static DEF: ChannelDef<u32, &str> = ChannelDef::new("process");

/// Who is heard by the definition, by name, and by a channel asked for by name.
fn heard() -> Vec<&'static str> {
    let replies = block_on(DEF.unbound().send(1).join()).into_replies();
    let by_name = block_on(band::send("process", 1u32).replies::<&'static str>());
    assert_eq!(by_name.expect("it has these types"), replies);
    let channel = band::channel::<u32, &'static str>("process").expect("it has these types");
    assert_eq!(channel, DEF.unbound());
    replies
}

#[test]
fn one_band_is_active_in_the_process() {
    let (global, ours, theirs) = (Band::global(), Band::new(), Band::new());
    assert_eq!(Band::active(), global);
    DEF.unbound().connect_sync(|_| "global").now();
    DEF.in_band(&ours).unwrap().connect_sync(|_| "ours").now();
    DEF.in_band(&theirs)
        .unwrap()
        .connect_sync(|_| "theirs")
        .now();
    assert_eq!(heard(), ["global"]);

    // For every thread, those too that are there already.
    let (ask, asked) = std::sync::mpsc::channel::<std::sync::mpsc::Sender<Vec<&'static str>>>();
    let older = thread::spawn(move || {
        for answer in asked {
            answer.send(heard()).expect("it waits");
        }
    });
    let elsewhere = || {
        let (answer, answered) = std::sync::mpsc::channel();
        ask.send(answer).expect("it listens");
        answered.recv().expect("it answers")
    };
    assert_eq!(elsewhere(), ["global"]);
    ours.activate();
    assert!(Band::active() == ours && Band::global() == global);
    assert_eq!((heard(), elsewhere()), (vec!["ours"], vec!["ours"]));
    theirs.activate();
    assert_eq!((heard(), elsewhere()), (vec!["theirs"], vec!["theirs"]));
    assert_eq!(thread::spawn(heard).join().expect("no panic"), ["theirs"]);

    // Scopes come first, and end at the process's band, whichever that is by then.
    {
        let _inside = ours.enter();
        assert_eq!((heard(), elsewhere()), (vec!["ours"], vec!["theirs"]));
        global.activate();
        assert_eq!((heard(), elsewhere()), (vec!["ours"], vec!["global"]));
    }
    assert_eq!(heard(), ["global"]);
    let scoped = ours.scope(async {
        theirs.activate();
        Band::active()
    });
    assert_eq!(block_on(scoped), ours);
    assert_eq!(heard(), ["theirs"]);
    // The global one can be a scope, too.
    assert_eq!(block_on(global.scope(async { Band::active() })), global);

    // The process keeps its band, and lets go of it when there is another.
    let connection = {
        let brief = Band::new();
        brief.activate();
        drop(brief);
        DEF.unbound().connect_sync(|_| "brief").now()
    };
    assert_eq!((heard(), connection.is_connected()), (vec!["brief"], true));
    Band::global().activate();
    assert!(!connection.is_connected() && Band::active() == global);
    assert_eq!((heard(), elsewhere()), (vec!["global"], vec!["global"]));
    drop(ask);
    older.join().expect("no panic");
}
