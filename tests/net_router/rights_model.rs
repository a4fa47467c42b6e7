//! Random lists of rights against a model of what they mean: of each right alone, and at a server.

use fanfare::net::{Acl, Identity, Right, Rule};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest,
};
use serde_json::json;

use crate::common::Log;
use crate::kit::{ByHand, near, writes};

/// A rule, as data.
#[derive(Debug, Clone)]
struct Said {
    right: Option<Right>,
    sender: String,
    name: Option<String>,
    by: Option<String>,
    allows: bool,
}

impl Said {
    fn rule(&self) -> Rule {
        let mut rule = match self.right {
            Some(Right::Publish) => Rule::publish(&self.sender),
            Some(Right::Listen) => Rule::listen(&self.sender),
            Some(Right::Request) => Rule::request(&self.sender),
            _ => Rule::anything(&self.sender),
        };
        if let Some(name) = &self.name {
            rule = rule.event(name);
        }
        if let Some(by) = &self.by {
            rule = rule.by(by);
        }
        rule
    }

    fn is(&self, who: Option<&str>, right: Right, sender: &str, name: &str) -> bool {
        let fits = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
            Some(begin) => text.starts_with(begin),
            None => pattern == text,
        };
        self.right.is_none_or(|own| own == right)
            && fits(&self.sender, sender)
            && self.name.as_ref().is_none_or(|own| fits(own, name))
            && self
                .by
                .as_ref()
                .is_none_or(|by| who.is_some_and(|who| fits(by, who)))
    }
}

fn permits(
    rules: &[Said],
    is_open: bool,
    who: Option<&str>,
    right: Right,
    sender: &str,
    name: &str,
) -> bool {
    let said = |allows: bool| {
        let mut rules = rules.iter().filter(move |rule| rule.allows == allows);
        rules.any(|rule| rule.is(who, right, sender, name))
    };
    (is_open || said(true)) && !said(false)
}

fn acl(rules: &[Said], is_open: bool) -> Acl {
    let begin = if is_open { Acl::open() } else { Acl::closed() };
    rules.iter().fold(begin, |acl, said| match said.allows {
        true => acl.allow(said.rule()),
        false => acl.deny(said.rule()),
    })
}

const RIGHTS: [Right; 3] = [Right::Publish, Right::Listen, Right::Request];
const SENDERS: [&str; 3] = ["s1", "s2", "t"];
const NAMES: [&str; 3] = ["a", "ab", "#c"];
const WHO: [Option<&str>; 3] = [None, Some("one"), Some("other")];

fn rules() -> impl Strategy<Value = Vec<Said>> {
    let right = prop_oneof![
        Just(None),
        Just(Some(Right::Publish)),
        Just(Some(Right::Listen)),
        Just(Some(Right::Request))
    ];
    let sender = prop_oneof![Just("*"), Just("s*"), Just("s1"), Just("t"), Just("x")];
    let name = option::of(prop_oneof![Just("*"), Just("a*"), Just("a"), Just("#c")]);
    let by = option::of(prop_oneof![Just("*"), Just("o*"), Just("one")]);
    let rule = (right, sender, name, by, any::<bool>());
    let rule = rule.prop_map(|(right, sender, name, by, allows)| Said {
        right,
        sender: sender.to_owned(),
        name: name.map(str::to_owned),
        by: by.map(str::to_owned),
        allows,
    });
    vec(rule, 0..6)
}

fn cases() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn each_right_is_as_the_rules_mean(rules in rules(), is_open in any::<bool>()) {
        let acl = acl(&rules, is_open);
        for who in WHO {
            let identity = who.map(|name| Identity::new([name]));
            for right in RIGHTS {
                for sender in SENDERS {
                    for name in NAMES {
                        let given = acl.permits(identity.as_ref(), right, sender, name);
                        let meant = permits(&rules, is_open, who, right, sender, name);
                        prop_assert_eq!(given, meant, "{:?} {} {} {}", who, right, name, sender);
                    }
                }
            }
        }
    }

    /// A client that listens to everything hears exactly what it may hear, and has no listener where it may hear nothing.
    #[test]
    fn a_server_lets_hear_what_the_rules_mean(rules in rules(), is_open in any::<bool>(), changed in rules_changed()) {
        let by_hand = ByHand::new();
        let router = by_hand.router();
        let list = acl(&rules, is_open);
        let (server, dialer) = by_hand.server(&router, |builder| builder.token("one's", "one").acl(list));
        let client = by_hand.builder(dialer).token("one's");
        let client = by_hand.now(client.start()).unwrap();
        let senders = SENDERS.map(|name| near(&router, name, &NAMES));
        for (rules, is_open) in [(rules, is_open), changed] {
            server.set_acl(acl(&rules, is_open));
            by_hand.run();
            let log = Log::new();
            let may = |sender: &str, name: &str| permits(&rules, is_open, Some("one"), Right::Listen, sender, name);
            let listening = client.connect_sync(writes(&log)).senders(SENDERS);
            let listening = by_hand.now(std::future::IntoFuture::into_future(listening));
            let mut expected = Vec::new();
            for sender in &senders {
                for name in NAMES {
                    sender.send(name, json!(1)).now().unwrap();
                    if may(sender.name(), name) {
                        expected.push(format!("{} {name} 1", sender.name()));
                    }
                }
            }
            by_hand.run();
            match listening {
                Ok(connection) => {
                    prop_assert_eq!(log.take(), expected);
                    connection.disconnect();
                    by_hand.run();
                }
                Err(error) => {
                    let sender = error.route().sender().unwrap().to_owned();
                    prop_assert_eq!(log.take(), [""; 0]);
                    // Of that sender nothing at all may be heard, or nobody may say so without naming an event.
                    let heard = NAMES.iter().any(|name| may(&sender, name));
                    prop_assert_eq!(heard, false, "{}", error);
                }
            }
            prop_assert_eq!(server.peers()[0].listeners, 0);
        }
    }
}

fn rules_changed() -> impl Strategy<Value = (Vec<Said>, bool)> {
    (rules(), any::<bool>())
}
