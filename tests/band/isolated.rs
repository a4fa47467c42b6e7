//! What is in one band is not in another.

use std::sync::Arc;

use fanfare::{Band, Callback};

use crate::kit::{Ev, Parent, band_on, heard, named, says};
use crate::runtime::Runtime;

fn sync(_: &Ev) -> &'static str {
    "f"
}

async fn nothing_crosses_from_one_band_to_another(on: Runtime) {
    let (ours, theirs) = (band_on(&on), band_on(&on));
    let (our, their, parent) = (named(&ours), named(&theirs), Parent::new("one"));
    our.connect_sync(says("ours")).await;
    our.bound(&parent).connect_sync(says("our own")).await;
    assert!(heard(&their).await.is_empty() && heard(&their.bound(&parent)).await.is_empty());
    assert_eq!(
        theirs
            .send("named", ())
            .parent(&parent)
            .now()
            .unwrap()
            .count(),
        0
    );
    their.bound(&parent).connect_sync(says("their own")).await;
    assert_eq!(heard(&our.bound(&parent)).await, ["our own", "ours"]);
    assert_eq!(heard(&their).await, ["their own"]);
    assert_eq!(ours.send("named", ()).now().unwrap().count(), 2);
}

async fn each_band_has_its_own_types_for_a_name(on: Runtime) {
    let (ours, theirs) = (band_on(&on), band_on(&on));
    let _number = ours.channel::<u8, ()>("name").unwrap();
    let _text = theirs.channel::<String, u8>("name").unwrap();
    assert!(ours.send("name", String::new()).now().is_err());
    assert!(theirs.send("name", String::new()).now().is_ok());
}

async fn a_callback_is_another_receiver_in_another_band(on: Runtime) {
    let (ours, theirs) = (band_on(&on), band_on(&on));
    let handle = Callback::sync(says("handle"));
    for band in [&ours, &theirs] {
        named(band).connect_sync(sync).await;
        named(band).connect_callback(&handle).await;
    }
    assert!(named(&ours).disconnect(sync).await && named(&ours).disconnect_callback(&handle).await);
    assert!(heard(&named(&ours)).await.is_empty());
    assert_eq!(heard(&named(&theirs)).await, ["f", "handle"]);
}

async fn the_end_of_one_band_is_not_the_others(on: Runtime) {
    let (ours, theirs) = (band_on(&on), band_on(&on));
    let (our, their) = (named(&ours), named(&theirs));
    our.connect_sync(says("ours")).await;
    their.connect_sync(says("theirs")).await;
    assert!(ours.close() && !theirs.is_closed());
    assert_eq!(heard(&their).await, ["theirs"]);
    drop(ours);
    assert_eq!(
        theirs
            .send("named", ())
            .replies::<&'static str>()
            .await
            .unwrap(),
        ["theirs"]
    );
}

/// A band whose receivers run where it says.
async fn each_band_runs_its_receivers_where_it_says(_: Runtime) {
    let (one, other) = (
        fanfare::testing::SeededExecutor::new(1),
        fanfare::testing::SeededExecutor::new(2),
    );
    let band = |executor: &fanfare::testing::SeededExecutor| {
        Band::builder().spawner(executor.clone()).build()
    };
    let (ours, theirs) = (named(&band(&one)), named(&band(&other)));
    ours.connect(async |_: Arc<Ev>| "ours").now();
    theirs.connect(async |_: Arc<Ev>| "theirs").now();
    let sent = [ours.send(()).now().unwrap(), theirs.send(()).now().unwrap()];
    assert_eq!((one.task_count(), other.task_count()), (1, 1));
    one.run_until_stalled();
    assert!(sent[0].is_done() && !sent[1].is_done());
    other.run_until_stalled();
    assert!(sent[1].is_done());
}

on_each_runtime![
    nothing_crosses_from_one_band_to_another,
    each_band_has_its_own_types_for_a_name,
    a_callback_is_another_receiver_in_another_band,
    the_end_of_one_band_is_not_the_others,
    each_band_runs_its_receivers_where_it_says,
];
