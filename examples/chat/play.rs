//! A conversation: what each types, and what all of them see then. Nothing is waited for but what has to come.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use crate::Failed;
use crate::stage::Actor;

/// What is seen where the server hangs up.
const KICKED: &str =
    "* the other side has closed the link: the server has disconnected this client";
const STOPPED: &str = "* the other side has closed the link: the server has stopped";

/// What was typed and seen, and the directory of the server.
struct Play {
    transcript: Vec<String>,
    scratch: Scratch,
}

/// Removed in the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("fanfare-chat-{}-{number}", process::id());
        Self(env::temp_dir().join(name))
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What is left over is in a directory for that.
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Play {
    fn types(&mut self, who: &Actor, line: &str) -> Result<(), Failed> {
        self.transcript.push(format!("{}> {line}", who.name));
        who.is_told(line)
    }

    /// These lines come next, in whichever order: what comes of itself and what is replied has none.
    async fn sees(&mut self, who: &Actor, expected: &[&str]) -> Result<(), Failed> {
        let mut seen = Vec::new();
        for _ in expected {
            seen.push(who.next().await?);
        }
        let mut sorted = expected.to_vec();
        sorted.sort_unstable();
        seen.sort_unstable();
        if seen != sorted {
            return Err(format!("{} was to see {sorted:?}, and sees {seen:?}", who.name).into());
        }
        let shown = expected
            .iter()
            .map(|line| format!("{:>16} | {line}", who.name));
        self.transcript.extend(shown);
        Ok(())
    }

    async fn all_see(&mut self, all: &[&Actor], line: &str) -> Result<(), Failed> {
        for who in all {
            self.sees(who, &[line]).await?;
        }
        Ok(())
    }
}

/// Plays it with those whom `start` starts, and gives what was typed and seen.
pub(crate) async fn play(
    start: impl Fn(&'static str, &[&str]) -> Result<Actor, Failed>,
) -> Result<Vec<String>, Failed> {
    let mut play = Play {
        transcript: Vec::new(),
        scratch: Scratch::new(),
    };
    let directory = play.scratch.path().display().to_string();
    let serve = ["serve", "127.0.0.1:0", &directory, "ada", "bob", "eve"];
    let server = start("server", &serve)?;
    let listening = server.next().await?;
    let address = listening
        .strip_prefix("listening at ")
        .ok_or("it tells where it listens")?;
    let join = |name| start(name, &["join", address, &directory, name]);

    let ada = join("ada")?;
    play.sees(&ada, &["* you are ada in lobby", "* here: ada"])
        .await?;
    play.sees(&server, &["+ ada"]).await?;
    let bob = join("bob")?;
    play.sees(&bob, &["* you are bob in lobby", "* here: ada, bob"])
        .await?;
    play.all_see(&[&ada], "* bob is here").await?;
    let eve = join("eve")?;
    play.sees(&eve, &["* you are eve in lobby", "* here: ada, bob, eve"])
        .await?;
    play.all_see(&[&ada, &bob], "* eve is here").await?;
    play.sees(&server, &["+ bob", "+ eve"]).await?;

    talk(&mut play, [&ada, &bob, &eve]).await?;
    mute(&mut play, [&ada, &bob, &eve], &server).await?;
    lose_the_line(&mut play, [&ada, &bob, &eve], &server).await?;

    play.types(&eve, "/leave")?;
    play.sees(&eve, &["* you have left"]).await?;
    play.all_see(&[&ada, &bob], "* eve has left").await?;
    play.types(&bob, "/leave")?;
    play.sees(&bob, &["* you have left"]).await?;
    play.all_see(&[&ada], "* bob has left").await?;
    play.sees(&server, &["- eve", "- bob"]).await?;
    for who in [eve, bob] {
        who.ended().await?;
    }
    play.types(&server, "stop")?;
    play.sees(&server, &["- ada", "stopped"]).await?;
    server.ended().await?;
    // Who is left would wait for another server at that address.
    play.sees(&ada, &[STOPPED]).await?;
    play.types(&ada, "/leave")?;
    play.sees(&ada, &["* you have left"]).await?;
    ada.ended().await?;
    Ok(play.transcript)
}

async fn talk(play: &mut Play, [ada, bob, eve]: [&Actor; 3]) -> Result<(), Failed> {
    play.types(ada, "Is anybody there?")?;
    play.all_see(&[bob, eve], "ada: Is anybody there?").await?;
    play.types(bob, "I am.")?;
    play.all_see(&[ada, eve], "bob: I am.").await?;
    play.types(eve, "/who")?;
    play.sees(eve, &["* here: ada, bob, eve"]).await
}

/// Who is no moderator may not; who is muted hears on.
async fn mute(play: &mut Play, [ada, bob, eve]: [&Actor; 3], server: &Actor) -> Result<(), Failed> {
    play.types(eve, "/mute ada")?;
    let refused = "* not asked: this peer may not request `mute` of `moderation`";
    play.sees(eve, &[refused]).await?;
    play.types(eve, "BUY GOLD!!!")?;
    play.all_see(&[ada, bob], "eve: BUY GOLD!!!").await?;
    play.types(ada, "/mute eve")?;
    play.sees(ada, &["* eve is muted by ada", "* eve has left"])
        .await?;
    play.sees(bob, &["* eve is muted by ada", "* eve has left"])
        .await?;
    let silent = "* you are silent: the right to publish was taken back";
    play.sees(eve, &["* eve is muted by ada", silent]).await?;
    play.sees(server, &["- eve"]).await?;
    play.types(eve, "Why?")?;
    let refused = "* the sender `eve` was not registered: this peer may not publish as `eve`";
    play.sees(eve, &[refused]).await?;
    play.types(bob, "Quiet at last.")?;
    play.all_see(&[ada, eve], "bob: Quiet at last.").await?;
    play.types(ada, "/unmute eve")?;
    play.all_see(&[ada, bob, eve], "* eve is unmuted by ada")
        .await?;
    play.types(eve, "Sorry.")?;
    play.sees(ada, &["* eve is here", "eve: Sorry."]).await?;
    play.sees(bob, &["* eve is here", "eve: Sorry."]).await?;
    play.sees(server, &["+ eve"]).await
}

/// The connection is made again, and what he listens to and speaks by is there again.
async fn lose_the_line(
    play: &mut Play,
    [ada, bob, eve]: [&Actor; 3],
    server: &Actor,
) -> Result<(), Failed> {
    play.types(server, "kick bob")?;
    play.sees(server, &["- bob", "+ bob"]).await?;
    play.sees(bob, &[KICKED, "* connected again"]).await?;
    for who in [ada, eve] {
        play.sees(who, &["* bob has left", "* bob is here"]).await?;
    }
    play.types(bob, "What was that?")?;
    play.all_see(&[ada, eve], "bob: What was that?").await?;
    play.types(ada, "A bad line.")?;
    play.all_see(&[bob, eve], "ada: A bad line.").await
}
