//! Somebody who has joined a room.

use fanfare::net::{ClientRouter, RemoteSender, Status, tls};
use fanfare::router::{CONNECT, DISCONNECT, Message, RegisterError};
use futures_lite::StreamExt;

use crate::Failed;
use crate::args::Join;
use crate::console::{Input, Output};
use crate::keys::Keys;
use crate::moderation;
use crate::words::Words;

struct Guest {
    client: ClientRouter<Words>,
    name: String,
    room: String,
    /// What he speaks by. Who was muted has none, and hears all the same.
    sender: Option<RemoteSender<Words>>,
    output: Output,
}

pub(crate) async fn join(join: Join, mut input: Input, output: Output) -> Result<(), Failed> {
    let mut guest = Guest::connect(join, output).await?;
    guest.listen().await?;
    guest.enter().await?;
    while let Some(line) = input.next().await {
        let line = line?;
        let done = match line.split_once(' ').unwrap_or((&line, "")) {
            ("", _) => Ok(()),
            ("/leave", _) => break,
            ("/who", _) => guest.tell_who_is_here().await,
            ("/mute", whom) => guest.moderate("mute", whom).await,
            ("/unmute", whom) => guest.moderate("unmute", whom).await,
            _ => guest.say(&line).await,
        };
        if let Err(error) = done {
            guest.tell(error);
        }
    }
    guest.leave().await
}

impl Guest {
    async fn connect(join: Join, output: Output) -> Result<Self, Failed> {
        let Join {
            address,
            directory,
            name,
            room,
        } = join;
        let keys = Keys::of(&directory);
        let client = ClientRouter::builder()
            .connect(tls::dial(address, keys.trust()?))
            .token(keys.token(&name)?)
            .start()
            .await?;
        Ok(Self {
            client,
            name,
            room,
            sender: None,
            output,
        })
    }

    /// What is not said by somebody has a star.
    fn tell(&self, what: impl std::fmt::Display) {
        (self.output)(format!("* {what}"));
    }

    /// The room as an event.
    fn channel(&self) -> String {
        format!("#{}", self.room)
    }

    async fn listen(&self) -> Result<(), Failed> {
        let (client, output) = (&self.client, self.output.clone());
        client
            .status()
            .connect_sync(move |status| on_status(&output, status))
            .await;

        let (output, own) = (self.output.clone(), self.name.clone());
        let on_words = move |m: &Message<Words>| {
            if let Words::Said(text) = &**m {
                output(format!("{}: {text}", m.sender()));
            }
        };
        let is_others = move |m: &Message<Words>| m.sender() != own;
        client
            .connect_sync(on_words)
            .channel(self.channel())
            .when(is_others.clone())
            .await?;

        let (output, room) = (self.output.clone(), self.room.clone());
        let on_come_or_gone = move |m: &Message<Words>| match &**m {
            Words::Rooms(rooms) if rooms.contains(&room) => {
                let does = if m.event() == CONNECT {
                    "is here"
                } else {
                    "has left"
                };
                output(format!("* {} {does}", m.sender()));
            }
            _ => {}
        };
        client
            .connect_sync(on_come_or_gone)
            .events([CONNECT, DISCONNECT])
            .when(is_others)
            .await?;

        let output = self.output.clone();
        let on_moderation = move |m: &Message<Words>| {
            if let Words::By { whom, by } = &**m {
                output(format!("* {whom} is {} by {by}", m.event()));
            }
        };
        let listen = client.connect_sync(on_moderation).sender(moderation::NAME);
        listen.events(["muted", "unmuted"]).await?;
        Ok(())
    }

    /// Has him speak in the room: the server knows him as a sender, whose event the room is.
    async fn register(&self) -> Result<RemoteSender<Words>, RegisterError> {
        let sender = self.client.sender(&self.name).event(self.channel());
        sender.register().await
    }

    async fn enter(&mut self) -> Result<(), Failed> {
        match self.register().await {
            Ok(sender) => self.sender = Some(sender),
            Err(error) => self.tell(format_args!("you can only listen: {error}")),
        }
        self.tell(format_args!("you are {} in {}", self.name, self.room));
        self.tell_who_is_here().await
    }

    async fn tell_who_is_here(&self) -> Result<(), Failed> {
        let channel = self.channel();
        let mut names = Vec::new();
        for entry in self.client.senders().await? {
            let mut events = entry.events.iter().flatten().flatten();
            if entry.connected && events.any(|event| *event == channel) {
                names.extend(entry.sender);
            }
        }
        names.sort_unstable();
        self.tell(format_args!("here: {}", names.join(", ")));
        Ok(())
    }

    async fn say(&mut self, text: &str) -> Result<(), Failed> {
        // Who was muted tries again: he may not be any more.
        let sender = match self.sender.take().filter(|sender| !sender.has_ended()) {
            Some(sender) => sender,
            None => self.register().await?,
        };
        let sent = sender
            .send(self.channel(), Words::Said(text.to_owned()))
            .await;
        self.sender = Some(sender);
        Ok(sent?)
    }

    /// Whether he may, the server knows.
    async fn moderate(&self, method: &str, whom: &str) -> Result<(), Failed> {
        let whom = Words::Whom(whom.trim().to_owned());
        self.client.request(moderation::NAME, method, whom).await?;
        Ok(())
    }

    async fn leave(self) -> Result<(), Failed> {
        drop(self.sender);
        // What was said before is written.
        self.client.drain().await?;
        (self.output)("* you have left".to_owned());
        Ok(())
    }
}

fn on_status(output: &Output, status: &Status) {
    match status {
        Status::Disconnected { reason, .. } => output(format!("* {reason}")),
        // For how long it was lost, `gap` tells.
        Status::Resumed { .. } => output("* connected again".to_owned()),
        Status::SenderEnded { reason, .. } => output(format!("* you are silent: {reason}")),
        _ => {}
    }
}
