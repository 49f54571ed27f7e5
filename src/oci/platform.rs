//! Platforms: `os/arch[/variant]`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::null_is_default;
use crate::error::{Error, Result};

/// Operating system and processor that an image is for (OCI image-spec `image-index.md`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Platform {
    /// `amd64`, `arm64`, … in Go's naming.
    #[serde(default, deserialize_with = "null_is_default")]
    pub architecture: String,
    /// `linux`, `windows`, …
    #[serde(default, deserialize_with = "null_is_default")]
    pub os: String,
    /// `v7`, `v8`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The version of Windows.
    #[serde(
        default,
        rename = "os.version",
        skip_serializing_if = "Option::is_none"
    )]
    pub os_version: Option<String>,
}

impl Platform {
    /// The platform this program runs on, in Go's naming.
    pub fn host() -> Self {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            "powerpc64" if cfg!(target_endian = "little") => "ppc64le",
            other => other,
        };
        Self {
            architecture: architecture.to_owned(),
            os: "linux".to_owned(),
            ..Self::default()
        }
    }

    /// BuildKit's marker for attestation manifests.
    pub fn is_unknown(&self) -> bool {
        self.os == "unknown" && self.architecture == "unknown"
    }

    /// Whether `self`, as asked for, fits `offered`; a variant that is not asked for fits any.
    /// Both may be written in any of the ways that containerd takes for the same.
    pub fn fits(&self, offered: &Self) -> bool {
        let (architecture, variant) = self.normal();
        self.os.eq_ignore_ascii_case(&offered.os)
            && architecture == offered.normal().0
            && (self.variant.is_none() || variant == offered.normal().1)
    }

    /// Architecture and variant as containerd normalises them (`platforms/database.go`): by Go's
    /// name, and without the variant that goes without saying; 32-bit ARM is v7 unless it says
    /// otherwise.
    fn normal(&self) -> (String, String) {
        let architecture = self.architecture.to_ascii_lowercase();
        let variant = self.variant.as_deref().unwrap_or_default();
        let variant = variant.to_ascii_lowercase();
        let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
            ("i386", _) => ("386", ""),
            ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
            ("x86_64" | "x86-64", variant) => ("amd64", variant),
            ("aarch64" | "arm64", "8" | "v8") => ("arm64", ""),
            ("aarch64", variant) => ("arm64", variant),
            ("armhf", _) => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            ("arm", "" | "7") => ("arm", "v7"),
            ("arm", "5") => ("arm", "v5"),
            ("arm", "6") => ("arm", "v6"),
            ("arm", "8") => ("arm", "v8"),
            (architecture, variant) => (architecture, variant),
        };
        (architecture.to_owned(), variant.to_owned())
    }
}

impl FromStr for Platform {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let parts: Vec<&str> = text.split('/').collect();
        match parts[..] {
            [os, architecture] | [os, architecture, _]
                if parts.iter().all(|part| !part.is_empty()) =>
            {
                Ok(Self {
                    architecture: architecture.to_owned(),
                    os: os.to_owned(),
                    variant: parts.get(2).map(|variant| (*variant).to_owned()),
                    os_version: None,
                })
            }
            _ => Err(Error::Invalid {
                what: "platform",
                value: text.to_owned(),
                reason: "expected os/arch or os/arch/variant, as in linux/amd64".to_owned(),
            }),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant
            .iter()
            .try_for_each(|variant| write!(f, "/{variant}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_platform_has_several_names() {
        for (asked, offered, fits) in [
            ("linux/arm64/v8", "linux/arm64", true),
            ("linux/aarch64", "linux/arm64/v8", true),
            ("linux/arm64", "linux/arm64/v9", true),
            ("linux/arm64/v8", "linux/arm64/v9", false),
            ("linux/x86_64", "linux/amd64", true),
            ("linux/amd64/v1", "linux/amd64", true),
            ("linux/amd64/v3", "linux/amd64", false),
            ("linux/arm/v7", "linux/arm", true),
            ("linux/armhf", "linux/arm/v7", true),
            ("linux/arm/v6", "linux/arm", false),
            ("linux/arm", "linux/arm/v6", true),
            ("Linux/AMD64", "linux/amd64", true),
            ("linux/i386", "linux/386", true),
            ("linux/arm64", "windows/arm64", false),
        ] {
            let [one, other] = [asked, offered].map(|text| text.parse::<Platform>().unwrap());
            assert_eq!(one.fits(&other), fits, "{asked} {offered}");
        }
    }

    #[test]
    fn a_platform_reads_as_people_write_it() {
        let arm: Platform = "linux/arm64/v8".parse().unwrap();
        assert_eq!(arm.to_string(), "linux/arm64/v8");
        assert!("linux/arm64".parse::<Platform>().unwrap().fits(&arm));
        assert!(arm.fits(&"linux/arm64".parse().unwrap()));
        for bad in ["", "linux", "linux/", "/amd64", "a/b/c/d"] {
            assert!(bad.parse::<Platform>().is_err(), "{bad}");
        }
    }
}
