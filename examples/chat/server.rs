//! The server: it lets users in, passes on what they say, and has a console.

use std::collections::BTreeSet;
use std::time::Duration;

use async_signal::{Signal as Interrupt, Signals};
use fanfare::Router;
use fanfare::net::{ServerRouter, tls};
use fanfare::router::Presence;
use futures_lite::StreamExt;
use futures_lite::future::or;

use crate::Failed;
use crate::args::Serve;
use crate::console::{Input, Output};
use crate::keys::Keys;
use crate::moderation::{Moderation, rights};
use crate::words::Words;

pub(crate) async fn serve(serve: Serve, input: Input, output: Output) -> Result<(), Failed> {
    let server = start(&serve).await?;
    let (_moderation, _sender) = Moderation::start(serve.names, &server).await?;
    tell_who_comes(&server, &output).await;
    for address in server.addresses() {
        output(format!("listening at {address}"));
    }
    or(interrupted(), orders(&server, input, &output)).await?;
    server.stop().timeout(Duration::from_secs(5)).await?;
    output("stopped".to_owned());
    Ok(())
}

async fn start(serve: &Serve) -> Result<ServerRouter<Words>, Failed> {
    let Serve {
        address,
        directory,
        names,
    } = serve;
    let keys = Keys::of(directory);
    let host = address
        .rsplit_once(':')
        .map_or(&**address, |(host, _)| host);
    keys.make(host, names)?;
    // Clients are to hear who comes and goes.
    let router = Router::builder().announce().build();
    let mut server = ServerRouter::builder(router)
        .listen(tls::bind(address, keys.credentials()?).await?)
        .acl(rights(names, &BTreeSet::new()));
    for name in names {
        // By his token somebody is known, and rights are given to whom it is known who he is.
        server = server.token(keys.token(name)?, name);
    }
    Ok(server.start().await?)
}

async fn tell_who_comes(server: &ServerRouter<Words>, output: &Output) {
    let output = output.clone();
    let tell = move |presence: &Presence| {
        let sign = if presence.is_connected() { '+' } else { '-' };
        output(format!("{sign} {}", presence.name()));
    };
    let presence = server.router().presence();
    presence.connect_sync(move |presence| tell(presence)).await;
}

/// Ctrl-C, or what a system says to a service.
async fn interrupted() -> Result<(), Failed> {
    let mut signals = Signals::new([Interrupt::Int, Interrupt::Term])?;
    signals.next().await.transpose()?;
    Ok(())
}

/// What is typed at the server, until it is to stop.
async fn orders(
    server: &ServerRouter<Words>,
    mut input: Input,
    output: &Output,
) -> Result<(), Failed> {
    while let Some(line) = input.next().await {
        let line = line?;
        match line.split_whitespace().collect::<Vec<_>>()[..] {
            [] => {}
            ["stop"] => return Ok(()),
            ["who"] => output(server.inspect().to_string()),
            ["kick", name] => kick(server, name, output).await,
            _ => output("what? who, kick NAME and stop are known".to_owned()),
        }
    }
    // Nobody types any more: it goes on until it is interrupted.
    std::future::pending().await
}

/// Hangs up on somebody, as a bad line would: nothing keeps him from coming back, and his program does so by itself.
async fn kick(server: &ServerRouter<Words>, name: &str, output: &Output) {
    let peers = server.peers().into_iter();
    let mut his = peers.filter(|peer| peer.identity.as_ref().is_some_and(|who| who.is(name)));
    match his.next() {
        Some(peer) => drop(server.disconnect(peer.id).await),
        None => output(format!("{name} is not here")),
    }
}
