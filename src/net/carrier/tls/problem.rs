//! What was wrong with an encrypted connection.

use std::io;

use futures_rustls::rustls::Error;

use crate::net::carrier::CarrierError;

/// If it is the encryption that has failed, that.
pub(crate) fn of(error: &io::Error) -> Option<CarrierError> {
    let error = error.get_ref()?.downcast_ref::<Error>()?;
    Some(CarrierError::tls(explained(error)))
}

/// Why a handshake has failed.
pub(super) fn of_handshake(attempted: &str, error: io::Error) -> CarrierError {
    of(&error).unwrap_or_else(|| match error.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe => {
            CarrierError::tls("the other side hung up in the handshake; it may not trust this side's certificate, or speak no TLS 1.3")
        }
        _ => CarrierError::io(attempted, error),
    })
}

fn explained(error: &Error) -> String {
    match error {
        Error::InvalidMessage(_) => format!("the other side speaks no TLS ({error})"),
        Error::InvalidCertificate(_) => format!("its certificate is not accepted: {error}"),
        Error::AlertReceived(_) => format!("the other side has refused: {error}"),
        Error::NoCertificatesPresented => {
            "it has shown no certificate, which is required here".into()
        }
        error => error.to_string(),
    }
}
