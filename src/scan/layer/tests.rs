//! That contents are really not scanned a second time: one that is remembered as clean, though it is not,
//! is passed over. And that it is noted where in a layer something is found.

mod archives;
mod crowded;

use std::io::Write as _;

use super::super::budget;
use super::*;
use crate::archive::Blob;
use crate::detect::catalog;
use crate::oci::MediaType;
use crate::rules::Loader;

const PATH: &str = "srv/app.env";

fn tar(content: &[u8]) -> Vec<u8> {
    let mut writer = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_ustar();
    header.set_size(content.len() as u64);
    header.set_cksum();
    writer.append_data(&mut header, PATH, content).unwrap();
    writer.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn scan(
    engine: &Engine,
    twins: &Twins,
    stored: Vec<u8>,
    threads: usize,
    recorder: Option<&mut Recorder>,
) -> LayerScan {
    scan_with(engine, twins, &Pool::default(), stored, threads, recorder)
}

fn scan_with(
    engine: &Engine,
    twins: &Twins,
    pool: &Pool,
    stored: Vec<u8>,
    threads: usize,
    recorder: Option<&mut Recorder>,
) -> LayerScan {
    let layer = Layer {
        index: 0,
        digest: None,
        diff_id: None,
        media_type: MediaType::default(),
        name: "blob".to_owned(),
        blob: Some(Blob::from_vec(stored)),
        instruction: None,
    };
    let means = Means {
        engine,
        options: &Options::default(),
        common: &Common::default(),
        progress: &Progress::default(),
        pool,
        twins,
        shelf: &Arc::default(),
        claims: budget::claims(1),
        early: None,
    };
    pool.unhashed.tell_whether_all_walk(threads == 1);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let scan = || walk_and_scan(&layer, means, 1, recorder);
    pool.build().unwrap().install(scan)
}

fn hits(engine: &Engine, twins: &Twins, stored: Vec<u8>, threads: usize) -> usize {
    scan(engine, twins, stored, threads, None).hits.len()
}

#[test]
fn a_content_that_is_known_to_be_clean_is_passed_over() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    // Small, in a batch; large, in pieces.
    for length in [2_000, 3 << 20] {
        let key = format!("GITHUB_TOKEN=ghp_{}\n", "0aB9".repeat(9));
        let mut content = b"nothing to see here\n".repeat(length / 20);
        content.extend_from_slice(key.as_bytes());
        let tar = tar(&content);
        for (stored, threads) in [(gzip(&tar), 1), (gzip(&tar), 2), (tar.clone(), 1), (tar, 2)] {
            let twins = Twins::of(2);
            let key = twins.key(PATH.as_bytes(), content.len() as u64).unwrap();
            assert_eq!(hits(&engine, &twins, stored.clone(), threads), 1);
            assert!(!twins.knows(key), "it has a hit");
            twins.add_hash_of(key, &content);
            assert_eq!(hits(&engine, &twins, stored.clone(), threads), 0);
            let other = Twins::of(2);
            let mut clean = content.clone();
            clean.truncate(clean.len() - 1);
            other.add_hash_of(key, &clean);
            assert_eq!(hits(&engine, &other, stored, threads), 1);
        }
    }
}

#[test]
fn a_content_without_hits_is_remembered() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    for length in [2_000, 3 << 20] {
        let content = b"nothing to see here\n".repeat(length / 20);
        let tar = tar(&content);
        for (stored, threads) in [(gzip(&tar), 1), (gzip(&tar), 2), (tar.clone(), 1), (tar, 2)] {
            let twins = Twins::of(2);
            let key = twins.key(PATH.as_bytes(), content.len() as u64).unwrap();
            assert_eq!(hits(&engine, &twins, stored, threads), 0);
            assert!(twins.is_clean(key, &content));
        }
    }
}

#[test]
fn what_is_noted_of_a_layer_with_hits_are_those_entries_from_their_first_header_on() {
    let engine = Engine::new(Loader::default().load(catalog()).unwrap());
    let secret = |word: &str| format!("GITHUB_TOKEN=ghp_{}\n", word.repeat(9));
    let mut writer = ::tar::Builder::new(Vec::new());
    let mut add = |path: &str, record: Option<&str>, content: &[u8]| {
        if let Some(record) = record {
            let records = [("comment", record.as_bytes())];
            writer.append_pax_extensions(records).unwrap();
        }
        let mut header = ::tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_cksum();
        writer.append_data(&mut header, path, content).unwrap();
    };
    let quiet = b"nothing to see here\n".repeat(5_000);
    add("quiet", Some("no secret"), &quiet);
    add("first.env", None, secret("0aB9").as_bytes());
    add("more/quiet", None, &quiet);
    add("noted", Some(&secret("1cD8")), &quiet);
    add("last.gz", None, &gzip(secret("2eF7").as_bytes()));
    add("quiet/again", None, &quiet);
    let tar = writer.into_inner().unwrap();
    for threads in [1, 2] {
        let mut recorder = Recorder::beside(&Arc::default());
        let twins = Twins::of(2);
        let found = scan(&engine, &twins, tar.clone(), threads, Some(&mut recorder));
        assert_eq!(found.hits.len(), 3);
        let regions = recorder.found_in(&tar).unwrap();
        let [first, noted, archive] = regions[..] else {
            panic!("{} regions", regions.len());
        };
        let holds = |region: &[u8], text: &[u8]| memchr::memmem::find(region, text).is_some();
        assert!(first.starts_with(b"first.env\0") && holds(first, secret("0aB9").as_bytes()));
        assert!(holds(noted, secret("1cD8").as_bytes()) && holds(noted, b"noted\0"));
        assert!(archive.ends_with(&gzip(secret("2eF7").as_bytes())));
        assert!(regions.iter().all(|region| !holds(region, b"quiet\0")));
    }
}
