//! Which certificates, `authorized_keys` and keystores of an image belong to its private keys, and
//! what that makes of them.
//!
//! A key's public half is known by one name wherever it lies (`spki_sha256`), so what layers saw of
//! public keys is looked up by the names of the findings. Only those are kept from there on.

mod judge;
mod seen;
mod shelf;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use serde_json::Value;

pub(super) use seen::SeenKeys;
pub(super) use shelf::Shelf;

use super::layer::LayerScan;
use crate::detect::{Certificate, KeyId, Seen};
use crate::finding::{Finding, Occurrence, Suppressed};

/// The rule for lines of `authorized_keys`; all others tell of private keys.
const PUBLISHED_LOGIN: &str = "ssh.published-key";

/// Places that are told of one kind.
const MOST_PLACES: usize = 8;
/// Places that are kept of one key in one image, and of all keys in all images.
const MOST_OF_KEY: usize = 256;
const MOST_OF_ALL: usize = 1_000_000;

/// Where the public halves of the private keys that were found lie.
pub(super) struct Keyring {
    wanted: HashSet<KeyId>,
    /// By image.
    sightings: HashMap<(KeyId, usize), Vec<Sighting>>,
    kept: usize,
    /// Of layers that were looked at, by address: many images may share one.
    layers: HashMap<usize, Vec<(KeyId, Sighting)>>,
}

/// One file with a public key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Sighting {
    seen: Rc<Seen>,
    path: Rc<str>,
}

impl Keyring {
    /// A ring for the private keys among all that was found.
    pub(super) fn of(findings: &[Finding], suppressed: &[Suppressed]) -> Self {
        let all = suppressed.iter().map(|suppressed| &suppressed.finding);
        Self {
            wanted: findings.iter().chain(all).filter_map(key_id).collect(),
            sightings: HashMap::new(),
            kept: 0,
            layers: HashMap::new(),
        }
    }

    /// Looks through what the layers of an image saw.
    pub(super) fn look(&mut self, image: usize, scans: &[Option<&LayerScan>]) {
        if self.wanted.is_empty() {
            return;
        }
        for scan in scans.iter().flatten() {
            let wanted = &self.wanted;
            let of_layer = self.layers.entry(std::ptr::from_ref(*scan).addr());
            let of_layer = of_layer.or_insert_with(|| wanted_of(wanted, &scan.seen));
            for (id, sighting) in of_layer {
                if self.kept >= MOST_OF_ALL {
                    return;
                }
                let of_key = self.sightings.entry((*id, image)).or_default();
                if of_key.len() < MOST_OF_KEY {
                    of_key.push(sighting.clone());
                    self.kept += 1;
                }
            }
        }
    }

    /// Says of each private key what belongs to it, and how bad that makes it.
    pub(super) fn tell(&self, findings: &mut [Finding], suppressed: &mut [Suppressed]) {
        for finding in findings {
            self.tell_one(finding);
        }
        for suppressed in suppressed {
            self.tell_one(&mut suppressed.finding);
            judge::explain(suppressed);
        }
    }

    fn tell_one(&self, finding: &mut Finding) {
        if let Some(id) = key_id(finding) {
            let told = told(&self.sightings(id, finding), finding);
            for (name, fact) in told {
                finding.facts.entry(name.to_owned()).or_insert(fact);
            }
        }
        judge::judge(finding);
    }

    /// Where the key is seen in the images that the finding lies in.
    fn sightings(&self, id: KeyId, finding: &Finding) -> BTreeSet<Sighting> {
        let images: BTreeSet<usize> = finding.occurrences.iter().filter_map(|o| o.image).collect();
        let lists = images.into_iter();
        let lists = lists.filter_map(|image| self.sightings.get(&(id, image)));
        lists.flatten().cloned().collect()
    }
}

/// What the public half of a finding's private key is known by.
fn key_id(finding: &Finding) -> Option<KeyId> {
    KeyId::from_hex(finding.facts.get("spki_sha256")?.as_str()?)
}

fn wanted_of(wanted: &HashSet<KeyId>, seen: &SeenKeys) -> Vec<(KeyId, Sighting)> {
    let all = seen.all().filter(|((id, _), _)| wanted.contains(id));
    let mut all: Vec<_> = all
        .flat_map(|((id, seen), paths)| {
            let seen = Rc::new(seen);
            let sighting = move |path: String| Sighting {
                seen: Rc::clone(&seen),
                path: path.into(),
            };
            paths.into_iter().map(move |path| (id, sighting(path)))
        })
        .collect();
    // Where not all are kept, those that let people in are.
    all.sort_by_key(|(_, sighting)| !is_authorized_keys(&sighting.path));
    all
}

/// The facts about a finding that sightings of its public half are.
fn told(sightings: &BTreeSet<Sighting>, finding: &Finding) -> Vec<(&'static str, Value)> {
    let mut certificates: BTreeMap<&Certificate, Vec<&str>> = BTreeMap::new();
    let logins = logins(finding);
    let [mut authorized, mut bare, mut stores] = [(); 3].map(|()| Vec::new());
    for Sighting { seen, path } in sightings {
        let path = &**path;
        match &**seen {
            Seen::Certificate(certificate) => {
                certificates.entry(certificate).or_default().push(path);
            }
            Seen::PublicKey if is_authorized_keys(path) => authorized.push(path),
            Seen::PublicKey | Seen::Keystore if lies_at(finding, path) => {}
            Seen::PublicKey => bare.push(path),
            Seen::Keystore => stores.push(path),
        }
    }
    authorized.extend(logins.iter().map(String::as_str));
    authorized.sort_unstable();
    authorized.dedup();
    let mut told = Vec::new();
    let count = certificates.len();
    // Of those that were renewed, the one that lasts longest is the one in use.
    let best = (certificates.into_iter())
        .max_by_key(|(certificate, paths)| (&certificate.expires, Reverse(paths.first().copied())));
    if let Some((certificate, paths)) = best {
        // A file of its own says more than a keystore.
        let own = paths.iter().find(|path| !stores.contains(path));
        let path = own.or(paths.first()).copied();
        let mut fact = certificate.fact();
        fact.insert("path".to_owned(), path.into());
        told.push(("certificate", Value::Object(fact)));
        if count > 1 {
            told.push(("more_certificates", (count - 1).into()));
        }
    }
    for (name, mut places) in [
        ("authorized_in", authorized),
        ("public_key_in", bare),
        ("keystore_in", stores),
    ] {
        places.truncate(MOST_PLACES);
        if !places.is_empty() {
            told.push((name, places.into()));
        }
    }
    told
}

/// Where the finding is itself a line that lets somebody in: that it was found there is certain,
/// also where more keys are seen than are kept.
fn logins(finding: &Finding) -> Vec<String> {
    let lines = finding.occurrences.iter();
    let lines = lines.filter(|_| finding.rule == PUBLISHED_LOGIN);
    lines
        .filter_map(|line| Some(seen::place(line.path.clone()?, &line.inside)))
        .filter(|place| is_authorized_keys(place))
        .collect()
}

/// Whether a file says who may log in.
fn is_authorized_keys(path: &str) -> bool {
    let path = path.rsplit(seen::BETWEEN).next().unwrap_or(path);
    let mut names = path.rsplit('/');
    let name = names.next().unwrap_or(path);
    let folder = names.next().unwrap_or_default();
    name.starts_with("authorized_keys") || folder.starts_with("authorized_keys")
}

/// Whether the finding itself lies in that file.
fn lies_at(finding: &Finding, place: &str) -> bool {
    let is_it = |found: &Occurrence| {
        let path = found.path.as_ref();
        path.is_some_and(|path| seen::is_place(place, path, &found.inside))
    };
    finding.occurrences.iter().any(is_it)
}
