//! What each error says.

use fanfare::hub::{Pattern, SpellingError, Topic, TopicError, TopicProblem};

#[track_caller]
fn says(
    result: Result<impl Sized, TopicError>,
    problem: TopicProblem,
    offset: usize,
    message: &str,
) {
    let Err(error) = result else {
        panic!("no error, and not: {message}")
    };
    assert_eq!(error.to_string(), message);
    assert_eq!((error.problem(), error.offset()), (problem, Some(offset)));
}

#[test]
fn text_that_is_no_topic() {
    for (text, problem, offset, message) in [
        (
            "",
            TopicProblem::NoParts,
            0,
            r#""" is no topic: the text is empty"#,
        ),
        (
            ".",
            TopicProblem::EmptyPart,
            0,
            r#""." is no topic: part 1 is empty, at character 1; an empty part is written \e"#,
        ),
        (
            "ä..b",
            TopicProblem::EmptyPart,
            3,
            r#""ä..b" is no topic: part 2 is empty, at character 3; an empty part is written \e"#,
        ),
        (
            "a.b.",
            TopicProblem::EmptyPart,
            4,
            r#""a.b." is no topic: part 3 is empty, at character 5; an empty part is written \e"#,
        ),
        (
            "a.*",
            TopicProblem::Wildcard,
            2,
            r#""a.*" is no topic: * at character 3 is a wildcard, and a message has one topic; the character is written \*"#,
        ),
        (
            "?.b",
            TopicProblem::Wildcard,
            0,
            r#""?.b" is no topic: ? at character 1 is a wildcard, and a message has one topic; the character is written \?"#,
        ),
        (
            "a.**.b",
            TopicProblem::Wildcard,
            2,
            r#""a.**.b" is no topic: ** at character 3 is a wildcard, and a message has one topic; the character is written \*"#,
        ),
        (
            r"a\.b*",
            TopicProblem::WildcardInPart,
            4,
            r#""a\.b*" is no topic: * at character 5 is not alone in its part, and wildcards stand for whole parts; the character is written \*"#,
        ),
        (
            r"a.b\",
            TopicProblem::DanglingEscape,
            3,
            r#""a.b\" is no topic: nothing follows the \ at character 4; the character is written \\"#,
        ),
        (
            r"a.b\ü",
            TopicProblem::UnknownEscape,
            3,
            r#""a.b\ü" is no topic: \ü at character 4 is not known; there are \. \* \? \\ and, for an empty part, \e"#,
        ),
        (
            r"a\e",
            TopicProblem::UnknownEscape,
            1,
            r#""a\e" is no topic: \e at character 2 is not known; there are \. \* \? \\ and, for an empty part, \e"#,
        ),
    ] {
        says(Topic::new(text), problem, offset, message);
    }
}

#[test]
fn text_that_is_no_pattern() {
    says(
        Pattern::new(""),
        TopicProblem::NoParts,
        0,
        r#""" is no pattern: the text is empty"#,
    );
    says(
        Pattern::new("a.**.b"),
        TopicProblem::NotLast,
        2,
        r#""a.**.b" is no pattern: ** at character 3 stands for the rest, so nothing can follow it"#,
    );
    says(
        Pattern::new("a.***"),
        TopicProblem::WildcardInPart,
        2,
        r#""a.***" is no pattern: * at character 3 is not alone in its part, and wildcards stand for whole parts; the character is written \*"#,
    );
    says(
        Pattern::new("a.b?.c"),
        TopicProblem::WildcardInPart,
        3,
        r#""a.b?.c" is no pattern: ? at character 4 is not alone in its part, and wildcards stand for whole parts; the character is written \?"#,
    );
}

#[test]
fn lists_and_parts() {
    let error = Topic::from_parts([""; 0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the list has no parts; a topic has at least one"
    );
    let error = Pattern::from_parts([""; 0]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the list has no parts; a pattern has at least one"
    );
    let error = Pattern::from(["a"]).rest().try_part("b").unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"part "b" cannot follow "a.*", whose last part stands for the rest"#
    );
}

#[test]
fn nats_subjects() {
    says(
        Topic::nats(""),
        TopicProblem::NoParts,
        0,
        r#""" is no NATS subject: the text is empty"#,
    );
    says(
        Topic::nats("a..b"),
        TopicProblem::EmptyPart,
        2,
        r#""a..b" is no NATS subject: part 2 is empty, at character 3"#,
    );
    says(
        Topic::nats("a.>"),
        TopicProblem::Wildcard,
        2,
        r#""a.>" is no NATS subject: > at character 3 is a wildcard, and a message has one topic"#,
    );
    says(
        Pattern::nats("a.>.b"),
        TopicProblem::NotLast,
        2,
        r#""a.>.b" is no NATS subject with wildcards: > at character 3 stands for the rest, so nothing can follow it"#,
    );
    says(
        Topic::nats("a.b c"),
        TopicProblem::Forbidden,
        3,
        r#""a.b c" is no NATS subject: " " at character 4 is not allowed"#,
    );
}

#[test]
fn mqtt_names_and_filters() {
    says(
        Topic::mqtt(""),
        TopicProblem::NoParts,
        0,
        r#""" is no MQTT topic name: the text is empty"#,
    );
    says(
        Topic::mqtt("a/#"),
        TopicProblem::Wildcard,
        2,
        r##""a/#" is no MQTT topic name: # at character 3 is a wildcard, and a message has one topic"##,
    );
    says(
        Topic::mqtt("a/b+"),
        TopicProblem::WildcardInPart,
        3,
        r#""a/b+" is no MQTT topic name: + at character 4 is not alone in its part, and wildcards stand for whole parts"#,
    );
    says(
        Pattern::mqtt("a/#/b"),
        TopicProblem::NotLast,
        2,
        r##""a/#/b" is no MQTT topic filter: # at character 3 stands for the rest, so nothing can follow it"##,
    );
    says(
        Pattern::mqtt("a\0"),
        TopicProblem::Forbidden,
        1,
        "\"a\0\" is no MQTT topic filter: \"\\0\" at character 2 is not allowed",
    );
    let long = "ä".repeat(40_000);
    says(
        Topic::mqtt(&long),
        TopicProblem::TooLong,
        0,
        &format!(
            "\"{}…\" is no MQTT topic name: it has 80000 bytes, more than are allowed",
            "ä".repeat(20)
        ),
    );
}

#[test]
fn a_long_text_is_shown_where_it_is_wrong() {
    let text = format!("{}..{}", "ä".repeat(100), "b".repeat(100));
    let message = format!(
        r#""…{}..{}…" is no topic: part 2 is empty, at character 102; an empty part is written \e"#,
        "ä".repeat(39),
        "b".repeat(19)
    );
    says(Topic::new(&text), TopicProblem::EmptyPart, 201, &message);
}

#[track_caller]
fn cannot_say(result: Result<String, SpellingError>, part: Option<usize>, message: &str) {
    let error = result.unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(error.part(), part);
}

#[test]
fn what_nats_cannot_say() {
    let cannot =
        |part: &str, message| cannot_say(Topic::from(["a", part]).to_nats(), Some(1), message);
    cannot("", r#"NATS cannot spell part 2, "": it is empty"#);
    cannot("b.c", r#"NATS cannot spell part 2, "b.c": it contains '.'"#);
    cannot(
        "b\tc",
        "NATS cannot spell part 2, \"b\tc\": it contains '\\t'",
    );
    cannot(
        "*",
        r#"NATS cannot spell part 2, "*": it would be read as a wildcard"#,
    );
    cannot(
        ">",
        r#"NATS cannot spell part 2, ">": it would be read as a wildcard"#,
    );
    cannot_say(
        Pattern::from(["a"]).any().to_nats(),
        Some(1),
        r#"NATS cannot spell part 2, "**": it stands for none or more, and there are wildcards for one or more only"#,
    );
}

#[test]
fn what_mqtt_cannot_say() {
    let cannot = |part: &str, message| cannot_say(Topic::from([part]).to_mqtt(), Some(0), message);
    cannot("", r#"MQTT cannot spell part 1, "": it is empty"#);
    cannot("b/c", r#"MQTT cannot spell part 1, "b/c": it contains '/'"#);
    cannot("b+c", r#"MQTT cannot spell part 1, "b+c": it contains '+'"#);
    cannot(
        "+",
        r#"MQTT cannot spell part 1, "+": it would be read as a wildcard"#,
    );
    let long = Topic::from(["a".repeat(40_000), "b".repeat(40_000)]);
    cannot_say(
        long.to_mqtt(),
        None,
        "MQTT cannot spell it: it takes 80001 bytes, and 65535 are allowed",
    );
}
