//! No bytes make the walk panic, and how they arrive changes nothing.

use proptest::prelude::*;

use super::build::*;

fn sample() -> Vec<u8> {
    let long = "d/".repeat(80) + "name\0";
    let tar = [
        pax(b'g', &[("comment", b"global")]),
        file("a", b"one"),
        pax(
            b'x',
            &[
                ("path", b"x/y"),
                ("size", b"600"),
                ("GNU.sparse.name", b"z"),
            ],
        ),
        Header::new("b", b'0', 0).and(&[b'x'; 600]),
        Header::gnu("L", b'L', long.len()).and(long.as_bytes()),
        Header::gnu("c", b'S', 3).with(482, &[1]).block(),
        vec![0; 512],
        b"abc".to_vec(),
        vec![0; 509],
        Header::new("d", b'1', 9).block(),
        end(),
        file("e", b"after"),
        end(),
        b"tail".to_vec(),
    ];
    tar.concat()
}

fn same_in_steps(bytes: &[u8], step: usize) {
    let (whole, steps) = (walk(bytes), walk_in_steps(bytes, step));
    assert_eq!(whole.entries, steps.entries);
    assert_eq!(whole.slack, steps.slack);
    let text = |error: Option<crate::archive::TarError>| error.map(|error| error.to_string());
    assert_eq!(text(whole.error), text(steps.error));
}

#[test]
fn the_sample_is_whole() {
    let walked = walk(&sample());
    assert!(walked.error.is_none(), "{:?}", walked.error);
    assert_eq!(walked.entries.len(), 5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000), step in 1usize..700) {
        same_in_steps(&bytes, step);
    }

    #[test]
    fn mutated_tars_never_panic_and_read_the_same_in_any_steps(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        fix_checksums in any::<bool>(),
        cut in any::<prop::sample::Index>(),
        step in 1usize..700,
    ) {
        let mut bytes = sample();
        for (at, value) in edits {
            let at = at.index(bytes.len());
            bytes[at] = value;
            if fix_checksums && at / 512 * 512 + 512 <= bytes.len() {
                let start = at / 512 * 512;
                let mut header = Header([0; 512]);
                header.0.copy_from_slice(&bytes[start..start + 512]);
                bytes[start..start + 512].copy_from_slice(&header.block());
            }
        }
        bytes.truncate(cut.index(bytes.len() * 4).min(bytes.len()));
        same_in_steps(&bytes, step);
    }
}
