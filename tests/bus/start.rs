//! What keeps a bus from starting: every mistake, all at once.

use fanfare::Bus;
use fanfare::bus::{Body, Command, Dep, Emit, MessageInfo, StartError, StartProblem};

use crate::kit::{Do, Find, Told, short};

struct A(());
struct B(());

async fn first(_: Do, a: Dep<A>) -> u32 {
    drop(a);
    1
}
async fn second(_: Do, b: Option<Dep<B>>, a: Dep<A>, again: Dep<A>) -> u32 {
    drop((b, a, again));
    2
}

fn lines(error: &StartError) -> Vec<String> {
    let text = short(error);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("the bus was not started:"));
    let lines: Vec<_> = lines
        .map(|line| line.strip_prefix("- ").unwrap().to_owned())
        .collect();
    assert_eq!(lines.len(), error.problems().len());
    lines
}

#[test]
fn something_is_missing() {
    let error = Bus::builder()
        .command(first)
        .event(async |_: Told, a: Dep<A>, b: Dep<B>| drop((a, b)))
        .singleton(|b: Dep<B>| drop(b))
        .factory(|b: Dep<B>| size_of_val(&*b) == 0)
        .query_with(
            async |_: Find, (a, _): (Dep<A>, Dep<A>)| {
                drop(a);
                None
            },
            |options| options.name("finder"),
        )
        .start()
        .now()
        .unwrap_err();
    let would = "which nobody provides; `.provide(..)`, `.singleton(..)` or `.factory(..)` would";
    let lines = lines(&error);
    let [one, two, three, four, five, six] = &lines[..] else {
        panic!("{lines:?}")
    };
    assert_eq!(*one, format!("handler `first` needs `A`, {would}"));
    assert!(
        two.starts_with("handler `{{closure}}` needs `A`, "),
        "{two}"
    );
    assert!(
        three.starts_with("handler `{{closure}}` needs `B`, "),
        "{three}"
    );
    assert_eq!(*four, format!("handler `finder` needs `A`, {would}"));
    assert_eq!(*five, format!("singleton `()` needs `B`, {would}"));
    assert_eq!(*six, format!("factory `bool` needs `B`, {would}"));
    let StartProblem::Missing {
        dependency,
        needed_by,
        instead,
    } = &error.problems()[0]
    else {
        panic!("{error}")
    };
    assert!(dependency.ends_with("start::A") && needed_by.contains("start::first"));
    assert_eq!(*instead, None);
}

#[test]
fn something_else_was_meant() {
    let error = Bus::builder()
        .singleton(|| Ok::<A, String>(A(())))
        .provide(std::sync::Arc::new(B(())))
        .command(async |_: Do, a: Dep<A>, b: Dep<B>| {
            drop((a, b));
            1
        })
        .start()
        .now()
        .unwrap_err();
    let text = error.to_string();
    assert!(text.contains("there is a `core::result::Result<bus::start::A, alloc::string::String>`: a provider that may fail is for `.try_singleton(..)` and `.try_factory(..)`"), "{text}");
    assert!(text.contains("there is a `alloc::sync::Arc<bus::start::B>`: what is in an `Arc` already is for `.provide_arc(..)`"), "{text}");
}

#[test]
fn something_is_there_twice() {
    let error = Bus::builder()
        .provide(1u8)
        .provide(2u16)
        .singleton(|| 3u8)
        .factory(async || 4u8)
        .start()
        .now()
        .unwrap_err();
    let expected =
        "`u8` is provided 3 times; a type of its own around one of them tells them apart";
    assert_eq!(lines(&error), [expected]);
    assert_eq!(
        error.problems(),
        [StartProblem::Duplicate {
            dependency: "u8",
            count: 3
        }]
    );
}

#[test]
fn things_need_each_other() {
    let error = Bus::builder()
        .singleton(|_: Dep<u16>| 1u8)
        .factory(async |_: Option<Dep<u32>>| 2u16)
        .singleton(|_: Dep<u8>, _: Dep<u64>| 3u32)
        .singleton(|_: Dep<u64>| 4u64)
        .provide(5i8)
        .start()
        .now()
        .unwrap_err();
    let mut lines = lines(&error);
    lines.sort();
    let advice = "; one of them can ask for the other when it is used, with `Deps`";
    assert_eq!(
        lines,
        [
            format!("things need each other to be made: `u64` needs `u64`{advice}"),
            format!(
                "things need each other to be made: `u8` needs `u16` needs `u32` needs `u8`{advice}"
            ),
        ]
    );
}

#[test]
fn a_long_chain_is_no_cycle() {
    struct N<const I: usize>;
    macro_rules! chain {
        ($builder:ident: $($number:literal)*) => {
            $(let $builder = $builder.singleton(|_: Dep<N<{ $number + 1 }>>| N::<$number>);)*
        };
    }
    let builder = Bus::builder();
    chain!(builder: 0 1 2 3 4 5 6 7 8 9);
    let builder = builder.provide(N::<10>);
    let bus = builder.command(async |_: Do, _: Dep<N<0>>| 1);
    let bus = bus.start().now().unwrap();
    assert_eq!(
        futures_lite::future::block_on(bus.execute(Do(1)).into_future()).unwrap(),
        1
    );
}

/// A singleton is made for all messages, and by none.
#[test]
fn a_singleton_asks_for_something_of_a_message() {
    let error = Bus::builder()
        .singleton(|_: MessageInfo| 1u8)
        .factory(|_: Emit| 2u16)
        .singleton(|_: Dep<u16>, _: Bus| 3u32)
        .singleton(|_: Dep<u32>| 4u64)
        .start()
        .now()
        .unwrap_err();
    let mut lines = lines(&error);
    lines.sort();
    let why =
        "which is of a message, and is made for all messages; a factory is made for each call";
    assert_eq!(
        lines,
        [
            format!("singleton `u32` asks for `Bus`, {why}"),
            format!("singleton `u32` asks for `Emit`, {why}"),
            format!("singleton `u8` asks for `MessageInfo`, {why}"),
        ]
    );
}

#[test]
fn two_handlers_where_one_is_wanted() {
    let error = Bus::builder()
        .provide(A(()))
        .command(first)
        .command(second)
        .query(async |_: Find| None)
        .event(async |_: Told| ())
        .event(async |_: Told| ())
        .named_command_with("do", async || 1, |options| options.name("one"))
        .named_command_with("do", async || 2, |options| options.name("two"))
        .named_query("do", async || 3)
        .start()
        .now()
        .unwrap_err();
    assert_eq!(
        lines(&error),
        [
            "command `Do` has 2 handlers, and takes one: `first`, `second`",
            "command `do` has 2 handlers, and takes one: `one`, `two`",
        ]
    );
}

#[test]
fn handlers_of_a_name_take_different_bodies() {
    let error = Bus::builder()
        .named_with("n", async |_: Body<u8>| (), |options| options.name("one"))
        .named("n", async || ())
        .named_with("n", async |_: Body<u16>| (), |options| options.name("two"))
        .named("n", async |_: Body<u8>| ())
        .named("m", async |_: Body<u16>| ())
        .named_command("n", async |_: Body<u32>| 1)
        .start()
        .now()
        .unwrap_err();
    assert_eq!(
        lines(&error),
        ["the handlers of `n` take different bodies: `one` takes `u8`, `two` takes `u16`"]
    );
}

/// All at once, and nothing was started.
#[test]
fn every_mistake_at_once() {
    struct Save;
    impl Command for Save {
        type Reply = ();
    }
    let builder = Bus::builder()
        .provide(1u8)
        .provide(2u8)
        .singleton(|_: Dep<u32>| 3u16)
        .singleton(|_: Dep<u16>, _: MessageInfo| 4u32)
        .command(async |_: Save, _: Dep<A>| ())
        .command(async |_: Save| ())
        .named("n", async |_: Body<u8>| ())
        .named("n", async |_: Body<u16>| ());
    let error = builder.start().now().unwrap_err();
    let kinds: Vec<_> = error
        .problems()
        .iter()
        .map(|problem| match problem {
            StartProblem::Missing { .. } => "missing",
            StartProblem::Duplicate { .. } => "duplicate",
            StartProblem::Cycle { .. } => "cycle",
            StartProblem::OfMessage { .. } => "of message",
            StartProblem::Handlers(_) => "handlers",
            StartProblem::Bodies { .. } => "bodies",
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(
        kinds,
        [
            "duplicate",
            "missing",
            "of message",
            "cycle",
            "bodies",
            "handlers"
        ]
    );
    assert_eq!(format!("{error:?}"), format!("StartError({error})"));
    let _: &dyn std::error::Error = &error;
}

#[test]
fn nothing_is_enough() {
    let bus = Bus::builder().start().now().unwrap();
    assert!(!bus.is_closed() && bus.in_flight() == 0);
    let start = Bus::builder().name("shop").start();
    assert!(format!("{start:?}").contains("shop"));
    drop(start);
    let error = Bus::builder().command(first).start();
    assert!(futures_lite::future::block_on(error).is_err());
}
