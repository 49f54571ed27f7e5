//! Entries full of hits: out of their turn a few are searched beside each other, and none that has very many.

use super::*;

/// As many different tokens as lines, and then lines without.
fn lines(first: usize, tokens: usize, length: usize) -> Vec<u8> {
    let mut text = String::new();
    for number in first..first + tokens {
        text += &format!(
            "GITHUB_TOKEN=ghp_{:08}{}\n",
            number * 7919,
            "0aB9xY7".repeat(4)
        );
    }
    let rest = length.saturating_sub(text.len());
    text += &"nothing to see here\n".repeat(rest / 20);
    text.into_bytes()
}

fn tar_of(contents: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = ::tar::Builder::new(Vec::new());
    for (number, content) in contents.iter().enumerate() {
        let mut header = ::tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_cksum();
        let path = format!("srv/{number}.env");
        writer.append_data(&mut header, path, &content[..]).unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn every_hit_of_theirs_is_found_whoever_searches_them() {
    let only_tokens = Loader {
        enable: vec!["github.*".to_owned()],
        ..Loader::default()
    };
    let engine = Engine::new(only_tokens.load(catalog()).unwrap());
    let few = (0..5).map(|number| lines(number * 300, 300, 0));
    let many = lines(3_000, 4_200, 0);
    let large = lines(9_000, 4_200, 600 << 10);
    assert!(many.len() < 512 << 10 && large.len() > 512 << 10);
    let contents: Vec<Vec<u8>> = few.chain([large, many]).collect();
    let tokens = 5 * 300 + 2 * 4_200;
    let tar = tar_of(&contents);
    let found = |stored: &[u8], threads: usize| {
        let scan = scan(&engine, &Twins::of(1), stored.to_vec(), threads, None);
        let hits = scan.hits.iter();
        hits.map(|hit| (hit.sequence, hit.hit.matched.span.offset))
            .collect::<Vec<_>>()
    };
    let expected = found(&tar, 1);
    assert_eq!(expected.len(), tokens);
    // What was too large to be kept was read once more, at the end.
    let in_order = |mut found: Vec<_>| {
        found.sort_unstable();
        found
    };
    assert_eq!(in_order(found(&gzip(&tar), 8)), in_order(expected));
}
