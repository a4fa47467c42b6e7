//! Which runtime it is, only `spawn` knows; and which reactor sockets have, only the carriers of the network.

use crate::paths::Paths;
use crate::{Source, Violation};

/// What may be named in one room only.
const KEPT: [(&[&str], &str); 2] = [
    (&["smol", "tokio", "async_std"], "src/spawn/"),
    (&["async_io", "async_net"], "src/net/carrier/"),
];

pub(crate) fn check(sources: &[Source]) -> Vec<Violation> {
    let mut found = Vec::new();
    for file in Paths::new(sources).files {
        for mention in &file.mentions {
            let named = mention.segments[0].as_str();
            for (crates, room) in KEPT {
                if crates.contains(&named) && !file.path.starts_with(room) {
                    let what = format!("{} may be named under {room} only", mention.spelling());
                    found.push(Violation::new(file.path, mention.line, what));
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::{Source, expect_one};

    #[test]
    fn sees_a_runtime() {
        for (text, spelling) in [
            ("fn f() {\n    smol::spawn(x).detach();\n}", "smol::spawn"),
            ("\nuse tokio::{task::spawn};", "tokio::task::spawn"),
            ("\nuse ::tokio as t;", "tokio"),
            ("\n#[tokio::test]", "tokio::test"),
            (
                "mod tests {\n    fn f() { ::async_std::task::block_on(x) }\n}",
                "async_std::task::block_on",
            ),
        ] {
            for path in ["src/signal/send.rs", "src/lib.rs", "src/spawner.rs"] {
                expect_one(&check(&[Source::new(path, text)]), path, 2, &[spelling]);
            }
            assert_eq!(check(&[Source::new("src/spawn/tokio.rs", text)]), []);
        }
    }

    #[test]
    fn sees_a_reactor() {
        let text = "use async_io::Async;";
        for path in ["src/net/link/writer.rs", "src/spawn/smol.rs", "src/lib.rs"] {
            expect_one(
                &check(&[Source::new(path, text)]),
                path,
                1,
                &["src/net/carrier/"],
            );
        }
        assert_eq!(check(&[Source::new("src/net/carrier/tcp.rs", text)]), []);
    }

    #[test]
    fn lets_pass_what_is_no_runtime() {
        for text in [
            "//! tokio::spawn\n/// ```\n/// smol::block_on(x)\n/// ```\nfn f() { \"tokio::spawn\"; }",
            "#[cfg(feature = \"tokio\")]\nfn tokio() {}",
            "pub use crate::spawn::smol::Smol;\npub use spawn::{tokio::Tokio};",
        ] {
            assert_eq!(check(&[Source::new("src/lib.rs", text)]), [], "{text}");
        }
    }
}
