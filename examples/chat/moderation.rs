//! Who may do what, and how that changes while the server runs.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use fanfare::net::{Acl, Caller, Rule, ServerRouter, WeakServerRouter};
use fanfare::router::{Call, HandlerError, RegisterError, Sender};

use crate::words::Words;

/// What the sender is called that is asked to mute somebody.
pub(crate) const NAME: &str = "moderation";

pub(crate) struct Moderation {
    /// The first is the moderator.
    users: Vec<String>,
    muted: Mutex<BTreeSet<String>>,
    /// The server has the sender, the sender has this.
    server: WeakServerRouter<Words>,
}

/// Everybody hears everything, speaks as himself alone, and only the moderator asks for others to be muted. What is not allowed is
/// denied, and what is denied is so whatever is allowed.
pub(crate) fn rights(users: &[String], muted: &BTreeSet<String>) -> Acl {
    let mut rights = Acl::closed().allow(Rule::listen("*").by("*"));
    for user in users {
        rights = rights.allow(Rule::publish(user).by(user));
    }
    if let Some(moderator) = users.first() {
        rights = rights.allow(Rule::request(NAME).by(moderator));
    }
    for user in muted {
        rights = rights.deny(Rule::publish(user));
    }
    rights
}

impl Moderation {
    /// Registers the sender. It is the server's own: whether it may, nobody asks.
    pub(crate) async fn start(
        users: Vec<String>,
        server: &ServerRouter<Words>,
    ) -> Result<(Arc<Self>, Sender<Words>), RegisterError> {
        let this = Arc::new(Self {
            users,
            muted: Mutex::default(),
            server: server.downgrade(),
        });
        let sender = server
            .router()
            .sender(NAME)
            .events(["muted", "unmuted"])
            .on_request_method_sync("mute", &this, Self::mute)
            .on_request_method_sync("unmute", &this, Self::unmute)
            .register()
            .await?;
        Ok((this, sender))
    }

    fn mute(&self, call: &Call<Words>) -> Result<Words, HandlerError> {
        self.change(call, "muted", BTreeSet::insert)
    }

    fn unmute(&self, call: &Call<Words>) -> Result<Words, HandlerError> {
        self.change(call, "unmuted", |muted, whom| muted.remove(&whom))
    }

    fn change(
        &self,
        call: &Call<Words>,
        event: &str,
        change: impl FnOnce(&mut BTreeSet<String>, String) -> bool,
    ) -> Result<Words, HandlerError> {
        let Words::Whom(whom) = &**call else {
            return Err("whom?".into());
        };
        if !self.users.contains(whom) {
            return Err(format!("nobody is called {whom}").into());
        }
        let server = self.server.upgrade().ok_or("the server is about to end")?;
        // Held until it is told and done: what two requests change comes one after the other.
        let mut muted = self.muted.lock().expect("nobody panics");
        if !change(&mut muted, whom.clone()) {
            return Err(format!("{whom} is {event} already").into());
        }
        if let Some(sender) = server.router().get_sender(NAME) {
            let (whom, by) = (whom.clone(), asker(call));
            sender.send(event, Words::By { whom, by }).now()?;
        }
        // Whoever loses his right by this has his sender ended, and is told why.
        server.set_acl(rights(&self.users, &muted));
        Ok(Words::Done)
    }
}

/// Who asks: his token has told the server.
fn asker(call: &Call<Words>) -> String {
    let caller = call.asked_by::<Caller>();
    let who = caller.and_then(|caller| caller.identity.as_ref());
    who.map_or_else(|| "the server".to_owned(), |who| who.names().join(", "))
}
