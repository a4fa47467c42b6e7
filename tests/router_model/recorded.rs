//! What pysig answered to some scripts, and what the router and the model answer. Made by `recorded.py`, whose head says what the
//! lines mean.

use std::collections::HashMap;

use fanfare::router::SenderInfo;

use crate::model::{Answer, Model, Place, Registered, There};
use crate::real::{End, Real, route};

const SCRIPTS: &str = include_str!("recorded.txt");

fn place(text: &str) -> Place {
    let (sender, event) = text.split_once(':').expect("a place");
    let part = |text: &str| (text != "*").then(|| text.to_owned());
    (part(sender), part(event))
}

fn list(text: &str) -> Vec<String> {
    let names = text
        .split(',')
        .filter(|name| !name.is_empty() && *name != "[]");
    names.map(str::to_owned).collect()
}

fn declared(events: &str, methods: &str) -> Option<There> {
    (events != "-" || methods != "-").then(|| There {
        events: if events == "-" {
            Vec::new()
        } else {
            list(events)
        },
        methods: (methods != "-").then(|| list(methods)),
    })
}

fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_unstable();
    names.join(",")
}

/// What the original tells with `#connect` and `#disconnect`.
fn data(there: &There) -> String {
    let events = there.events.iter().map(String::as_str);
    let methods = there.methods.as_ref();
    let methods = methods.map(|methods| names(methods.iter().map(String::as_str)));
    let methods = methods.unwrap_or_else(|| "-".into());
    format!(
        "{} {methods}",
        names(["#connect", "#disconnect"].into_iter().chain(events))
    )
}

fn there(info: &SenderInfo) -> There {
    let any = info.takes_any_request().then(|| "*".to_owned());
    There {
        events: info.events().map(str::to_owned).collect(),
        methods: info
            .requests()
            .map(|methods| methods.map(str::to_owned).chain(any).collect()),
    }
}

/// Who heard it, and what was told, if anybody heard it.
fn told(heard: &[usize], there: &There) -> String {
    if heard.is_empty() {
        return String::new();
    }
    format!("{} {}", numbers(heard), data(there))
}

fn numbers(heard: &[usize]) -> String {
    let heard: Vec<_> = heard.iter().map(ToString::to_string).collect();
    heard.join(" ")
}

fn bools(answers: &[bool]) -> String {
    let answers: Vec<_> = answers
        .iter()
        .map(|one| if *one { "True" } else { "False" })
        .collect();
    answers.join(" ")
}

fn registered(answer: Registered, there: Option<&There>) -> String {
    match answer {
        Registered::Told(heard) => told(&heard, there.expect("something was declared")),
        Registered::Taken => "taken".into(),
        Registered::Nothing => "nothing".into(),
    }
}

fn sent(answer: Answer<Vec<usize>>) -> String {
    match answer {
        Answer::Done(heard) => numbers(&heard),
        Answer::NobodyThere => "no".into(),
        _ => "undeclared".into(),
    }
}

fn replied(answer: Answer<String>) -> String {
    match answer {
        Answer::Done(reply) => reply,
        Answer::NobodyThere => "unknown".into(),
        Answer::Unsupported => "unsupported".into(),
        Answer::Unknown => "no method".into(),
        Answer::Failed => "failed".into(),
    }
}

/// Replays one script, and counts its steps by what they do and whether something came of it.
fn replay((number, script): (usize, &str), steps: &mut HashMap<String, usize>) {
    let (mut real, mut model) = (Real::new(), Model::default());
    for (turn, step) in script.split("; ").enumerate() {
        let at = format!("line {}, step {}: {step}", number + 1, turn + 1);
        let (words, answer) = step.split_once(" =").unwrap_or_else(|| panic!("{at}"));
        let words: Vec<_> = words.split(' ').collect();
        let answers = match words[..] {
            ["listen", listener, places] => {
                let listener = listener.parse().expect("a number");
                let places: Vec<_> = places.split(',').map(place).collect();
                let stays = real.listen(listener, false, 0, &places);
                [stays, model.listen(listener, &places)].map(|stays| bools(&stays))
            }
            ["unlisten", listener, text] => {
                let (listener, place) = (listener.parse().expect("a number"), place(text));
                let removed = real.connections[&listener].remove_keys([route(&place)]);
                [removed, model.unlisten(listener, &place)].map(|removed| bools(&[removed]))
            }
            ["register", sender, events, methods] => {
                let there = declared(events, methods);
                let told = real.register(sender, there.as_ref());
                let expected = model.register(sender, there.clone());
                [told, expected].map(|answer| registered(answer, there.as_ref()))
            }
            ["disconnect", sender] => {
                let gone = real.disconnect(sender, turn);
                let gone = gone.map(|(heard, info)| told(&heard, &there(&info)));
                let expected = model.disconnect(sender);
                let expected = expected.map(|(heard, there)| told(&heard, &there));
                [gone, expected].map(|gone| gone.unwrap_or_else(|| "no".into()))
            }
            ["send", sender, event] => {
                let end = [End::Await, End::Now, End::Join][turn % 3];
                let heard = real.send(sender, event, end);
                [heard, model.send(sender, event)].map(sent)
            }
            ["request", sender, method] => {
                let reply = real.request(sender, method, 7);
                [reply, model.request(sender, method, 7)].map(replied)
            }
            _ => panic!("{at}"),
        };
        let answer = answer.trim_start();
        let [real, model] = answers;
        assert_eq!(real, answer, "the router, {at}");
        assert_eq!(model, answer, "the model, {at}");
        let kind = format!(
            "{} {}",
            words[0],
            if answer.contains(char::is_numeric) {
                "heard"
            } else {
                answer
            }
        );
        *steps.entry(kind).or_default() += 1;
    }
}

#[test]
fn the_router_and_the_model_answer_as_the_original_did() {
    let mut steps = HashMap::new();
    for script in SCRIPTS.lines().enumerate() {
        replay(script, &mut steps);
    }
    for kind in [
        "listen True",
        "listen False",
        "unlisten True",
        "unlisten False",
        "register heard",
        "register taken",
        "register nothing",
        "disconnect heard",
        "disconnect no",
        "send heard",
        "send undeclared",
        "send no",
        "request heard",
        "request unknown",
        "request unsupported",
        "request no method",
        "request failed",
    ] {
        assert!(
            steps.get(kind).is_some_and(|count| *count > 15),
            "{kind}: {steps:?}"
        );
    }
}
