//! Which of the described images the user asked for, by name and by platform.
//!
//! Platforms choose only between manifests of one index that have the same reference (or none)
//! and differ in platform: those are one image for several machines. Everything else is an image
//! of its own, and by default every one is scanned.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::Platforms;
use super::candidate::{Candidate, Place};
use crate::error::{Error, Result, printable};
use crate::oci::{Digest, Platform};

/// Hexadecimal digits that an abbreviated digest must have.
const SHORTEST_DIGEST: usize = 6;
/// Names listed in a message.
const LISTED: usize = 20;

/// What becomes of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Wanted,
    /// It has another name than was asked for, or is for another platform than was asked for.
    NotMeant,
    /// Nobody asked for a platform, and another one of the same image was taken.
    OtherPlatform,
}

/// What becomes of each candidate.
pub(super) fn select(
    path: &Path,
    candidates: &[Candidate],
    names: &[&str],
    platforms: &Platforms,
) -> Result<Vec<Choice>> {
    let mut wanted = vec![true; candidates.len()];
    let mut exact = vec![false; candidates.len()];
    for name in names {
        let (matched, by_digest) = by_name(path, candidates, &wanted, name)?;
        for ((wanted, exact), matched) in wanted.iter_mut().zip(&mut exact).zip(matched) {
            *wanted &= matched;
            *exact |= matched && by_digest;
        }
    }
    let mut passed_over = vec![false; candidates.len()];
    match platforms {
        Platforms::All => {}
        Platforms::Host => {
            passed_over.clone_from(&wanted);
            let fitting = by_group(candidates, &wanted, &Platform::host());
            for ((wanted, exact), fits) in wanted.iter_mut().zip(exact).zip(fitting) {
                *wanted &= fits || exact;
            }
        }
        Platforms::One(platform) => one_platform(path, candidates, &mut wanted, platform)?,
    }
    if !names.is_empty() {
        add_referrers(candidates, &mut wanted);
    }
    let choice = |(wanted, passed_over)| match (wanted, passed_over) {
        (true, _) => Choice::Wanted,
        (false, true) => Choice::OtherPlatform,
        (false, false) => Choice::NotMeant,
    };
    Ok(wanted.into_iter().zip(passed_over).map(choice).collect())
}

/// Candidates with this reference, or else with this digest; and whether the digest named a
/// manifest or config itself, so that its platform was chosen with it.
fn by_name(
    path: &Path,
    candidates: &[Candidate],
    among: &[bool],
    name: &str,
) -> Result<(Vec<bool>, bool)> {
    let references = |candidate: &Candidate| {
        let mut references = candidate.image.references.iter();
        references.any(|reference| names_same(reference, name))
    };
    let matched: Vec<bool> = candidates
        .iter()
        .zip(among)
        .map(|(candidate, among)| *among && references(candidate))
        .collect();
    if matched.contains(&true) {
        return Ok((matched, false));
    }
    let mut digests = BTreeSet::new();
    let (mut matched, mut own) = (Vec::with_capacity(candidates.len()), false);
    for (candidate, among) in candidates.iter().zip(among) {
        let mut hit = false;
        for (digest, is_own) in digests_of(candidate) {
            if *among && abbreviates(name, digest) {
                digests.insert(digest);
                hit = true;
                own |= is_own;
            }
        }
        matched.push(hit);
    }
    match digests.len() {
        0 => Err(no_image(path, candidates, name)),
        1 => Ok((matched, own)),
        _ => Err(no_match(
            path,
            format!(
                "{:?} is the beginning of {} digests: {}",
                printable(name.as_bytes()),
                digests.len(),
                listed(digests.iter().map(|digest| digest.to_string()))
            ),
        )),
    }
}

/// Digests that name a candidate, and whether they name it alone.
fn digests_of(candidate: &Candidate) -> impl Iterator<Item = (&Digest, bool)> {
    let image = &candidate.image;
    let own = image.manifest_digest.iter().chain(&image.config_digest);
    let indexes = candidate.places.iter().filter_map(|p| p.index.as_ref());
    own.chain(&candidate.aliases)
        .map(|digest| (digest, true))
        .chain(indexes.map(|digest| (digest, false)))
}

/// Whether `name` as typed means `reference` as written.
fn names_same(reference: &str, name: &str) -> bool {
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    if reference == name {
        return true;
    }
    let (repository, tag) = split_tag(reference);
    if !name.contains(['/', ':']) && tag == Some(name) {
        return true;
    }
    let (asked, asked_tag) = split_tag(name);
    familiar(repository) == familiar(asked)
        && tag.unwrap_or("latest") == asked_tag.unwrap_or("latest")
}

/// Splits `repository:tag`; a colon before a slash is a port.
fn split_tag(reference: &str) -> (&str, Option<&str>) {
    match reference.rsplit_once(':') {
        Some((repository, tag)) if !tag.contains('/') => (repository, Some(tag)),
        _ => (reference, None),
    }
}

/// A repository without what Docker adds to short names.
fn familiar(repository: &str) -> &str {
    let short = ["docker.io/", "index.docker.io/"]
        .iter()
        .find_map(|host| repository.strip_prefix(host));
    let short = short.unwrap_or(repository);
    short.strip_prefix("library/").unwrap_or(short)
}

/// Whether `name` is a digest, or the beginning of one, with or without its algorithm.
fn abbreviates(name: &str, digest: &Digest) -> bool {
    let name = name.rsplit_once('@').map_or(name, |(_, digest)| digest);
    let hex = match name.split_once(':') {
        Some((algorithm, hex)) if algorithm == digest.algorithm() => hex,
        Some(_) => return false,
        None => name,
    };
    hex.len() >= SHORTEST_DIGEST && digest.encoded().starts_with(hex)
}

/// In each group the platform that `host` fits, or the first that is in the archive.
fn by_group(candidates: &[Candidate], among: &[bool], host: &Platform) -> Vec<bool> {
    let mut groups: BTreeMap<usize, Vec<(&Platform, bool)>> = BTreeMap::new();
    for (candidate, _) in candidates.iter().zip(among).filter(|(_, among)| **among) {
        for place in &candidate.places {
            if let (Some(group), Some(platform)) = (place.group, &place.platform) {
                let members = groups.entry(group).or_default();
                members.push((platform, candidate.absent));
            }
        }
    }
    let chosen: BTreeMap<usize, &Platform> = groups
        .into_iter()
        .filter_map(|(group, members)| Some((group, choose(&members, host)?)))
        .collect();
    let fits = |place: &Place| match (place.group.and_then(|g| chosen.get(&g)), &place.platform) {
        (Some(chosen), Some(platform)) => *chosen == platform,
        _ => true,
    };
    candidates
        .iter()
        .map(|candidate| candidate.places.iter().any(fits))
        .collect()
}

fn choose<'p>(members: &[(&'p Platform, bool)], host: &Platform) -> Option<&'p Platform> {
    let present = members.iter().filter(|(_, absent)| !absent);
    let any = members.iter();
    present
        .clone()
        .find(|(platform, _)| host.fits(platform))
        .or_else(|| present.clone().next())
        .or_else(|| any.clone().find(|(platform, _)| host.fits(platform)))
        .or_else(|| any.clone().next())
        .map(|(platform, _)| *platform)
}

/// Keeps what is for `asked`, and what is for no platform at all beside it.
fn one_platform(
    path: &Path,
    candidates: &[Candidate],
    wanted: &mut [bool],
    asked: &Platform,
) -> Result<()> {
    let mut offered = BTreeSet::new();
    let mut found = false;
    for (candidate, wanted) in candidates.iter().zip(wanted.iter_mut()) {
        if !*wanted {
            continue;
        }
        let platforms = platforms_of(candidate);
        let fits = platforms.iter().any(|platform| asked.fits(platform));
        found |= fits;
        *wanted = fits || platforms.is_empty();
        offered.extend(platforms.iter().map(Platform::to_string));
    }
    if found {
        return Ok(());
    }
    let offered = match offered.len() {
        0 => "no image states a platform".to_owned(),
        _ => format!("there are {}", listed(offered.into_iter())),
    };
    Err(no_match(path, format!("no image for {asked}; {offered}")))
}

/// As the indexes state it, else as the config does.
fn platforms_of(candidate: &Candidate) -> Vec<Platform> {
    let stated: Vec<Platform> = candidate
        .places
        .iter()
        .filter_map(|place| place.platform.clone())
        .collect();
    if !stated.is_empty() {
        return stated;
    }
    let config = candidate.image.config.as_ref();
    config
        .and_then(|blob| super::json::parse_as::<Platform>("config", blob).ok())
        .filter(|platform| !platform.os.is_empty())
        .into_iter()
        .collect()
}

/// What refers to a wanted image (a signature, an SBOM) is wanted with it.
fn add_referrers(candidates: &[Candidate], wanted: &mut [bool]) {
    let digests: BTreeSet<&Digest> = candidates
        .iter()
        .zip(wanted.iter())
        .filter(|(_, wanted)| **wanted)
        .flat_map(|(candidate, _)| digests_of(candidate))
        .filter_map(|(digest, is_own)| is_own.then_some(digest))
        .collect();
    for (candidate, wanted) in candidates.iter().zip(wanted.iter_mut()) {
        let subject = candidate.subject.as_ref();
        *wanted |= subject.is_some_and(|subject| digests.contains(subject));
    }
}

fn no_image(path: &Path, candidates: &[Candidate], name: &str) -> Error {
    let name_of = |candidate: &Candidate| {
        let image = &candidate.image;
        let digest = || {
            image
                .manifest_digest
                .as_ref()
                .or(image.config_digest.as_ref())
        };
        match image.references.first() {
            Some(_) => image.references.join(", "),
            None => digest().map_or_else(|| "an image without name".to_owned(), Digest::to_string),
        }
    };
    let names: BTreeSet<String> = candidates.iter().map(name_of).collect();
    let there = match names.len() {
        0 => "none can be read".to_owned(),
        1 => format!("there is {}", listed(names.into_iter())),
        _ => format!("there are {}", listed(names.into_iter())),
    };
    let asked = printable(name.as_bytes());
    no_match(path, format!("no image {asked:?}; {there}"))
}

/// Names for a message: the first ones, safe to print, and how many more there are.
pub(super) fn listed(names: impl ExactSizeIterator<Item = String>) -> String {
    let more = names.len().saturating_sub(LISTED);
    let mut shown: Vec<String> = names
        .take(LISTED)
        .map(|name| printable(name.as_bytes()).chars().take(200).collect())
        .collect();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

fn no_match(path: &Path, reason: String) -> Error {
    Error::NoMatch {
        path: path.to_owned(),
        reason,
    }
}
