//! Topics and patterns that are none: said where, with the payload back, and nothing done.

use std::fmt::{Debug, Display};

use fanfare::hub::{TopicError, TopicProblem};

use crate::kit::{Msg, hub_on};
use crate::runtime::Runtime;

const TOPICS: [(&str, TopicProblem, usize); 8] = [
    ("", TopicProblem::NoParts, 0),
    ("a..b", TopicProblem::EmptyPart, 2),
    (".a", TopicProblem::EmptyPart, 0),
    ("a.", TopicProblem::EmptyPart, 2),
    ("a.*", TopicProblem::Wildcard, 2),
    ("ä.?.b", TopicProblem::Wildcard, 3),
    ("a\\", TopicProblem::DanglingEscape, 1),
    ("a.\\n", TopicProblem::UnknownEscape, 2),
];
const PATTERNS: [(&str, TopicProblem, usize); 5] = [
    ("", TopicProblem::NoParts, 0),
    ("a..*", TopicProblem::EmptyPart, 2),
    ("a.temp*", TopicProblem::WildcardInPart, 6),
    ("a.**.b", TopicProblem::NotLast, 2),
    ("a.\\", TopicProblem::DanglingEscape, 2),
];

fn expect(error: &TopicError, (text, problem, offset): (&str, TopicProblem, usize), from: &str) {
    assert_eq!(error.problem(), problem, "{from} {text:?}");
    assert_eq!(
        (error.text(), error.offset()),
        (Some(text), Some(offset)),
        "{from} {text:?}"
    );
}

fn explains(error: &(impl Display + Debug), inner: &TopicError) {
    let inner = inner.to_string();
    assert!(
        error.to_string().contains(&inner) && format!("{error:?}").contains(&inner),
        "{error}"
    );
}

async fn topics(on: Runtime) {
    let hub = hub_on(&on);
    let publisher = hub.publisher("p").unwrap();
    let slowly = publisher.throttled(0, || []);
    hub.respond_sync(|_: &Msg| 1).topic("*").await.unwrap();
    hub.connect_sync(|_| panic!("nothing is published"))
        .topic("*")
        .await
        .unwrap();
    for case in TOPICS {
        let topic = case.0;
        for error in [
            hub.publish(topic, 5).await.unwrap_err(),
            hub.publish(topic, 5).now().unwrap_err(),
            hub.publish(topic, 5).join().await.unwrap_err(),
            hub.publish(topic.to_owned(), 5).await.unwrap_err(),
            publisher.publish(topic, 5).await.unwrap_err(),
            slowly.publish(topic, 5).await.unwrap_err(),
        ] {
            let inner = error.topic_error().expect("it is the topic");
            expect(inner, case, "publish");
            explains(&error, inner);
            assert!(!error.is_full() && !error.is_closed());
            assert_eq!(error.into_payload(), Some(5));
        }
        for error in [
            hub.request(topic, 6).await.unwrap_err(),
            publisher.request(topic, 6).await.unwrap_err(),
        ] {
            let inner = error.topic_error().expect("it is the topic");
            expect(inner, case, "request");
            explains(&error, inner);
            assert!(!error.is_unanswered() && !error.is_closed());
            assert_eq!(error.into_payload(), Some(6));
        }
        expect(&hub.publisher(topic).unwrap_err(), case, "publisher");
        expect(&publisher.publisher(topic).unwrap_err(), case, "publisher");
        expect(&hub.queue_sizes(topic).unwrap_err(), case, "queue sizes");
    }
    let error = hub.publish(Vec::<String>::new(), 5).await.unwrap_err();
    assert_eq!(
        error.topic_error().unwrap().problem(),
        TopicProblem::NoParts
    );
    assert_eq!(error.into_payload(), Some(5));
}

async fn patterns(on: Runtime) {
    let hub = hub_on(&on);
    let subscriber = hub.subscriber("s");
    let mut notices = hub.notices();
    for case in PATTERNS {
        let pattern = case.0;
        let none = |_: &Msg| ();
        for error in [
            hub.connect_sync(none).topic(pattern).await.unwrap_err(),
            hub.connect_sync(none)
                .topics(["a", pattern, "a..b"])
                .now()
                .unwrap_err(),
            hub.connect(async |_| ())
                .topic("a")
                .topic(pattern)
                .topic("b")
                .await
                .unwrap_err(),
            subscriber
                .connect_sync(none)
                .topic(pattern)
                .await
                .unwrap_err(),
            hub.respond_sync(|_: &Msg| 1)
                .topic(pattern)
                .await
                .unwrap_err(),
            subscriber.subscribe(pattern).await.unwrap_err(),
            subscriber.subscribe(pattern).id("x").now().unwrap_err(),
            subscriber.unsubscribe(pattern).unwrap_err(),
            subscriber.unsubscribe_from("x", pattern).unwrap_err(),
            hub.has_subscribers(pattern).unwrap_err(),
            hub.publisher("p")
                .unwrap()
                .has_subscribers(pattern)
                .unwrap_err(),
        ] {
            expect(&error, case, "pattern");
        }
    }
    assert!(!hub.has_subscribers("*").unwrap());
    assert!(notices.try_recv().is_err(), "nobody has come");
    assert!(hub.inspect().connections.is_empty());
    assert!(subscriber.queue_sizes().is_empty());
    assert_eq!(
        hub.request("a", 1).await.unwrap_err().into_payload(),
        Some(1)
    );
}

on_each_runtime! { topics, patterns }
