//! What a shape is made of before it is a file: members in order, to be bent by a test and then
//! written as a tar or as a folder.

use std::fs;
use std::path::Path;

use super::layer::LayerBuilder;

/// One member of an archive.
#[derive(Clone)]
pub enum Member {
    File(Vec<u8>),
    Symlink(String),
    Hardlink(String),
    Dir,
}

/// Members in archive order.
#[derive(Clone, Default)]
pub struct Package {
    pub members: Vec<(String, Member)>,
}

impl Package {
    pub fn file(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.members.push((name.into(), Member::File(bytes.into())));
    }

    pub fn symlink(&mut self, name: impl Into<String>, target: impl Into<String>) {
        self.members
            .push((name.into(), Member::Symlink(target.into())));
    }

    pub fn dir(&mut self, name: impl Into<String>) {
        self.members.push((name.into(), Member::Dir));
    }

    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|(known, _)| known == name)
    }

    /// A file only once, as blobs are.
    pub fn blob(&mut self, name: String, bytes: &[u8]) {
        if !self.has(&name) {
            self.file(name, bytes);
        }
    }

    /// The bytes of a file.
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.members
            .iter()
            .find_map(|(known, member)| match member {
                Member::File(bytes) if known == name => Some(bytes.as_slice()),
                _ => None,
            })
            .unwrap_or_else(|| panic!("no file {name} among {:?}", self.names()))
    }

    /// Changes the bytes of a file.
    pub fn edit(&mut self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let names = self.names();
        let found = self.members.iter_mut().find(|(known, _)| known == name);
        match found {
            Some((_, Member::File(bytes))) => change(bytes),
            _ => panic!("no file {name} among {names:?}"),
        }
    }

    /// Takes a member out.
    pub fn remove(&mut self, name: &str) {
        let before = self.members.len();
        self.members.retain(|(known, _)| known != name);
        assert!(self.members.len() < before, "no member {name}");
    }

    /// Replaces a member by a symlink.
    pub fn replace_by_symlink(&mut self, name: &str, target: &str) {
        self.remove(name);
        self.symlink(name, target);
    }

    pub fn names(&self) -> Vec<String> {
        self.members.iter().map(|(name, _)| name.clone()).collect()
    }

    /// The names of files that hold layers: the largest thing that tests look for.
    pub fn layer_files(&self) -> Vec<String> {
        let is_layer = |bytes: &[u8]| {
            bytes.starts_with(&[0x1f, 0x8b])
                || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
                || (bytes.len() >= 1024 && bytes.get(257..262) == Some(b"ustar"))
        };
        self.members
            .iter()
            .filter(|(_, member)| matches!(member, Member::File(bytes) if is_layer(bytes)))
            .map(|(name, _)| name.clone())
            .collect()
    }

    pub fn to_tar(&self) -> Vec<u8> {
        let mut tar = LayerBuilder::new();
        for (name, member) in &self.members {
            tar = match member {
                Member::File(bytes) if name.len() > 99 => tar.pax_path(name, &name[..99], bytes),
                Member::File(bytes) => tar.file(name, bytes),
                Member::Symlink(target) => tar.symlink(name, target),
                Member::Hardlink(target) => tar.hardlink(name, target),
                Member::Dir => tar.dir(name),
            };
        }
        tar.tar()
    }

    pub fn write_folder(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("a folder of the test");
        for (name, member) in &self.members {
            let path = folder.join(name);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).expect("a folder of the test");
            }
            match member {
                Member::File(bytes) => fs::write(&path, bytes).expect("a file of the test"),
                Member::Dir => fs::create_dir_all(&path).expect("a folder of the test"),
                Member::Symlink(target) => link(target, &path),
                Member::Hardlink(target) => {
                    fs::hard_link(folder.join(target), &path).expect("a link of the test");
                }
            }
        }
    }
}

fn link(target: &str, path: &Path) {
    std::os::unix::fs::symlink(target, path).expect("a link of the test");
}
