//! How the C library's heap gives memory back.
//!
//! glibc maps what is large, and unmaps it when it is freed, but learns from each such block to map only
//! larger ones: after the first contents of some megabytes, those of half a megabyte come from the heaps of
//! the threads, and what is freed in them stays where anything stands behind it. Told where the line is, it
//! keeps to it. A line of 128 KiB takes less memory and a tenth more time, since fresh pages cost.

#![allow(unsafe_code)] // a call of the C library

/// From this size on, what is freed is given back at once.
const LARGE: libc::c_int = 1 << 20;
/// Freed memory at the end of a heap that is kept for what comes next.
const KEPT: libc::c_int = 16 << 20;

/// To be called before anything else runs.
pub fn give_back() {
    // SAFETY: `mallopt` takes two numbers and sets options of the allocator, which nobody else uses yet:
    // the program has one thread. What it refuses stays as it was.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}
