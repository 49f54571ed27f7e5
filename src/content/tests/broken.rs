//! Small nested archives that break: what came out of them before is searched.

use super::*;

#[test]
fn the_content_of_a_small_archive_that_breaks_is_searched() {
    let whole = gzip(&text());
    let cut = whole[..whole.len() - 4].to_vec();
    let mut wrong = whole.clone();
    let checksum = wrong.len() - 8;
    wrong[checksum] ^= 1;
    let nested = gzip(&whole);
    let nested = nested[..nested.len() - 4].to_vec();
    for bytes in [cut, wrong, nested] {
        let outcome = scan("a.gz", &bytes);
        assert_eq!(outcome.hits.len(), 1);
        assert_eq!(outcome.hits[0].matched.position.line, 2);
        assert!(codes(&outcome).contains(&WarningCode::BrokenNestedArchive));
    }
}

#[test]
fn the_content_of_a_small_zip_member_that_is_cut_is_searched() {
    let content = [&text()[..], b"0123456789abcdefghijklmnopqrstuvwxyz"].concat();
    let mut bytes = zip(&[("a.txt", &content, DEFLATED)]);
    bytes.truncate(30 + "a.txt".len() + deflate(&content).len() - 8);
    let outcome = scan("a.zip", &bytes);
    assert_eq!(places(&outcome)[0], ("a.txt".to_owned(), 2));
    assert!(codes(&outcome).contains(&WarningCode::BrokenNestedArchive));
}
