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

use std::fs;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

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

/// More anonymous memory than there was when free pages were given back last: then they are again.
const STEP: u64 = 8 << 20;
/// Between two looks at how much there is.
const PERIOD: Duration = Duration::from_millis(20);

/// Gives back what is free between what is in use as the work goes on, until it is done.
pub fn keep_low(done: Receiver<()>) {
    let mut least = anonymous().unwrap_or_default();
    while done.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
        let Some(now) = anonymous() else {
            return;
        };
        least = least.min(now);
        if now >= least + STEP {
            trim();
            least = anonymous().unwrap_or(now);
        }
    }
}

/// Bytes of memory that no file stands for, where the system tells.
fn anonymous() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))?;
    let kilobytes = line.trim().strip_suffix("kB")?;
    kilobytes.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn trim() {
    // SAFETY: any thread may call it at any time; it locks what it looks at.
    unsafe {
        libc::malloc_trim(0);
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn the_system_tells_how_much_memory_no_file_stands_for() {
        let before = anonymous().unwrap();
        let block = black_box(vec![7u8; 128 << 20]);
        let with = anonymous().unwrap();
        // Other tests may end meanwhile.
        assert!(with >= before + (64 << 20), "{before} {with}");
        drop(block);
    }
}
