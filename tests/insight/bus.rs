//! What a bus shows of itself.

use std::time::Duration;

use fanfare::Bus;
use fanfare::bus::{Body, Command, Dep, Emit, Event, MessageKind, Published, Query};
use futures_lite::future::block_on;

struct Users;
struct Config;
struct Mailer;

struct CreateUser;
impl Command for CreateUser {
    type Reply = Result<u64, String>;
}

struct FindUser;
impl Query for FindUser {
    type Reply = Option<String>;
}

struct UserCreated;
impl Event for UserCreated {}

async fn create_user(_: CreateUser, _users: Dep<Users>, emit: Emit) -> Result<u64, String> {
    emit.event(UserCreated);
    Err("no room".to_owned())
}

async fn find_user(_: FindUser, _users: Dep<Users>) -> Option<String> {
    None
}

async fn welcome(_: Published<UserCreated>, _mailer: Option<Dep<Mailer>>) {}

fn bus() -> Bus {
    let builder = Bus::builder()
        .name("shop")
        .provide(Config)
        .singleton(async |_config: Dep<Config>| Users)
        .factory(|_config: Dep<Config>, _users: Dep<Users>| Mailer)
        .command_with(create_user, |options| {
            options.timeout(Duration::from_secs(1))
        })
        .query(find_user)
        .event(welcome)
        .named("user.*", async |_: Body<u32>| ())
        .stats();
    builder.start().now().unwrap()
}

#[test]
fn it_knows_handlers_and_what_they_need() {
    let bus = bus();
    let shown = bus.inspect();
    assert_eq!(shown.name.as_deref(), Some("shop"));
    assert!(!shown.is_closed && shown.in_flight == 0);
    let kinds: Vec<_> = shown.handlers.iter().map(|handler| handler.kind).collect();
    assert_eq!(
        kinds,
        [
            MessageKind::Event,
            MessageKind::Event,
            MessageKind::Command,
            MessageKind::Query
        ]
    );
    let create = &shown.handlers[2];
    assert!(create.message.ends_with("::CreateUser"));
    assert!(create.handler.ends_with("::create_user"));
    assert_eq!(create.policies, ["timeout 1s"]);
    assert_eq!(create.needs.len(), 2);
    assert!(create.needs[0].ends_with("::Users"));
    assert_eq!(create.needs[1], "Emit");
    assert_eq!(shown.handlers[1].message, "user.*");
    let provided: Vec<_> = shown
        .provided
        .iter()
        .map(|it| (it.way, it.needs.len()))
        .collect();
    assert_eq!(provided, [("value", 0), ("singleton", 1), ("factory", 2)]);
}

#[test]
fn it_counts() {
    let bus = bus();
    assert!(
        block_on(bus.execute(CreateUser).into_future())
            .unwrap()
            .is_err()
    );
    block_on(bus.query(FindUser).into_future()).unwrap();
    block_on(bus.query(FindUser).into_future()).unwrap();
    let counts = |place: usize| {
        let counts = bus.inspect().handlers[place].counts.unwrap();
        (counts.calls, counts.failures)
    };
    assert_eq!(
        counts(0),
        (0, 0),
        "what a failed handler emitted has not happened"
    );
    assert_eq!(counts(2), (1, 1));
    assert_eq!(counts(3), (2, 0));
    bus.close();
    assert!(bus.inspect().is_closed);
}

#[test]
fn it_prints_as_a_table() {
    let bus = bus();
    let text = bus.inspect().to_string();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[0],
        "bus shop: open, 4 handlers, 3 dependencies, 0 messages in flight"
    );
    let words = |line: &str| -> Vec<String> { line.split_whitespace().map(Into::into).collect() };
    assert_eq!(
        words(lines[1]),
        [
            "kind", "message", "handler", "needs", "policies", "running", "queued", "calls",
            "failures", "total"
        ]
    );
    assert_eq!(
        words(lines[2]),
        [
            "event",
            "UserCreated",
            "welcome",
            "Mailer",
            "-",
            "0",
            "0",
            "0",
            "0",
            "0ns"
        ]
    );
    assert_eq!(
        words(lines[4]),
        [
            "command",
            "CreateUser",
            "create_user",
            "Users,",
            "Emit",
            "timeout",
            "1s",
            "0",
            "0",
            "0",
            "0",
            "0ns"
        ]
    );
    let widths: Vec<_> = lines[1..].iter().map(|line| line.chars().count()).collect();
    assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
}

#[test]
fn it_is_drawn_as_a_graph() {
    let dot = bus().inspect().to_dot();
    assert!(
        dot.starts_with("digraph bus {\n") && dot.ends_with("}\n"),
        "{dot}"
    );
    let edges = dot.lines().filter(|line| line.contains(" -> ")).count();
    // From four messages, from four handlers to three things, and between what is provided.
    assert_eq!(edges, 4 + 3 + 3, "{dot}");
    assert!(dot.contains(r#"label="create_user\ntimeout 1s""#), "{dot}");
    assert!(dot.contains(r#"label="Users\nsingleton""#), "{dot}");
}

#[cfg(feature = "serde")]
#[test]
fn it_is_written_as_json() {
    let json: serde_json::Value = serde_json::from_str(&bus().inspect().to_json()).unwrap();
    assert_eq!(json["name"], "shop");
    assert_eq!(json["handlers"][2]["kind"], "command");
    assert_eq!(json["handlers"][2]["counts"]["calls"], 0);
    assert_eq!(json["provided"][1]["way"], "singleton");
}
