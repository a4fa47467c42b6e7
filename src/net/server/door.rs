//! Who is let in.

use crate::net::carrier::{Identity, PeerInfo};
use crate::net::wire::{Code, RemoteError, Token};

/// Tells who it is that has this token, if it is one that is known.
pub(super) type Verifier = Box<dyn Fn(&Token, &PeerInfo) -> Option<Identity> + Send + Sync>;

/// What lets peers in.
#[derive(Default)]
pub(super) struct Door {
    pub(super) tokens: Vec<(Token, Identity)>,
    pub(super) verifiers: Vec<Verifier>,
    pub(super) lets_strangers_in: bool,
}

impl Door {
    /// Whether there are tokens, so that one who has none is a stranger.
    pub(super) fn has_tokens(&self) -> bool {
        !self.tokens.is_empty() || !self.verifiers.is_empty()
    }

    /// Whether one is let in of whom nobody knows who he is.
    pub(super) fn lets_strangers_in(&self) -> bool {
        self.lets_strangers_in || !self.has_tokens()
    }

    /// Who it is, if it is known: by a token, by a certificate, or by both.
    ///
    /// # Errors
    /// The token is none that is known, or there has to be one.
    pub(super) fn admit(
        &self,
        token: Option<&Token>,
        info: &PeerInfo,
    ) -> Result<Option<Identity>, RemoteError> {
        let known = match token {
            // One that has tokens for several servers is let in by one that asks for none.
            Some(token) if self.has_tokens() => {
                let known = self.holder(token, info);
                let unknown = || RemoteError::failed(Code::Refused, "the token is not known");
                Some(known.ok_or_else(unknown)?)
            }
            _ => None,
        };
        let who = match (known, info.identity()) {
            (Some(known), Some(proved)) => Some(both(&known, proved)),
            (Some(known), None) => Some(known),
            (None, proved) => proved.cloned(),
        };
        if who.is_none() && !self.lets_strangers_in() {
            let message = "say who you are: this server asks for a token";
            return Err(RemoteError::failed(Code::Refused, message));
        }
        Ok(who)
    }

    /// All tokens are compared, and each to its end: how long it takes tells nothing of them.
    fn holder(&self, token: &Token, info: &PeerInfo) -> Option<Identity> {
        let mut found = None;
        for (known, holder) in &self.tokens {
            if known == token {
                found = Some(holder);
            }
        }
        found.cloned().or_else(|| {
            let mut verifiers = self.verifiers.iter();
            verifiers.find_map(|verifier| verifier(token, info))
        })
    }
}

/// Somebody who has proved two things.
fn both(known: &Identity, proved: &Identity) -> Identity {
    let names = known.names().iter().chain(proved.names()).cloned();
    let who = Identity::new(names);
    match proved.fingerprint() {
        Some(sha256) => who.with_fingerprint(*sha256),
        None => who,
    }
}
