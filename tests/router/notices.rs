//! Notices: which routes are listened to.

use std::sync::Arc;

use fanfare::router::{Notice, Route};
use fanfare::{Connection, Subscription};

use crate::kit::{Msg, router_on, sender};
use crate::runtime::Runtime;

/// What has been told, as `+a of s 1`.
fn told(notices: &mut Subscription<Notice>) -> Vec<String> {
    let mut all = Vec::new();
    while let Ok(notice) = notices.try_recv() {
        let (sign, what) = match **notice {
            Notice::Added { .. } => ('+', "added"),
            Notice::Removed { .. } => ('-', "removed"),
            _ => ('!', "detached"),
        };
        let (route, count) = (notice.route(), notice.listeners());
        if sign != '!' {
            assert_eq!(notice.to_string(), format!("{route}: {what}, {count} now"));
        }
        all.push(format!("{sign}{route} {count}"));
    }
    all
}

fn named(_: &Msg) {}

async fn they_tell_of_each_route_and_how_many_listen(on: Runtime) {
    let router = router_on(&on);
    router.connect_sync(|_| ()).sender("before").await;
    let mut notices = router.notices();
    let first = router
        .connect_sync(|_| ())
        .sender("s")
        .events(["a", "#b", "a"])
        .await;
    assert_eq!(told(&mut notices), ["+a of s 1", "+#b of s 1"]);
    let any = router.connect_sync(|_| ()).await;
    router.connect_sync(|_| ()).sender("before").await;
    let mut stream = router.subscribe().sender("s").event("a").await;
    let expected = [
        "+any event of any sender 1",
        "+any event of before 2",
        "+a of s 2",
    ];
    assert_eq!(told(&mut notices), expected);
    router.connect_sync(named).channel("c").await;
    router.connect_sync(named).channel("c").await;
    assert_eq!(
        told(&mut notices),
        ["+#c of any sender 1"],
        "what is known is no news"
    );
    assert!(first.remove_keys([Route::new("s", "a"), Route::new("s", "x")]));
    assert!(first.add_keys([Route::of_event("c"), Route::new("s", "#b")]));
    assert_eq!(told(&mut notices), ["-a of s 1", "+c of any sender 1"]);
    assert!(any.disconnect() && router.disconnect(named).await);
    assert_eq!(
        told(&mut notices),
        ["-any event of any sender 0", "-#c of any sender 0"]
    );
    assert!(stream.try_recv().is_err());
    drop(stream);
    assert_eq!(told(&mut notices), ["-a of s 0"]);
}

/// However a listener ends.
async fn they_tell_of_every_end(on: Runtime) {
    let router = router_on(&on);
    let s = sender(&router, "s", &["a"]);
    let mut notices = router.notices();
    router.connect_sync(|_| ()).sender("s").once().await;
    s.send("a", 1).await.unwrap();
    assert_eq!(
        told(&mut notices),
        ["+any event of s 1", "-any event of s 0"]
    );
    let object = Arc::new(());
    router
        .connect_method_sync(&object, |(): &(), _: &Msg| ())
        .event("a")
        .await;
    drop(object);
    s.send("a", 1).await.unwrap();
    assert_eq!(
        told(&mut notices),
        ["+a of any sender 1", "-a of any sender 0"]
    );
    router.connect_sync(|_| ()).sender("s").event("x").await;
    let expected = ["+x of s 1", "-x of s 0", "!x of s 1"];
    assert_eq!(told(&mut notices), expected);
    drop(router.connect_sync(|_| ()).channel("d").await.scoped());
    assert_eq!(
        told(&mut notices),
        ["+#d of any sender 1", "-#d of any sender 0"]
    );
    router.close();
    let late = router.connect_sync(|_| ()).sender("s").await;
    assert!(!late.is_connected());
}

/// What is listened to can be looked up, too.
async fn queue_sizes_tell_the_routes(on: Runtime) {
    let router = router_on(&on);
    let stream = router.subscribe().senders(["s", "t"]).await;
    let listener: Connection<Route> = router.connect_sync(|_| ()).sender("s").event("a").await;
    let s = sender(&router, "s", &["a"]);
    for number in 0..3 {
        s.send("a", number).await.unwrap();
    }
    let mut sizes = router.all_queue_sizes();
    sizes
        .iter_mut()
        .for_each(|(routes, _)| routes.sort_by_key(ToString::to_string));
    let both = vec![Route::of_sender("s"), Route::of_sender("t")];
    assert_eq!(sizes, [(both, 3), (vec![Route::new("s", "a")], 0)]);
    drop(stream);
    listener.disconnect();
    assert!(router.all_queue_sizes().is_empty());
}

on_each_runtime! {
    they_tell_of_each_route_and_how_many_listen,
    they_tell_of_every_end,
    queue_sizes_tell_the_routes,
}
