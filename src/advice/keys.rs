//! What to do about private keys that are no secret: those that everybody who has the image has,
//! and those that everybody has.

/// Keys that installing a package makes, so that they are the same wherever the image runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// An SSH server's host key: it lets anybody pose as the host.
    SshHostKey,
    /// Debian's key for a certificate that nobody trusts.
    Snakeoil,
    /// What Apache's package of the Red Hat family makes for the same purpose.
    Localhost,
}

impl Shared {
    /// The key that lies at such a path.
    pub fn by_path(path: &str) -> Option<Self> {
        let (folder, name) = path.rsplit_once('/')?;
        if name.starts_with("ssh_host_") && name.ends_with("_key") {
            return Some(Self::SshHostKey);
        }
        match (folder, name) {
            ("etc/ssl/private", "ssl-cert-snakeoil.key") => Some(Self::Snakeoil),
            ("etc/pki/tls/private", "localhost.key") => Some(Self::Localhost),
            _ => None,
        }
    }

    /// As the fact `shared`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SshHostKey => "ssh host key",
            Self::Snakeoil => "snakeoil key",
            Self::Localhost => "localhost key",
        }
    }
}

/// The advice for a key that everybody shares who has the image.
pub fn of_shared(shared: Shared) -> &'static str {
    match shared {
        Shared::SshHostKey => {
            "Every container of this image has this host key, so that whoever has the image can \
             pose as its servers. Remove `/etc/ssh/ssh_host_*` in the RUN that installs the server, \
             make keys when the container starts (`ssh-keygen -A`), and replace those of servers \
             that run."
        }
        Shared::Snakeoil | Shared::Localhost => {
            "Installing a package made this key, and everybody who has the image has it: serve \
             nothing with it. Remove it in the RUN that installs the package, and give servers a \
             key of their own when the container starts."
        }
    }
}

/// The advice for a key that is published.
pub fn of_published(source: &str) -> String {
    format!(
        "Everybody has this private key, it is published ({source}). Wherever it is trusted or \
         served, put a new one in its place."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_keys_are_known_by_their_paths() {
        for (path, shared) in [
            ("etc/ssh/ssh_host_ed25519_key", Some(Shared::SshHostKey)),
            ("opt/sshd/ssh_host_rsa_key", Some(Shared::SshHostKey)),
            (
                "etc/ssl/private/ssl-cert-snakeoil.key",
                Some(Shared::Snakeoil),
            ),
            ("etc/pki/tls/private/localhost.key", Some(Shared::Localhost)),
            ("etc/ssh/ssh_host_rsa_key.pub", None),
            ("srv/localhost.key", None),
            ("root/.ssh/id_rsa", None),
        ] {
            assert_eq!(Shared::by_path(path), shared, "{path}");
        }
    }
}
