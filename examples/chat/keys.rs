//! The certificate of the server, and the tokens of its users, as files.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fanfare::net::tls::{Credentials, Trust};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

use crate::Failed;

pub(crate) struct Keys {
    directory: PathBuf,
}

impl Keys {
    /// Those that are there.
    pub(crate) fn of(directory: &Path) -> Self {
        let directory = directory.to_owned();
        Self { directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Makes what is missing, of a server at this host, and of these users.
    pub(crate) fn make(&self, host: &str, users: &[String]) -> Result<(), Failed> {
        fs::create_dir_all(&self.directory)?;
        if !self.path("server.key").exists() {
            self.certify(host)?;
        }
        for user in users {
            let path = self.path(&format!("{user}.token"));
            if !path.exists() {
                write_secret(&path, &secret()?)?;
            }
        }
        Ok(())
    }

    /// An authority that vouches for this server, once: its key is kept nowhere.
    fn certify(&self, host: &str) -> Result<(), Failed> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "the authority of a chat");
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let names = vec!["localhost".to_owned(), host.to_owned()];
        let certificate = CertificateParams::new(names)?.signed_by(&key, &authority)?;
        fs::write(self.path("ca.pem"), authority.pem())?;
        fs::write(self.path("server.pem"), certificate.pem())?;
        write_secret(&self.path("server.key"), &key.serialize_pem())?;
        Ok(())
    }

    /// What proves who the server is.
    pub(crate) fn credentials(&self) -> Result<Credentials, Failed> {
        let (certificate, key) = (self.path("server.pem"), self.path("server.key"));
        Ok(Credentials::from_files(certificate, key)?)
    }

    /// By whom clients know it.
    pub(crate) fn trust(&self) -> Result<Trust, Failed> {
        Ok(Trust::from_file(self.path("ca.pem"))?)
    }

    pub(crate) fn token(&self, user: &str) -> Result<String, Failed> {
        let path = self.path(&format!("{user}.token"));
        match fs::read_to_string(&path) {
            Ok(token) => Ok(token.trim().to_owned()),
            Err(error) => Err(format!("no token of {user}, {}: {error}", path.display()).into()),
        }
    }
}

/// A text that nobody can guess: of a key that is made for it and that nobody will have.
fn secret() -> Result<String, Failed> {
    let key = KeyPair::generate()?;
    let bytes = key.public_key_raw().iter();
    Ok(bytes.map(|byte| format!("{byte:02x}")).collect())
}

/// A file that is its owner's alone.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)?.write_all(text.as_bytes())
}
