use std::sync::Arc;

use super::note::Note;
use super::{Journal, Recorder, Told};
use crate::content::{Hit, Outcome};
use crate::detect::span::{Position, Span};
use crate::detect::{By, Decoded, KeyId, Match, Observed, Part, Seen, Suppression};
use crate::error::{Warning, WarningCode};
use crate::finding::Kind;
use crate::image::{EntryKind, LayerEntry, LayerSummary, Whiteout};
use crate::oci::Digest;
use crate::packages::{Checksums, Database, Record};
use crate::rules::Confidence;
use crate::secret::Secret;

fn entry() -> LayerEntry {
    LayerEntry {
        sequence: 7,
        path: b"a/.wh.\xff".to_vec(),
        raw_name: Vec::new(),
        kind: EntryKind::Other(b'X'),
        link: Some(b"to".to_vec()),
        whiteout: Some(Whiteout::Path(b"a/\xff".to_vec())),
        mode: 0o4755,
        uid: u64::MAX,
        gid: 1,
        mtime: -1,
        size: 1 << 40,
        sparse: None,
        behind_end: true,
        offset: 0,
        stored: 0,
        records: Vec::new(),
    }
}

fn hit(how: &'static str) -> Hit {
    let facts = [("checksum", "valid".into()), ("bits", 256.into())];
    Hit {
        inside: vec!["a.zip".to_owned()],
        decoded: vec!["utf-16le".to_owned(), how.to_owned()],
        matched: Match {
            rule: 3,
            span: Span::new(5, 6),
            position: Position { line: 7, column: 8 },
            secret: Secret::new(*b"\x00secret\xff"),
            decoded: Some(Box::new(Decoded {
                how: vec![how],
                written: Arc::new(Secret::new(*b"written")),
                inner: Some(Span::new(1, 2)),
            })),
            by: By::NamedField,
            identity: Some(Secret::new(*b"identity")),
            label: Some("TOKEN".to_owned()),
            confidence: Confidence::Likely,
            facts: facts.map(|(name, fact)| (name.to_owned(), fact)).into(),
            suppressed: Some(Suppression::InlineAllow),
            parts: vec![Part {
                rule: 4,
                identity: Secret::new(*b"part"),
            }],
            is_lone: true,
        },
    }
}

fn outcome(how: &'static str) -> Outcome {
    let observed = Observed {
        id: KeyId([9; 32]),
        seen: Seen::Certificate(Box::default()),
    };
    Outcome {
        hits: vec![hit(how)],
        observed: vec![(vec!["way".to_owned()], observed)],
        warnings: vec![Warning::new(WarningCode::BrokenNestedArchive, "breaks").at(b"p")],
        bytes: 10,
        ..Outcome::default()
    }
}

fn alone() -> Recorder {
    Recorder::beside(&Arc::default())
}

fn summary() -> LayerSummary {
    LayerSummary {
        size: 1,
        uncompressed_size: 2,
        entries: 3,
        whiteouts: 4,
        digest: Some(Digest::sha256(b"a")),
        verified: Some(true),
        ..LayerSummary::default()
    }
}

#[test]
fn what_was_noted_is_read_as_it_was_and_in_order() {
    let checksums = Checksums::of(b"content");
    let mut recorder = alone();
    recorder.entry(&entry());
    recorder.outcome(&Outcome::default(), Kind::File, Some(&entry()));
    recorder.outcome(&outcome("base64"), Kind::EntryMetadata, Some(&entry()));
    recorder.outcome(&outcome("json"), Kind::Slack, None);
    recorder.checksums(7, checksums);
    let bytes = recorder.finish(&summary()).unwrap().journal.take();
    let mut journal = Journal::new(bytes, None).unwrap();
    let Some(Note::Entry(read)) = journal.read() else {
        panic!("no entry");
    };
    assert_eq!(read.entry(), entry());
    for (expected_kind, how) in [(Kind::EntryMetadata, "base64"), (Kind::Slack, "json")] {
        let Some(Note::Outcome(kind, of, read)) = journal.read() else {
            panic!("no outcome");
        };
        assert_eq!(kind, expected_kind);
        assert_eq!(of.is_some(), kind == Kind::EntryMetadata);
        let (read, expected) = (read.outcome().unwrap(), outcome(how));
        assert_eq!(read.hits, expected.hits);
        assert_eq!(read.observed, expected.observed);
        assert_eq!(read.warnings, expected.warnings);
    }
    assert!(matches!(journal.read(), Some(Note::Checksums(7, read)) if read == checksums));
    let Some(Note::Summary(read)) = journal.read() else {
        panic!("no summary");
    };
    assert_eq!(read.summary(), summary());
    assert!(journal.read().is_none());
}

#[test]
fn many_hits_of_an_entry_are_read_some_at_a_time_in_order() {
    let mut much = outcome("json");
    much.hits = (0..600)
        .map(|offset| {
            let mut hit = much.hits[0].clone();
            hit.matched.span.offset = offset;
            hit
        })
        .collect();
    let mut recorder = alone();
    recorder.outcome(&much, Kind::File, Some(&entry()));
    let bytes = recorder.finish(&summary()).unwrap().journal.take();
    let mut journal = Journal::new(bytes, None).unwrap();
    let (mut hits, mut counts) = (Vec::new(), Vec::new());
    while let Some(Note::Outcome(_, Some(of), part)) = journal.read() {
        assert_eq!(of.entry(), entry());
        let part = part.outcome().unwrap();
        // Told once.
        assert_eq!(part.warnings.is_empty(), !counts.is_empty());
        counts.push(part.hits.len());
        hits.extend(part.hits);
    }
    assert_eq!(counts, [256, 256, 88]);
    assert_eq!(hits, much.hits);
}

#[test]
fn journals_that_are_written_at_once_are_bounded_together() {
    let all = Arc::default();
    // What no compression makes smaller, 2 MiB at a time.
    let mut state = 1u64;
    let mut write = |recorder: &mut Recorder| {
        let mut noise = entry();
        noise.path = std::iter::repeat_with(|| {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            (state >> 56) as u8
        })
        .take(2 << 20)
        .collect();
        recorder.entry(&noise);
    };
    let mut first = Recorder::beside(&all);
    (0..12).for_each(|_| write(&mut first));
    let mut second = Recorder::beside(&all);
    (0..12).for_each(|_| write(&mut second));
    assert!(second.finish(&summary()).is_none());
    let first = first.finish(&summary()).expect("a journal");
    drop(first);
    let mut third = Recorder::beside(&all);
    (0..12).for_each(|_| write(&mut third));
    assert!(third.finish(&summary()).is_some());
}

#[test]
fn what_a_database_told_is_told_again() {
    let list = b"900150983cd24fb0d6963f7d28e17f72  usr/bin/a\n";
    let database = Database::at(b"var/lib/dpkg/info/a.md5sums").unwrap();
    let mut told = Told::default();
    let mut expected = Vec::new();
    let mut note = |record: Record<'_>| expected.push(format!("{record:?}"));
    let listen = &mut |record: Record<'_>| {
        told.push(record);
        note(record);
    };
    database.read(list, listen).unwrap();
    let mut recorder = alone();
    recorder.database(b"list", 5, &told);
    let mut journal =
        Journal::new(recorder.finish(&summary()).unwrap().journal.take(), None).unwrap();
    let Some(Note::Database(read)) = journal.read() else {
        panic!("no database");
    };
    let mut again = Vec::new();
    assert!(read.tell(&mut |record| again.push(format!("{record:?}"))));
    assert_eq!((read.path, read.sequence), (&b"list"[..], 5));
    assert_eq!(again, expected);
    assert_eq!(again.len(), 2);
}

#[test]
fn what_could_not_be_read_as_it_was_is_not_kept() {
    let mut odd = outcome("rot13");
    let mut recorder = alone();
    recorder.outcome(&odd, Kind::File, None);
    assert!(recorder.finish(&summary()).is_none(), "an unknown word");
    odd.hits.clear();
    odd.error = Some(std::io::Error::other("broke off"));
    let mut recorder = alone();
    recorder.outcome(&odd, Kind::File, None);
    assert!(recorder.finish(&summary()).is_none(), "an error");
    let mut recorder = alone();
    let mut long = entry();
    long.path = vec![0; 33 << 20];
    recorder.entry(&long);
    assert!(recorder.finish(&summary()).is_none(), "too long a note");
    let mut told = Told::default();
    let path = vec![b'a'; 20 << 20];
    for _ in 0..2 {
        told.push(Record::Package {
            name: &path,
            version: None,
        });
    }
    let mut recorder = alone();
    recorder.database(b"list", 5, &told);
    assert!(recorder.finish(&summary()).is_none(), "too long a database");
}

#[test]
fn a_journal_of_anything_ends_without_harm() {
    let mut recorder = alone();
    recorder.entry(&entry());
    let bytes = recorder.finish(&summary()).unwrap().journal.take();
    for length in 0..bytes.len() {
        let Some(mut journal) = Journal::new(bytes[..length].to_vec(), None) else {
            continue;
        };
        let mut last = None;
        while let Some(note) = journal.read() {
            last = Some(matches!(note, Note::Summary(_)));
        }
        assert_ne!(last, Some(true), "{length}");
    }
    let huge = zstd::encode_all(&[0xff; 100][..], 1).unwrap();
    assert!(Journal::new(huge, None).unwrap().read().is_none());
}
