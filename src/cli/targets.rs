//! Files that a command is told to write: none takes the place of the image, which is evidence, nor of
//! another one.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use residue::source::path_of;

/// Fails where a file that a flag names is one of `images`, or named by another flag, too.
pub fn check(images: &[String], targets: &[(&str, Option<&Path>)]) -> Result<()> {
    let paths = images.iter().filter_map(|image| path_of(image));
    let images: Vec<PathBuf> = paths.filter_map(whole).collect();
    let mut known: Vec<(&str, PathBuf)> = Vec::new();
    for (flag, target) in targets {
        let Some(target) = target.and_then(whole) else {
            continue;
        };
        if target.is_file() && images.contains(&target) {
            bail!("{flag} would overwrite {}, which is read", target.display());
        }
        if let Some((other, _)) = known.iter().find(|(_, known)| *known == target) {
            bail!("{other} and {flag} name the same file");
        }
        known.push((flag, target));
    }
    Ok(())
}

/// The path without links, of a file that may not be there yet.
fn whole(path: &Path) -> Option<PathBuf> {
    let in_folder = || {
        let folder = super::output::folder_of(path).canonicalize().ok()?;
        Some(folder.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(in_folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_what_is_read_nor_another_output_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        for name in ["a.tar", "old.json"] {
            std::fs::write(path(name), "x").unwrap();
        }
        std::os::unix::fs::symlink(path("a.tar"), path("link")).unwrap();
        let typed = format!("docker-archive:{}:app:1", path("a.tar"));
        let checked = |image: &str, output: &str, baseline: Option<&str>| {
            let targets = [("-o", Some(output)), ("-b", baseline)];
            let targets = targets.map(|(flag, path)| (flag, path.map(Path::new)));
            check(&[image.to_owned()], &targets)
        };
        for (image, output, baseline) in [
            (&path("a.tar"), &path("a.tar"), None),
            (&typed, &path("link"), None),
            (&path("link"), &path("new"), Some(&path("./a.tar"))),
            (&typed, &path("new"), Some(&path("./new"))),
        ] {
            let baseline = baseline.map(String::as_str);
            assert!(
                checked(image, output, baseline).is_err(),
                "{image} {output}"
            );
        }
        assert!(checked(&typed, &path("old.json"), Some(&path("new"))).is_ok());
        assert!(checked(&path("old.tar"), &path("old.tar"), None).is_ok());
    }
}
