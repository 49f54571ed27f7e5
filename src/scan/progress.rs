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

    /// Counts stored bytes of a layer that is not done yet.
    pub(super) fn pass(&self, bytes: u64) {
        self.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Counts a layer as done, with the stored bytes of it that were not counted yet.
    pub(super) fn finish(&self, bytes: u64) {
        self.pass(bytes);
        self.layers_done.fetch_add(1, Ordering::Relaxed);
    }
}
