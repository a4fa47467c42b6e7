//! The conversation, with tasks instead of processes; and the command line.

use crate::args::{Command, Join, parse};
use crate::play::play;
use crate::stage;

#[test]
fn the_conversation_goes_as_it_should() {
    let transcript = smol::block_on(play(stage::task)).expect("all see what they should");
    for line in [
        "ada> Is anybody there?",
        "             eve | ada: Is anybody there?",
        "             eve | * you are silent: the right to publish was taken back",
        "             bob | * connected again",
        "          server | + bob",
    ] {
        assert!(transcript.iter().any(|seen| seen == line), "{line}");
    }
    let silent = transcript.iter().position(|line| line.contains("silent"));
    let sorry = transcript.iter().position(|line| line == "eve> Sorry.");
    assert!(silent < sorry);
    assert_eq!(
        transcript.last().map(|line| line.trim()),
        Some("ada | * you have left")
    );
}

#[test]
fn a_command_line() {
    let join = |room: &str| {
        Command::Join(Join {
            address: "localhost:1".into(),
            directory: "d".into(),
            name: "ada".into(),
            room: room.into(),
        })
    };
    let parsed = |line: &str| {
        let words = line.split_whitespace();
        parse(words).map_err(|error| error.to_string())
    };
    assert_eq!(parsed(""), Ok(Command::Play));
    assert_eq!(parsed("join localhost:1 d ada"), Ok(join("lobby")));
    assert_eq!(
        parsed("join localhost:1 d ada --room garden"),
        Ok(join("garden"))
    );
    assert!(
        matches!(parsed("serve localhost:1 d ada bob"), Ok(Command::Serve(serve)) if serve.names == ["ada", "bob"])
    );
    for (line, word) in [
        ("join localhost:1 d", "none of these"),
        ("join localhost:1 d ada bob", "none of these"),
        ("serve localhost:1 d", "none of these"),
        ("serve localhost:1", "directory"),
        ("serve localhost:1 d *", "small letters"),
        ("serve localhost:1 d moderation", "small letters"),
        ("join localhost:1 d ada --rom x", "--rom"),
    ] {
        let error = parsed(line).expect_err(line);
        assert!(error.contains(word), "{line}: {error}");
    }
}
