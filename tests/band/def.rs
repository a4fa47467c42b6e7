//! Channels that are said once, in statics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use fanfare::{Band, ChannelDef, Event};

use crate::kit::{Ev, Parent, band_on};
use crate::runtime::Runtime;

async fn a_definition_finds_its_channel_in_each_band(on: Runtime) {
    static DEF: ChannelDef<(), &str> = ChannelDef::new("each band");
    let (ours, theirs) = (band_on(&on), band_on(&on));
    let parent = Parent::new("one");
    assert_eq!(DEF.identifier(), "each band");
    assert!(
        format!("{DEF:?}")
            .contains(r#"ChannelDef { identifier: "each band", payload: "()", reply: "&str""#)
    );
    for (band, name) in [(&ours, "ours"), (&theirs, "theirs")] {
        let _inside = band.enter();
        DEF.of(&parent).connect_sync(move |_| name).now();
        assert_eq!(DEF.of(&parent), DEF.in_band(band).unwrap().bound(&parent));
        assert_eq!(DEF.unbound(), band.channel("each band").unwrap());
    }
    for (band, name) in [(&ours, "ours"), (&theirs, "theirs")] {
        let replies = band.scope(async { DEF.of(&parent).send(()).join().await.into_replies() });
        assert_eq!(replies.await, [name]);
        assert_eq!(
            DEF.in_band(band)
                .unwrap()
                .send(())
                .join()
                .await
                .into_replies(),
            [name]
        );
    }
    assert_ne!(DEF.in_band(&ours).unwrap(), DEF.in_band(&theirs).unwrap());
    assert_eq!(DEF.unbound(), Band::global().channel("each band").unwrap());
    assert_eq!(
        DEF.unbound().receiver_count() + DEF.of(&parent).receiver_count(),
        0
    );
}

async fn two_definitions_of_one_name_are_one_channel(on: Runtime) {
    static HERE: ChannelDef<u32, u32> = ChannelDef::new("twice");
    static THERE: ChannelDef<u32, u32> = ChannelDef::new("twice");
    let band = band_on(&on);
    let _inside = HERE.in_band(&band).unwrap();
    band.scope(async {
        HERE.unbound()
            .connect_sync(|ev: &Event<u32>| **ev + 1)
            .await;
        assert_eq!(THERE.unbound().send(1).join().await.into_replies(), [2]);
        assert_eq!(HERE.unbound(), THERE.unbound());
    })
    .await;
}

async fn a_definition_with_other_types_is_told(on: Runtime) {
    static TEXT: ChannelDef<String> = ChannelDef::new("conflict, on purpose");
    let band = band_on(&on);
    let known = band.channel::<u32, u8>("conflict, on purpose").unwrap();
    let conflict = TEXT.in_band(&band).unwrap_err();
    let words = "channel `conflict, on purpose` has payload `u32`, reply `u8`; it was asked for with payload \
                 `alloc::string::String`, reply `()`: give one of them another name, or another band";
    assert_eq!(conflict.to_string(), words);
    let told = |ask: &dyn Fn()| {
        let _inside = band.enter();
        let panic = catch_unwind(AssertUnwindSafe(ask)).expect_err("it is another channel");
        assert_eq!(
            panic.downcast_ref::<String>().map(String::as_str),
            Some(words)
        );
    };
    // These panics are the crate's, whose texts do not say that they are meant.
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<String>();
        if !text.is_some_and(|text| text.contains("on purpose")) {
            quiet(info);
        }
    }));
    told(&|| drop(TEXT.unbound()));
    told(&|| drop(TEXT.of(&Arc::new(1))));
    // Nothing is amiss afterwards, and elsewhere it is what it says.
    assert_eq!(Band::active(), Band::global());
    assert!(known.send(1).now().is_ok());
    let other = band_on(&on);
    other
        .scope(async { assert_eq!(TEXT.unbound().send(String::new()).await.count(), 0) })
        .await;
    drop(known);
    // Nothing is left of the other one.
    band.scope(async { assert_eq!(TEXT.unbound().send(String::new()).await.count(), 0) })
        .await;
}

/// In the global band, too, receivers go with their parents.
async fn parents_come_and_go(_: Runtime) {
    static COME: ChannelDef<(), &str> = ChannelDef::new("come and go");
    struct Component(&'static str);
    impl Component {
        fn new(name: &'static str) -> Arc<Self> {
            let this = Arc::new(Self(name));
            COME.of(&this).connect_method(&this, Self::on_come).now();
            this
        }
        async fn on_come(self: Arc<Self>, _: Arc<Ev>) -> &'static str {
            self.0
        }
    }
    // In a band of this test's own: others may use the global one at the same time.
    let band = Band::new();
    band.scope(async {
        let (one, two) = (Component::new("one"), Component::new("two"));
        assert_eq!(COME.of(&one).send(()).join().await.into_replies(), ["one"]);
        assert_eq!(
            COME.unbound().send(()).join().await.into_replies(),
            ["one", "two"]
        );
        drop(one);
        assert_eq!(COME.unbound().send(()).join().await.into_replies(), ["two"]);
        let _ = COME.of(&two);
    })
    .await;
}

on_each_runtime![
    a_definition_finds_its_channel_in_each_band,
    two_definitions_of_one_name_are_one_channel,
    a_definition_with_other_types_is_told,
    parents_come_and_go,
];
