//! Passwords that a keystore is tried with: those that tools, servers and manuals set by default.
//! A store that opens with one is as good as in clear.

/// How a store opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Opened {
    /// None of the passwords fits.
    #[default]
    No,
    /// Trying would have cost too much.
    NotTried,
    /// It needs none.
    InClear,
    /// With the empty password.
    Empty,
    /// With a password that is a default.
    Default,
}

impl Opened {
    /// As the fact `opens_with`.
    pub(super) fn fact(self) -> Option<&'static str> {
        match self {
            Self::No | Self::NotTried => None,
            Self::InClear => Some("no password"),
            Self::Empty => Some("empty password"),
            Self::Default => Some("default password"),
        }
    }

    pub(super) fn is_in_clear(self) -> bool {
        self == Self::InClear
    }
}

/// The passwords. None at all is not the empty one in PKCS #12.
const PASSWORDS: &[(Option<&str>, Opened)] = &[
    (Some("changeit"), Opened::Default),
    (Some(""), Opened::Empty),
    (None, Opened::Empty),
    (Some("changeme"), Opened::Default),
    (Some("password"), Opened::Default),
    (Some("secret"), Opened::Default),
];

/// What a password does.
pub(super) enum Tried {
    Fits,
    DoesNot,
    TooCostly,
}

impl From<bool> for Tried {
    fn from(fits: bool) -> Self {
        if fits { Self::Fits } else { Self::DoesNot }
    }
}

/// Tries each password; the one that fits, and how the store opened.
pub(super) fn open(
    mut fits: impl FnMut(Option<&'static str>) -> Tried,
) -> (Option<Option<&'static str>>, Opened) {
    for (password, opened) in PASSWORDS {
        match fits(*password) {
            Tried::Fits => return (Some(*password), *opened),
            Tried::DoesNot => {}
            Tried::TooCostly => return (None, Opened::NotTried),
        }
    }
    (None, Opened::No)
}
