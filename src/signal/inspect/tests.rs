//! Exact outputs of one sample, and what holds for any name.

use std::time::Duration;

use proptest::prelude::*;

use super::words::{cut, on_one_line, quoted, time};
use super::{ConnectionInfo, ConnectionKind, Inspection};
use crate::signal::event::SignalId;
use crate::signal::failure::ConnectionId;
use crate::signal::stats::CallCounts;

fn connection(id: u64) -> ConnectionInfo {
    ConnectionInfo {
        id: ConnectionId(id),
        name: None,
        kind: ConnectionKind::SyncCallback,
        priority: 0,
        is_blocked: false,
        is_unfiltered: true,
        keys: 0,
        senders: 0,
        policies: Vec::new(),
        running: 0,
        queued: 0,
        lost: 0,
        counts: None,
    }
}

fn signal(connections: Vec<ConnectionInfo>) -> Inspection {
    Inspection {
        id: SignalId(7),
        name: None,
        is_closed: false,
        sends_in_flight: 0,
        failures: 0,
        connections,
    }
}

fn sample() -> Inspection {
    let store = ConnectionInfo {
        name: Some("größe \"a\\b\" & c\nd".into()),
        kind: ConnectionKind::AsyncCallback,
        priority: 5,
        is_unfiltered: false,
        keys: 2,
        senders: 1,
        policies: vec!["sequential".into(), "queue 16 drop-oldest".into()],
        running: 1,
        queued: 3,
        lost: 1200,
        counts: Some(CallCounts {
            calls: 12,
            failures: 1,
            total: Duration::from_micros(14_880),
            longest: Duration::from_micros(1_240),
        }),
        ..connection(1)
    };
    let stream = ConnectionInfo {
        name: Some("a name of thirty-one characters".into()),
        kind: ConnectionKind::EventStream,
        priority: -1,
        is_blocked: true,
        is_unfiltered: false,
        ..connection(23)
    };
    Inspection {
        name: Some("orders".into()),
        is_closed: true,
        sends_in_flight: 1,
        failures: 2,
        ..signal(vec![store, connection(2), stream])
    }
}

const TABLE: &str = r#"
signal 7 orders: closed, 3 connections, 1 send in flight, 2 failures
id  name                      kind    state    filters           policies                          priority  running  queued  lost  calls  failures    total  longest
 1  größe "a\b" & c\nd        async   open     2 keys, 1 sender  sequential, queue 16 drop-oldest         5        1       3  1200     12         1  14.88ms   1.24ms
 2  -                         sync    open     every             -                                        0        0       0     0      -         -        -        -
23  a name of thirty-one ch…  stream  blocked  none              -                                       -1        0       0     0      -         -        -        -"#;

const DOT: &str = r#"
digraph signal_7 {
    rankdir=LR;
    s7 [shape=ellipse, label="signal 7\norders\nclosed"];
    s7c1 [shape=box, label="1 größe \"a\\b\" &amp; c\nd\nasync\nsequential\nqueue 16 drop-oldest"];
    s7 -> s7c1 [label="2 keys, 1 sender"];
    s7c2 [shape=box, label="2\nsync"];
    s7 -> s7c2 [label="every"];
    s7c23 [shape=cylinder, label="23 a name of thirty-one characters\nstream", style=dashed];
    s7 -> s7c23 [label="none", style=dashed];
}
"#;

#[test]
fn it_prints_as_a_table() {
    assert_eq!(format!("\n{}", sample()), TABLE);
}

#[test]
fn without_connections_it_prints_as_a_line() {
    let line = "signal 7: open, no connections, 0 sends in flight, 0 failures";
    assert_eq!(signal(Vec::new()).to_string(), line);
}

#[test]
fn it_is_a_graph() {
    assert_eq!(format!("\n{}", sample().to_dot()), DOT);
}

#[test]
fn without_connections_it_is_a_node() {
    let graph =
        "digraph signal_7 {\n    rankdir=LR;\n    s7 [shape=ellipse, label=\"signal 7\"];\n}\n";
    assert_eq!(signal(Vec::new()).to_dot(), graph);
}

#[cfg(feature = "serde")]
#[test]
fn it_is_json() {
    let connections = [
        concat!(
            r#"{"id":1,"name":"größe \"a\\b\" & c\nd","kind":"async","priority":5,"is_blocked":false,"#,
            r#""is_unfiltered":false,"keys":2,"senders":1,"policies":["sequential","queue 16 drop-oldest"],"#,
            r#""running":1,"queued":3,"lost":1200,"#,
            r#""counts":{"calls":12,"failures":1,"total_nanos":14880000,"longest_nanos":1240000}}"#,
        ),
        concat!(
            r#"{"id":2,"name":null,"kind":"sync","priority":0,"is_blocked":false,"is_unfiltered":true,"#,
            r#""keys":0,"senders":0,"policies":[],"running":0,"queued":0,"lost":0,"counts":null}"#,
        ),
        concat!(
            r#"{"id":23,"name":"a name of thirty-one characters","kind":"stream","priority":-1,"is_blocked":true,"#,
            r#""is_unfiltered":false,"keys":0,"senders":0,"policies":[],"running":0,"queued":0,"lost":0,"counts":null}"#,
        ),
    ];
    let signal = r#"{"id":7,"name":"orders","is_closed":true,"sends_in_flight":1,"failures":2,"connections":["#;
    assert_eq!(
        sample().to_json(),
        format!("{signal}{}]}}", connections.join(","))
    );
}

#[test]
fn times_are_rounded_into_their_unit() {
    for (nanos, shown) in [
        (0, "0ns"),
        (999, "999ns"),
        (1_000, "1.00µs"),
        (999_994, "999.99µs"),
        (999_995, "1.00ms"),
        (1_235_000, "1.24ms"),
        (59_994_999_999, "59.99s"),
        (59_995_000_000, "1m00s"),
        (125_000_000_000, "2m05s"),
        (3_599_499_999_999, "59m59s"),
        (3_599_500_000_000, "1h00m"),
        (10_949_000_000_000, "3h02m"),
        (10_949_999_999_999, "3h02m"),
        (10_950_000_000_000, "3h03m"),
        (u64::MAX, "5124095h35m"),
    ] {
        assert_eq!(time(Duration::from_nanos(nanos)), shown);
    }
    assert_eq!(time(Duration::MAX), "5124095576030431h00m");
}

#[test]
fn only_what_is_too_long_is_cut() {
    assert_eq!(cut("größe", 5), "größe");
    assert_eq!(cut("größer", 5), "größ…");
    assert_eq!(cut("", 5), "");
}

#[test]
fn what_would_break_a_line_is_spelled_out() {
    assert_eq!(
        on_one_line("a\tb\r\n\u{2028}\u{202e}\0"),
        r"a\tb\r\n\u{2028}\u{202e}\u{0}"
    );
    assert_eq!(quoted("a\t\0\u{202e}"), r#""a\\u{9}\\u{0}\\u{202e}""#);
}

/// Reads what Graphviz would read between quotes; what follows the closing one comes second.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut chars = text.strip_prefix('"')?.chars();
    let mut read = String::new();
    loop {
        match chars.next()? {
            '"' => return Some((read.replace("&amp;", "&"), chars.as_str())),
            '\\' => read.push(match chars.next()? {
                'n' => '\n',
                c @ ('"' | '\\') => c,
                _ => return None,
            }),
            c => read.push(c),
        }
    }
}

fn name() -> impl Strategy<Value = String> {
    let hard = prop::sample::select(vec![
        '"', '\\', '\n', '\r', '\0', '&', ';', 'ß', '…', '\u{2028}',
    ]);
    prop::collection::vec(prop_oneof![hard, any::<char>()], 0..40)
        .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn all_lines_of_a_table_are_as_wide(names in prop::collection::vec(prop::option::of(name()), 1..5)) {
        let connections = names.iter().zip(1..).map(|(name, id)| ConnectionInfo {
            name: name.clone(),
            ..connection(id)
        });
        let text = Inspection { name: names[0].clone(), ..signal(connections.collect()) }.to_string();
        let lines: Vec<_> = text.split(['\n', '\r', '\u{2028}', '\u{2029}']).collect();
        prop_assert_eq!(lines.len(), 2 + names.len());
        let width = lines[1].chars().count();
        for line in &lines[1..] {
            prop_assert_eq!(line.chars().count(), width, "{}", text);
            prop_assert!(!line.ends_with(' '));
        }
    }

    #[test]
    fn no_name_breaks_out_of_its_quotes(name in name()) {
        let connections = vec![ConnectionInfo { name: Some(name.clone()), ..connection(1) }];
        let text = Inspection { name: Some(name.clone()), ..signal(connections) }.to_dot();
        let mut rest = text.as_str();
        let mut labels = Vec::new();
        while let Some(at) = rest.find('"') {
            let read = unquoted(&rest[at..]);
            prop_assert!(read.is_some(), "{}", text);
            let (label, after) = read.unwrap();
            labels.push(label);
            rest = after;
        }
        prop_assert_eq!(labels.len(), 3, "{}", text);
        if !name.contains(super::words::is_unruly) {
            let expected = [format!("signal 7\n{name}"), format!("1 {name}\nsync"), "every".into()];
            // An ampersand that is spelled as an entity comes back as what it was.
            prop_assert_eq!(labels, expected);
        }
    }
}
