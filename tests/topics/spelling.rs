//! The text form and those of NATS and MQTT, there and back.

use fanfare::hub::{Pattern, Topic};
use proptest::prelude::*;

use crate::kit::{any_pattern, any_topic, pattern, shape, topic};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn text_is_read_as_it_was_written(topic in any_topic(), pattern in any_pattern()) {
        prop_assert_eq!(topic.to_string().parse(), Ok(topic));
        let again: Pattern = pattern.to_string().parse().unwrap();
        prop_assert_eq!(shape(&again), shape(&pattern));
        prop_assert_eq!(again, pattern);
    }

    #[test]
    fn what_nats_can_say_is_read_as_it_was_written(topic in any_topic(), pattern in any_pattern()) {
        match topic.to_nats() {
            Ok(subject) => prop_assert_eq!(Topic::nats(subject), Ok(topic)),
            Err(error) => prop_assert!(!plain(topic.get(error.part().unwrap()).unwrap(), "*>", ". \t\r\n\x0C\0")),
        }
        match pattern.to_nats() {
            Ok(subject) => prop_assert_eq!(Pattern::nats(subject), Ok(pattern)),
            Err(error) => prop_assert!(error.part().unwrap() < pattern.len()),
        }
    }

    #[test]
    fn what_mqtt_can_say_is_read_as_it_was_written(topic in any_topic(), pattern in any_pattern()) {
        match topic.to_mqtt() {
            Ok(name) => prop_assert_eq!(Topic::mqtt(name), Ok(topic)),
            Err(error) => prop_assert!(topic.len() == 1 && topic.first().is_empty()
                || !plain(topic.get(error.part().unwrap()).unwrap(), "", "/+#\0")),
        }
        match pattern.to_mqtt() {
            Ok(filter) => prop_assert_eq!(Pattern::mqtt(filter), Ok(pattern)),
            Err(error) => prop_assert!(error.part().unwrap() < pattern.len()),
        }
    }

    #[test]
    fn no_text_at_all_is_too_much(text in any::<String>(), odd in r"[a.*?\\e>+#/]{0,8}") {
        for text in [text, odd] {
            for read in [Topic::new(&text), Topic::nats(&text), Topic::mqtt(&text)] {
                if let Err(error) = read {
                    prop_assert!(text.is_char_boundary(error.offset().unwrap()));
                    prop_assert!(!error.to_string().is_empty());
                }
            }
            for read in [Pattern::new(&text), Pattern::nats(&text), Pattern::mqtt(&text)] {
                if let Err(error) = read {
                    prop_assert!(text.is_char_boundary(error.offset().unwrap()));
                    prop_assert_eq!(error.text(), Some(&*text));
                    prop_assert!(!error.to_string().is_empty());
                }
            }
        }
    }
}

/// Whether a part has none of these characters, and is none of those.
fn plain(part: &str, is_not: &str, has_not: &str) -> bool {
    let is_wildcard = part.chars().count() == 1 && is_not.contains(part);
    !part.is_empty() && !is_wildcard && !part.contains(|c| has_not.contains(c))
}

#[test]
fn each_wildcard_in_each_spelling() {
    for (text, nats, mqtt) in [
        ("a.b", Some("a.b"), "a/b"),
        ("a.*.b", Some("a.*.b"), "a/+/b"),
        ("a.?", Some("a.*"), "a/+"),
        ("a.*", Some("a.>"), "a/+/#"),
        ("a.*.*", Some("a.*.>"), "a/+/+/#"),
        ("a.**", None, "a/#"),
        ("?", Some("*"), "+"),
        ("*", Some(">"), "#"),
        ("*.*", Some("*.>"), "+/+/#"),
    ] {
        let pattern = pattern(text);
        assert_eq!(pattern.to_nats().ok().as_deref(), nats, "{text}");
        assert_eq!(pattern.to_mqtt().as_deref(), Ok(mqtt), "{text}");
        assert_eq!(Pattern::mqtt(mqtt), Ok(pattern.clone()));
        if let Some(nats) = nats {
            assert_eq!(Pattern::nats(nats), Ok(pattern));
        }
    }
    // What begins with any one part, or none, begins with any one part: no topic is empty.
    assert_eq!(Pattern::mqtt("+/#"), Ok(Pattern::all()));
}

#[test]
fn characters_that_mean_something_elsewhere() {
    let odd = Topic::nats(r"a?.b\.c*d.+#/").unwrap();
    assert_eq!(odd, Topic::from(["a?", r"b\", "c*d", "+#/"]));
    assert_eq!(odd.to_nats().as_deref(), Ok(r"a?.b\.c*d.+#/"));
    let odd = Topic::mqtt(r"/a.b//*/>/").unwrap();
    assert_eq!(odd, Topic::from(["", "a.b", "", "*", ">", ""]));
    assert_eq!(odd.to_string(), r"\e.a\.b.\e.\*.>.\e");
    assert_eq!(Pattern::mqtt("/#"), Ok(Pattern::from([""]).any()));
    assert_eq!(Topic::mqtt("$SYS/x"), Ok(topic("$SYS.x")));
}

#[cfg(feature = "serde")]
proptest! {
    #[test]
    fn serde_sees_the_text(topic in any_topic(), pattern in any_pattern()) {
        let json = serde_json::to_string(&(&topic, &pattern)).unwrap();
        prop_assert_eq!(&json, &serde_json::to_string(&(topic.to_string(), pattern.to_string())).unwrap());
        let (read_topic, read_pattern) = serde_json::from_str(&json).unwrap();
        prop_assert_eq!((topic, pattern), (read_topic, read_pattern));
    }
}
