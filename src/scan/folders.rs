//! Folders that distributions merged into others: where `/lib` is a link to `/usr/lib`, a database
//! may list `lib/x` for the file that layers have at `usr/lib/x`, or the other way round.

use crate::archive::resolve;

/// The folders that are merged, and those that they are merged into.
const FOLDERS: [&str; 14] = [
    "bin",
    "lib",
    "lib32",
    "lib64",
    "libo32",
    "libx32",
    "sbin",
    "usr/bin",
    "usr/lib",
    "usr/lib32",
    "usr/lib64",
    "usr/libo32",
    "usr/libx32",
    "usr/sbin",
];

/// Which of the folders are links to which.
#[derive(Debug, Clone, Default)]
pub(super) struct FolderLinks(Vec<(&'static str, &'static str)>);

impl FolderLinks {
    /// Notes a symbolic link, if it is one of a folder to another.
    pub(super) fn note(&mut self, path: &[u8], target: &[u8]) {
        let known = |path: &[u8]| {
            let mut folders = FOLDERS.iter();
            folders.find(|folder| folder.as_bytes() == path).copied()
        };
        let Some(from) = known(path) else { return };
        let parent = memchr::memrchr(b'/', path).map_or(&[][..], |slash| &path[..slash]);
        let target = resolve(parent, target).and_then(|target| known(&target));
        if let Some(to) = target {
            self.add(from, to);
        }
    }

    fn add(&mut self, from: &'static str, to: &'static str) {
        if let Err(place) = self.0.binary_search(&(from, to)) {
            self.0.insert(place, (from, to));
        }
    }

    /// Adds the links of another layer.
    pub(super) fn merge(&mut self, other: &Self) {
        other.0.iter().for_each(|(from, to)| self.add(from, to));
    }

    /// The path and every other spelling of it.
    pub(super) fn spellings(&self, path: &[u8]) -> Vec<Vec<u8>> {
        let mut all = vec![path.to_vec()];
        let mut next = 0;
        while let Some(spelling) = all.get(next).cloned() {
            for (from, to) in &self.0 {
                for (old, new) in [(to, from), (from, to)] {
                    let rest = spelling.strip_prefix(old.as_bytes());
                    if let Some(rest) = rest.filter(|rest| rest.starts_with(b"/")) {
                        let other = [new.as_bytes(), rest].concat();
                        if !all.contains(&other) {
                            all.push(other);
                        }
                    }
                }
            }
            next += 1;
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spellings(links: &[(&str, &str)], path: &str) -> Vec<String> {
        let mut folders = FolderLinks::default();
        for (path, target) in links {
            folders.note(path.as_bytes(), target.as_bytes());
        }
        let all = folders.spellings(path.as_bytes()).into_iter();
        all.map(|path| String::from_utf8(path).unwrap()).collect()
    }

    #[test]
    fn a_file_of_a_merged_folder_has_both_names() {
        let links = [("lib", "usr/lib"), ("bin", "/usr/bin"), ("opt", "usr/opt")];
        assert_eq!(spellings(&links, "usr/lib/x/y"), ["usr/lib/x/y", "lib/x/y"]);
        assert_eq!(spellings(&links, "lib/x"), ["lib/x", "usr/lib/x"]);
        assert_eq!(spellings(&links, "usr/bin/x"), ["usr/bin/x", "bin/x"]);
        assert_eq!(spellings(&links, "usr/library"), ["usr/library"]);
        assert_eq!(spellings(&links, "opt/x"), ["opt/x"]);
        assert_eq!(spellings(&[], "usr/lib/x"), ["usr/lib/x"]);
        assert_eq!(spellings(&[("lib", "../../x")], "lib/x"), ["lib/x"]);
    }

    #[test]
    fn links_to_links_are_followed_both_ways_and_circles_end() {
        let links = [
            ("sbin", "usr/sbin"),
            ("usr/sbin", "bin"),
            ("bin", "usr/bin"),
        ];
        let mut all = spellings(&links, "usr/bin/x");
        all.sort();
        assert_eq!(all, ["bin/x", "sbin/x", "usr/bin/x", "usr/sbin/x"]);
        let circle = [("lib", "usr/lib"), ("usr/lib", "/lib")];
        assert_eq!(spellings(&circle, "lib/x").len(), 2);
    }
}
