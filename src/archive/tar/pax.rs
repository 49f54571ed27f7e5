//! PAX extended headers: `length key=value\n`, again and again.

use super::sparse::Sparse;

/// Key and value of one record.
pub(super) type Record = (Vec<u8>, Vec<u8>);

/// What the records of one extended header say about the entry that follows.
#[derive(Debug, Default, Clone)]
pub(super) struct Overrides {
    pub(super) path: Option<Vec<u8>>,
    pub(super) link: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) uid: Option<u64>,
    pub(super) gid: Option<u64>,
    pub(super) mtime: Option<i64>,
    /// `GNU.sparse.name`, which counts over `path`, but only in a header that says how the file
    /// is sparse.
    pub(super) sparse_name: Option<Vec<u8>>,
    /// How the file is stored, where the header says that it is sparse.
    pub(super) sparse: Option<Sparse>,
}

/// All records of an extended header's content.
pub(super) fn records(mut bytes: &[u8]) -> Result<Vec<Record>, &'static str> {
    const MALFORMED: &str = "malformed PAX record";
    let mut records = Vec::new();
    // Some writers pad with NUL to the block.
    while bytes.iter().any(|byte| *byte != 0) {
        let space = memchr::memchr(b' ', bytes.get(..bytes.len().min(21)).unwrap_or_default())
            .ok_or(MALFORMED)?;
        let length = decimal(bytes.get(..space).unwrap_or_default()).ok_or(MALFORMED)?;
        let length = usize::try_from(length).map_err(|_| MALFORMED)?;
        let record = bytes.get(space + 1..length).ok_or(MALFORMED)?;
        let [record @ .., b'\n'] = record else {
            return Err(MALFORMED);
        };
        let equals = memchr::memchr(b'=', record).ok_or(MALFORMED)?;
        let (key, value) = record.split_at(equals);
        if key.is_empty() {
            return Err(MALFORMED);
        }
        records.push((key.to_vec(), value.get(1..).unwrap_or_default().to_vec()));
        bytes = bytes.get(length..).unwrap_or_default();
    }
    Ok(records)
}

impl Overrides {
    /// What `records` change. An empty value means: as the header says.
    pub(super) fn from_records(records: &[Record]) -> Result<Self, &'static str> {
        let mut all = Self::default();
        for (key, value) in records {
            let text = || (!value.is_empty()).then(|| value.clone());
            match key.as_slice() {
                b"path" => all.path = text(),
                b"linkpath" => all.link = text(),
                b"size" if value.is_empty() => all.size = None,
                b"size" => {
                    let size = decimal(value).filter(|size| i64::try_from(*size).is_ok());
                    all.size = Some(size.ok_or("PAX record with an impossible size")?);
                }
                b"uid" => all.uid = decimal(value),
                b"gid" => all.gid = decimal(value),
                b"mtime" => all.mtime = seconds(value),
                b"GNU.sparse.name" => all.sparse_name = text(),
                _ => {}
            }
        }
        all.sparse = Sparse::from_records(records);
        if all.sparse.is_none() {
            all.sparse_name = None;
        }
        Ok(all)
    }
}

pub(super) fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Whole seconds of a time such as `-12.25`.
fn seconds(text: &[u8]) -> Option<i64> {
    let whole = text.split(|byte| *byte == b'.').next()?;
    std::str::from_utf8(whole).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_cut_by_their_length_not_by_lines() {
        let bytes = b"19 comment=a\nb\0c=d\n14 path=\xffname\n";
        let all = records(bytes).unwrap();
        assert_eq!(all[0], (b"comment".to_vec(), b"a\nb\0c=d".to_vec()));
        assert_eq!(all[1], (b"path".to_vec(), b"\xffname".to_vec()));
    }

    #[test]
    fn malformed_records_are_errors() {
        for bad in [
            &b"x"[..],
            b"0 a=b\n",
            b"3 a=b\n",
            b"99 a=b\n",
            b"6 a=bc",
            b"6 abc\n",
            b"5 =b\n",
            b"99999999999999999999999 a=b\n",
            b"-6 a=b\n",
        ] {
            assert!(records(bad).is_err(), "{bad:?}");
        }
        assert_eq!(records(b"\0\0\0").unwrap(), []);
    }

    #[test]
    fn a_sparse_name_counts_only_for_a_sparse_file() {
        let name = (b"GNU.sparse.name".to_vec(), b"a".to_vec());
        let major = (b"GNU.sparse.major".to_vec(), b"1".to_vec());
        let of = |records: &[Record]| Overrides::from_records(records).unwrap().sparse_name;
        assert_eq!(of(std::slice::from_ref(&name)), None);
        assert_eq!(of(&[name, major]), Some(b"a".to_vec()));
    }

    #[test]
    fn the_last_record_counts_and_an_empty_one_takes_it_back() {
        let pair = |key: &str, value: &str| (key.into(), value.into());
        let all = Overrides::from_records(&[
            pair("path", "a"),
            pair("path", "b"),
            pair("linkpath", "c"),
            pair("linkpath", ""),
            pair("mtime", "-12.25"),
            pair("uid", "x"),
        ])
        .unwrap();
        assert_eq!(all.path.as_deref(), Some(&b"b"[..]));
        assert_eq!((all.link, all.mtime, all.uid), (None, Some(-12), None));
        for size in ["-1", "+1", "9223372036854775808", "1e3"] {
            assert!(
                Overrides::from_records(&[pair("size", size)]).is_err(),
                "{size}"
            );
        }
    }
}
