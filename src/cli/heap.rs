//! How the C library's heap gives memory back.
//!
//! glibc maps what is large, and unmaps it when it is freed, but learns from each such block to map only
//! larger ones: after the first contents of some megabytes, those of half a megabyte come from the heaps of
//! the threads, and what is freed in them stays where anything stands behind it. Told where the line is, it
//! keeps to it. A line of 128 KiB takes less memory and a tenth more time, since fresh pages cost.
//!
//! Between small things that stay, such as the marks of paths, whole pages are free that it never gives back
//! by itself: in 40 layers of 65 MB each, half a megabyte more for each, though what is in use stays the same.

#![allow(unsafe_code)] // calls of the C library

use std::num::NonZero;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use residue::scan::Progress;

/// From this size on, what is freed is given back at once.
const LARGE: libc::c_int = 512 << 10;
/// Freed memory at the ends of all heaps that is kept for what comes next. There are more of them where there are
/// more processors, up to one for each thread.
const KEPT: usize = 32 << 20;

/// To be called before anything else runs.
pub fn give_back() {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let kept = libc::c_int::try_from(KEPT / processors).unwrap_or_default();
    // SAFETY: `mallopt` takes two numbers and sets options of the allocator, which nobody else uses yet:
    // the program has one thread. What it refuses stays as it was.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, kept);
    }
}

/// Stored bytes of layers after which free pages are given back.
const STEP: u64 = 32 << 20;
/// Between two looks at how many have passed.
const PERIOD: Duration = Duration::from_millis(100);

/// Gives back what is free between what is in use as the work goes on, until it is done; also once all layers were
/// scanned, since a report takes room of its own.
pub fn keep_low(progress: &Progress, done: Receiver<()>) {
    let (mut next, mut were_scanned) = (STEP, false);
    while done.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
        let passed = progress.bytes_done.load(Ordering::Relaxed);
        let are_scanned = progress.are_all_layers_done();
        if passed >= next || (are_scanned && !were_scanned) {
            next = passed + STEP;
            were_scanned = are_scanned;
            trim();
        }
    }
}

fn trim() {
    // SAFETY: any thread may call it at any time; it locks what it looks at.
    unsafe {
        libc::malloc_trim(0);
    }
}
