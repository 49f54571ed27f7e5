//! What the place is where a text of a document stands, and how it reads.

use crate::detect::TextKind;
use crate::finding::Kind;
use crate::scan::json_text::JsonText;
use crate::source::Role;

/// What kind of place a pointer leads to.
pub(super) struct Place {
    pub kind: Kind,
    pub text: TextKind,
}

/// Members of a config by name: what they are, and how their texts read.
const MEMBERS: [(&str, Kind, TextKind); 8] = [
    ("Env", Kind::Env, TextKind::Env),
    ("Labels", Kind::Label, TextKind::Metadata),
    ("Healthcheck", Kind::Healthcheck, TextKind::Command),
    ("OnBuild", Kind::Onbuild, TextKind::Command),
    ("Entrypoint", Kind::Entrypoint, TextKind::Command),
    ("Cmd", Kind::Cmd, TextKind::Command),
    ("history", Kind::History, TextKind::Command),
    ("Shell", Kind::Config, TextKind::Command),
];

impl Place {
    pub(super) fn of(role: Role, text: &JsonText<'_>) -> Self {
        let under = |name: &str| {
            text.steps
                .iter()
                .any(|step| step.eq_ignore_ascii_case(name))
        };
        let kind = match role {
            Role::Attestation => Kind::Attestation,
            _ if under("annotations") => Kind::Annotation,
            _ if under("container_config") || under("v1Compatibility") => Kind::LegacyConfig,
            other => role_kind(other),
        };
        // What was decoded is neither a command line nor one variable.
        let read_as = |member: TextKind| match text.part {
            Some(_) => TextKind::Metadata,
            None => member,
        };
        let is_config = matches!(kind, Kind::Config | Kind::LegacyConfig | Kind::OrphanBlob);
        let member = MEMBERS.iter().find(|(name, ..)| is_config && under(name));
        match member {
            Some((_, member, text)) if kind == Kind::Config => Self {
                kind: *member,
                text: read_as(*text),
            },
            Some((_, _, text)) => Self {
                kind,
                text: read_as(*text),
            },
            None => Self {
                kind,
                text: TextKind::Metadata,
            },
        }
    }

    /// The name that the whole text is assigned to: a variable's, a label's, an annotation's.
    pub(super) fn name<'t>(&self, text: &'t JsonText<'_>) -> Option<&'t str> {
        match self.kind {
            Kind::Env if !text.is_key => text.text.split_once('=').map(|(name, _)| name),
            Kind::Label | Kind::Annotation if !text.is_key => text.key(),
            _ => None,
        }
    }
}

pub(super) fn role_kind(role: Role) -> Kind {
    match role {
        Role::Config => Kind::Config,
        Role::LegacyConfig => Kind::LegacyConfig,
        Role::Manifest | Role::Index => Kind::Manifest,
        Role::Attestation => Kind::Attestation,
        Role::ArtifactData => Kind::Artifact,
        Role::OrphanBlob => Kind::OrphanBlob,
        Role::ArchiveFile | Role::Slack | Role::MemberName => Kind::ArchiveFile,
    }
}
