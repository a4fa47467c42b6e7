//! What the compiler tells who makes one of the usual mistakes.
//!
//! Each file in `messages/` makes one, beside the right way of writing it where there is one; the `.stderr` beside it is
//! what its author reads. After a deliberate change of a message: `TRYBUILD=overwrite cargo test --test messages`, and
//! read what has changed.

use std::process::Command;

/// Compilers word things differently; these files are what this one says.
const PINNED: &str = "rustc 1.95.";

#[test]
fn mistakes_are_explained() {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let version = Command::new(rustc)
        .arg("--version")
        .output()
        .expect("cargo runs rustc as well")
        .stdout;
    if !version.starts_with(PINNED.as_bytes()) {
        println!(
            "not compared: messages are pinned for {PINNED}x, this is {}",
            String::from_utf8_lossy(&version)
        );
        return;
    }
    if cfg!(feature = "net") {
        // The compiler writes a path before each name that is not the only one: `fanfare::Signal`, beside the protocol's `Call::Signal`.
        println!(
            "not compared: with the network, names of it stand beside others, and messages differ in paths"
        );
        return;
    }
    let cases = trybuild::TestCases::new();
    // With one program that compiles, the others are built rather than checked: a zero-sized sender is only found then.
    cases.pass("tests/messages/right.rs");
    cases.compile_fail("tests/messages/wrong_*.rs");
    // Lists the spawners and timers there are.
    if cfg!(all(feature = "smol", not(feature = "tokio"))) {
        cases.compile_fail("tests/messages/default_features_*.rs");
    }
}
