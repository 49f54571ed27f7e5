//! How far a scan is, for whoever draws a bar from another thread.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that only grow; bytes are stored bytes of layers.
#[derive(Debug, Default)]
pub struct Progress {
    /// Layers to scan.
    pub layers_total: AtomicU64,
    /// Layers scanned.
    pub layers_done: AtomicU64,
    /// Stored bytes to scan.
    pub bytes_total: AtomicU64,
    /// Stored bytes scanned.
    pub bytes_done: AtomicU64,
}

impl Progress {
    /// Announces a layer of `bytes` stored bytes.
    pub(super) fn announce(&self, bytes: u64) {
        self.layers_total.fetch_add(1, Ordering::Relaxed);
        self.bytes_total.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a layer of `bytes` stored bytes as done.
    pub(super) fn finish(&self, bytes: u64) {
        self.layers_done.fetch_add(1, Ordering::Relaxed);
        self.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }
}
