//! Where a command's result goes: standard output, or a file that is either whole or not there.

use std::fs::{self, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The file that was named for the result; `-` is standard output.
pub fn file(named: Option<&Path>) -> Option<&Path> {
    named.filter(|path| *path != Path::new("-"))
}

/// Lets `produce` write to `file`, or to standard output when there is none.
///
/// A reader that closes the pipe early has what it wanted: that is no error.
pub fn write(
    file: Option<&Path>,
    produce: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    match file {
        None => write_to_stdout(produce).context("cannot write to standard output"),
        Some(path) => {
            write_to_file(path, produce).with_context(|| format!("cannot write {}", path.display()))
        }
    }
}

fn write_to_stdout(produce: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    match produce(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
            // What is left in the buffer has no reader; dropping it would try to write again.
            let _ = out.into_parts();
            Ok(())
        }
        result => result,
    }
}

/// Writes beside `path` and renames, so that a run that breaks off leaves the old file alone. The
/// file can be read by its owner only: a report names where secrets lie.
fn write_to_file(
    path: &Path,
    produce: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let target = match fs::metadata(path) {
        // Devices and pipes cannot be replaced by a rename.
        Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => {
            let mut out = BufWriter::new(OpenOptions::new().write(true).open(path)?);
            return produce(&mut out).and_then(|()| out.flush());
        }
        Ok(metadata) if metadata.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        // A link stays a link: what it points at is replaced.
        Ok(_) => fs::canonicalize(path)?,
        Err(_) => path.to_owned(),
    };
    let mut out = BufWriter::new(tempfile::NamedTempFile::new_in(folder_of(&target))?);
    produce(&mut out)?;
    let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// The folder that `path` lies in; `.` for a bare name.
pub fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_only_by_a_whole_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write(Some(&path), |out| out.write_all(b"first")).unwrap();
        let error = write(Some(&path), |out| {
            out.write_all(b"half of the sec")?;
            Err(io::Error::other("the disk is full"))
        })
        .unwrap_err();
        assert!(format!("{error:#}").contains("report.json"), "{error:#}");
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_report_can_be_read_by_its_owner_only_and_a_link_stays_a_link() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (folder.path().join("real"), folder.path().join("link"));
        fs::write(&real, "old").unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write(Some(&link), |out| out.write_all(b"new")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"new");
        assert_eq!(
            fs::metadata(&real).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/report.json");
        let error = write(Some(&path), |_| Ok(())).unwrap_err();
        assert!(format!("{error:#}").contains("missing/report.json"));
        let error = write(Some(folder.path()), |_| Ok(())).unwrap_err();
        assert!(format!("{error:#}").contains("cannot write"));
    }
}
