//! Files that somebody cuts while they are mapped. The kernel answers a read behind the new end with a
//! signal, which ends the program; once [`outlive`] was called, zeros are read there and the map
//! says from where on ([`Watch::lost`]).
//!
//! A library leaves the signals of its host alone, so only the program calls it. Up to [`MOST`] maps are
//! watched at a time, far more than a run opens.

#![allow(unsafe_code)] // the handler of a signal

use std::ffi::c_int;
use std::sync::atomic::{AtomicUsize, Ordering};

const MOST: usize = 1 << 15;
/// No map begins there.
const NOTHING_LOST: usize = 0;

static MAPS: [Place; MOST] = [const { Place::new() }; MOST];
/// Behind the place that was taken last.
static NEXT: AtomicUsize = AtomicUsize::new(0);
static PAGE: AtomicUsize = AtomicUsize::new(0);

/// Where a watched map lies, in numbers that a handler may read; an end of 0 is none.
struct Place {
    taken: AtomicUsize,
    start: AtomicUsize,
    end: AtomicUsize,
    /// Address of the first page that was not there any more.
    lost: AtomicUsize,
}

impl Place {
    const fn new() -> Self {
        Self {
            taken: AtomicUsize::new(0),
            start: AtomicUsize::new(0),
            end: AtomicUsize::new(0),
            lost: AtomicUsize::new(NOTHING_LOST),
        }
    }
}

/// Watches one map; to be dropped before the map is.
pub(super) struct Watch(Option<&'static Place>);

impl Watch {
    pub(super) fn on(map: &[u8]) -> Self {
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        let is_free = |place: &&Place| place.taken.compare_exchange(0, 1, acquire, relaxed).is_ok();
        let next = NEXT.load(relaxed) % MOST;
        let mut places = MAPS[next..].iter().chain(&MAPS[..next]);
        let place = places.find(is_free);
        if let Some(place) = place {
            NEXT.fetch_add(1, relaxed);
            let start = map.as_ptr().addr();
            place.start.store(start, Ordering::Release);
            place.lost.store(NOTHING_LOST, Ordering::Release);
            place.end.store(start + map.len(), Ordering::Release);
        }
        Self(place)
    }

    /// Offset in the map of the first byte that was lost, if one was.
    pub(super) fn lost(&self) -> Option<usize> {
        let place = self.0?;
        let lost = place.lost.load(Ordering::Acquire);
        (lost != NOTHING_LOST).then(|| lost - place.start.load(Ordering::Acquire))
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(place) = self.0 {
            place.end.store(0, Ordering::Release);
            place.taken.store(0, Ordering::Release);
        }
    }
}

/// From here on, files that are cut while they are read are told, and no longer end the program.
pub fn outlive() {
    // SAFETY: both structures are plain data for which zeros are valid, and are filled before they
    // are handed over; the handler does only what a handler may (see there).
    unsafe {
        let page = libc::sysconf(libc::_SC_PAGESIZE);
        PAGE.store(usize::try_from(page).unwrap_or(0), Ordering::Release);
        let mut action: libc::sigaction = std::mem::zeroed();
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut libc::c_void) = on_lost_page;
        action.sa_sigaction = handler as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut());
    }
}

/// Puts zeros where a page of a watched map is gone, up to the end of the map.
extern "C" fn on_lost_page(_: c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
    // SAFETY: the kernel gives the handler a valid `siginfo_t`. Only atomics are read and written, and
    // `mmap` and `signal` called, which a handler may. What is mapped anew lies within a watched map, which
    // lives as long as it is watched, and whose bytes there cannot be read in any other way.
    unsafe {
        let at = (*info).si_addr().addr();
        let page = PAGE.load(Ordering::Acquire).max(1);
        for place in &MAPS {
            let start = place.start.load(Ordering::Acquire);
            let end = place.end.load(Ordering::Acquire);
            if !(start..end).contains(&at) {
                continue;
            }
            let first = at - at % page;
            let zeros = libc::mmap(
                std::ptr::without_provenance_mut(first),
                end - first,
                libc::PROT_READ,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                -1,
                0,
            );
            if zeros != libc::MAP_FAILED {
                let is_first = |lost| lost == NOTHING_LOST || first < lost;
                let earlier = |lost| is_first(lost).then_some(first);
                let (set, fetch) = (Ordering::AcqRel, Ordering::Acquire);
                let _ = place.lost.fetch_update(set, fetch, earlier);
                return;
            }
        }
        // Nothing of ours: it ends the program, as it would have.
        libc::signal(libc::SIGBUS, libc::SIG_DFL);
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::io::Write;
    use std::path::Path;

    use super::super::Blob;
    use super::*;

    fn mapped(bytes: usize) -> (File, Blob) {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![b'x'; bytes]).unwrap();
        let blob = Blob::map(&file, Path::new("test")).unwrap();
        (file, blob)
    }

    #[test]
    fn what_was_cut_reads_as_zeros_and_only_blobs_that_reach_there_say_so() {
        outlive();
        let (file, blob) = mapped(1 << 20);
        let (_, other) = mapped(1 << 20);
        let kept = blob.slice(0..1000).unwrap();
        assert!(!blob.is_cut());
        file.set_len(64 << 10).unwrap();
        let read = |blob: &Blob| blob.iter().filter(|byte| **byte == b'x').count();
        assert_eq!(read(&blob), 64 << 10);
        assert_eq!(read(&other), 1 << 20);
        assert!(blob.is_cut() && !kept.is_cut() && !other.is_cut());
    }

    #[test]
    fn a_place_is_free_again_when_its_map_is_gone() {
        let (file, _) = mapped(1);
        for _ in 0..3 * MOST {
            let blob = Blob::map(&file, Path::new("test")).unwrap();
            assert!(!blob.is_cut());
        }
    }

    #[test]
    fn many_maps_are_watched_at_a_time() {
        outlive();
        let (file, _) = mapped(128 << 10);
        let map = |_| Blob::map(&file, Path::new("test")).unwrap();
        let blobs: Vec<Blob> = (0..2_000).map(map).collect();
        file.set_len(64 << 10).unwrap();
        for blob in blobs {
            assert_eq!((blob.first(), blob.last()), (Some(&b'x'), Some(&0)));
            assert!(blob.is_cut());
        }
    }
}
