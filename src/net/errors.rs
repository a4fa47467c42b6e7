//! Errors of routers as they go over the network, and back.

use super::link::RequestError as LinkError;
use super::wire::{Code, RemoteError};
use crate::router::{
    HandlerError, RegisterError, RegisterProblem, RequestError, RequestProblem, SendProblem,
};

/// What is replied to a request that came to nothing.
pub(super) fn of_request<V>(error: RequestError<V>) -> RemoteError {
    let code = match error.problem() {
        RequestProblem::UnknownSender => Code::UnknownSender,
        RequestProblem::NoRequests => Code::NoRequests,
        RequestProblem::UnknownMethod => Code::UnknownRequest,
        RequestProblem::TimedOut => Code::TimedOut,
        RequestProblem::Refused => Code::Refused,
        RequestProblem::TooMany => Code::TooMany,
        RequestProblem::HandlerGone
        | RequestProblem::Closed
        | RequestProblem::Offline
        | RequestProblem::Lost => Code::Gone,
        _ => Code::Failed,
    };
    if code != Code::Failed {
        return RemoteError::failed(code, error);
    }
    if let Some(failure) = error.failure() {
        return RemoteError::failed(code, failure);
    }
    let shown = error.to_string();
    match error.into_handler_error() {
        None => RemoteError::failed(code, shown),
        // It comes from another peer: as it came.
        Some(error) => match error.downcast::<RemoteError>() {
            Ok(remote) => *remote,
            Err(own) => RemoteError::failed(code, own),
        },
    }
}

/// Why a request of this side's came to nothing. It has the payload where nobody was given it.
pub(super) fn to_request<V>(
    error: LinkError,
    sender: &str,
    method: &str,
    params: V,
) -> RequestError<V> {
    let problem = match &error {
        LinkError::NotSent(super::Unsendable::Closed(_)) => RequestProblem::Offline,
        LinkError::NotSent(_) => RequestProblem::Unsendable,
        LinkError::TimedOut(_) => RequestProblem::TimedOut,
        LinkError::Closed(_) => RequestProblem::Lost,
        LinkError::Unreadable(_) => RequestProblem::Failed,
        LinkError::Remote(remote) => match remote.code() {
            Some(Code::UnknownSender) => RequestProblem::UnknownSender,
            Some(Code::NoRequests) => RequestProblem::NoRequests,
            Some(Code::UnknownRequest) => RequestProblem::UnknownMethod,
            Some(Code::TimedOut) => RequestProblem::TimedOut,
            Some(Code::Refused) => RequestProblem::Refused,
            Some(Code::TooMany) => RequestProblem::TooMany,
            Some(Code::Gone) => RequestProblem::Lost,
            _ => RequestProblem::Failed,
        },
    };
    let nobody_has_it = matches!(
        problem,
        RequestProblem::Offline
            | RequestProblem::Unsendable
            | RequestProblem::UnknownSender
            | RequestProblem::NoRequests
            | RequestProblem::UnknownMethod
            | RequestProblem::Refused
            | RequestProblem::TooMany
    );
    let requested = RequestError::new(problem, sender.into(), method.into())
        .with_payload(nobody_has_it.then_some(params));
    match boxed(error) {
        Some(because) => requested.because(because),
        None => requested,
    }
}

/// What there is to be told beside the problem.
fn boxed(error: LinkError) -> Option<HandlerError> {
    match error {
        LinkError::Remote(remote) => Some(Box::new(remote)),
        LinkError::NotSent(why) => Some(why.to_string().into()),
        LinkError::Closed(reason) => Some(Box::new(reason)),
        LinkError::TimedOut(_) => None,
        error @ LinkError::Unreadable(_) => Some(Box::new(error)),
    }
}

/// What a handler fails with that asks a peer.
pub(super) fn of_link(error: LinkError) -> RemoteError {
    match error {
        LinkError::Remote(remote) => remote,
        LinkError::TimedOut(_) => RemoteError::failed(Code::TimedOut, error),
        LinkError::Closed(_) => RemoteError::failed(Code::Gone, error),
        // Nobody was given it: its senders go with the peer.
        LinkError::NotSent(super::Unsendable::Closed(reason)) => RemoteError::failed(
            Code::UnknownSender,
            format_args!("the sender has just gone: {reason}"),
        ),
        LinkError::NotSent(_) | LinkError::Unreadable(_) => {
            RemoteError::failed(Code::Failed, error)
        }
    }
}

/// What is replied where a sender was not registered.
pub(super) fn of_register(error: &RegisterError) -> RemoteError {
    let code = match error.problem() {
        RegisterProblem::NameTaken => Code::NameTaken,
        RegisterProblem::Closed => Code::Gone,
        _ => Code::BadParameters,
    };
    RemoteError::failed(code, error)
}

/// Why the other side has not registered a sender.
pub(super) fn to_register(error: &LinkError, name: &str) -> RegisterError {
    let problem = match error {
        LinkError::Remote(remote) => match remote.code() {
            Some(Code::NameTaken) => return RegisterError::new(RegisterProblem::NameTaken, name),
            Some(Code::TooMany) => RegisterProblem::TooMany,
            Some(Code::Gone) => RegisterProblem::Closed,
            _ => RegisterProblem::Refused,
        },
        _ => RegisterProblem::Lost,
    };
    RegisterError::new(problem, name).because(error)
}

/// What is replied where an event was not passed on.
pub(super) fn of_send(problem: SendProblem, shown: &dyn std::fmt::Display) -> RemoteError {
    let code = match problem {
        SendProblem::Undeclared => Code::UnknownEvent,
        SendProblem::Reserved => Code::Refused,
        SendProblem::Disconnected => Code::UnknownSender,
        SendProblem::Closed => Code::Gone,
        _ => Code::Failed,
    };
    RemoteError::failed(code, shown)
}
