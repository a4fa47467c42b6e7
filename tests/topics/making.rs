//! Topics and patterns from text, from parts, and from each other.

use std::borrow::Cow;

use fanfare::hub::{Pattern, Topic, TopicProblem};

use crate::kit::{pattern, shape, topic};

#[test]
fn a_topic_is_made_from_whatever_is_one() {
    let wanted = Topic::from(["a", "b"]);
    let text = String::from("a.b");
    let (texts, array) = (["a.b"], &["a", "b"]);
    let strings = vec!["a".to_owned(), "b".to_owned()];
    for made in [
        Topic::new("a.b"),
        Topic::new(texts.iter().next().unwrap()),
        Topic::new(text.clone()),
        Topic::new(&text),
        Topic::new(text.clone().into_boxed_str()),
        Topic::new(Cow::Borrowed("a.b")),
        Topic::new(array),
        Topic::new(*array),
        Topic::new(["a".to_owned(), "b".to_owned()]),
        Topic::new(&strings[..]),
        Topic::new(&strings),
        Topic::new(strings.clone()),
        Topic::new(wanted.clone()),
        Topic::new(&wanted),
        Topic::try_from("a.b"),
        Topic::try_from(text),
        Topic::try_from(strings),
        "a.b".parse(),
        Topic::from_parts(["a", "b"].iter().rev().rev()),
    ] {
        assert_eq!(made, Ok(wanted.clone()));
    }
}

#[test]
fn a_pattern_is_made_from_whatever_is_one() {
    let wanted = Pattern::from(["a", "b"]);
    let topic = topic("a.b");
    for made in [
        Pattern::new("a.b"),
        Pattern::new(String::from("a.b")),
        Pattern::new(["a", "b"]),
        Pattern::new(&["a", "b"][..]),
        Pattern::new(vec!["a", "b"]),
        Pattern::new(&topic),
        Pattern::new(topic.clone()),
        Pattern::new(&wanted),
        Pattern::new(wanted.clone()),
        Pattern::try_from("a.b"),
        Pattern::try_from(vec!["a", "b"]),
        "a.b".parse(),
    ] {
        assert_eq!(made, Ok(wanted.clone()));
    }
    assert_eq!(Pattern::from(topic), wanted);
}

#[test]
fn nothing_in_parts_has_a_meaning() {
    let odd = Topic::from(["a.b", "*", "", "?", r"\", "x y"]);
    assert_eq!(odd.to_string(), r"a\.b.\*.\e.\?.\\.x y");
    assert_eq!(
        odd.parts().collect::<Vec<_>>(),
        ["a.b", "*", "", "?", r"\", "x y"]
    );
    let exact = Pattern::from(["a", "*"]);
    assert_eq!(exact.to_string(), r"a.\*");
    assert!(!exact.matches(&topic("a.b")));
    assert_eq!(topic("a").child("b.*").to_string(), r"a.b\.\*");
    assert_eq!(pattern("a").part("**").to_string(), r"a.\*\*");
    assert_ne!(topic(r"\\e"), topic(r"\e"));
}

#[test]
fn an_empty_list_is_an_error() {
    let none: [&str; 0] = [];
    for error in [
        Topic::from_parts(none).unwrap_err(),
        Topic::try_from(Vec::<String>::new()).unwrap_err(),
        Pattern::new(&none[..]).unwrap_err(),
    ] {
        assert_eq!(error.problem(), TopicProblem::NoParts);
        assert_eq!((error.text(), error.offset()), (None, None));
    }
}

#[test]
fn topics_are_taken_apart_and_put_together() {
    let whole = topic("plant.north.temperature");
    assert_eq!(
        (whole.len(), whole.first(), whole.last()),
        (3, "plant", "temperature")
    );
    assert_eq!((whole.get(1), whole.get(3)), (Some("north"), None));
    assert_eq!(
        whole.parts().rev().collect::<Vec<_>>(),
        ["temperature", "north", "plant"]
    );
    let (plant, rest) = (topic("plant"), topic("north.temperature"));
    for joined in [
        plant.join(&rest),
        &plant + &rest,
        plant.clone() + rest.clone(),
        &plant + rest.clone(),
        plant.clone() + &rest,
        plant.child("north").child("temperature"),
    ] {
        assert_eq!(joined, whole);
    }
    assert!(whole.starts_with(&plant) && whole.starts_with(&whole));
    assert!(
        !plant.starts_with(&whole)
            && !whole.starts_with(&topic("plan"))
            && !whole.starts_with(&rest)
    );
}

#[test]
fn wildcards_for_many_take_in_what_follows() {
    let plant = || Pattern::from(["plant"]);
    for (built, text, parts) in [
        (plant().one(), "plant.?", r#""plant" One"#),
        (plant().rest(), "plant.*", r#""plant" Rest"#),
        (plant().any(), "plant.**", r#""plant" Any"#),
        (plant().one().rest(), "plant.*.*", r#""plant" One Rest"#),
        // The same topics match, so it is the same pattern.
        (plant().one().any(), "plant.*", r#""plant" Rest"#),
        (plant().any().rest(), "plant.*", r#""plant" Rest"#),
        (plant().rest().one(), "plant.*.*", r#""plant" One Rest"#),
        (plant().any().any(), "plant.**", r#""plant" Any"#),
        (
            plant().one().part("x").any(),
            "plant.*.x.**",
            r#""plant" One "x" Any"#,
        ),
        (Pattern::all(), "*", "Rest"),
        (Pattern::single(), "?", "One"),
        (Pattern::single().one(), "*.?", "One One"),
    ] {
        assert_eq!(built.to_string(), text);
        assert_eq!(built, pattern(text));
        assert_eq!(shape(&built), parts);
        assert_eq!(built.len(), built.parts().count());
    }
    assert_eq!(pattern("**"), Pattern::all());
}

#[test]
fn no_part_follows_a_wildcard_for_many() {
    let error = Pattern::from(["a"]).rest().try_part("b").unwrap_err();
    assert_eq!(error.problem(), TopicProblem::NotLast);
    assert_eq!(
        Pattern::from(["a"]).one().try_part("b"),
        Ok(pattern("a.*.b"))
    );
}

#[test]
#[should_panic(expected = r#"part "b" cannot follow "a.**", whose last part stands for the rest"#)]
fn and_the_short_way_panics() {
    let _ = Pattern::from(["a"]).any().part("b");
}

#[test]
fn what_is_very_long_is_taken() {
    let text = vec!["a"; 100_000].join(".");
    let long = topic(&text);
    assert_eq!(long.len(), 100_000);
    assert_eq!(long.to_string(), text);
    assert!(Pattern::new(text).unwrap().any().matches(&long.child("b")));
}
