//! A regex that few threads at a time use, because of the memory that it works on.
//!
//! A regex keeps, for every thread that ever used it, what it works on: with matches of up to 16,000 bytes that is
//! most of a megabyte, and with 4,000 a quarter of one. A copy shares what it was compiled to, and has nothing to work on yet. There are a few copies,
//! not one, since searches for private keys are slow and a thread would wait for them as long as it takes to do
//! its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use regex::bytes::Regex;

/// Threads that may use a regex beside each other.
const COPIES: usize = 4;

static NEXT: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// Another number for each thread; those that come together have numbers in a row.
    static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed);
}

/// Copies, each of the thread that used it last, and the number of that.
#[derive(Debug, Default)]
pub(super) struct Few([Mutex<Option<(usize, Regex)>>; COPIES]);

impl Few {
    /// Lets `search` use a copy of `regex`, which is always the same regex.
    pub(super) fn search<T>(&self, regex: &Regex, search: impl FnOnce(&Regex) -> T) -> T {
        let this = NUMBER.with(|number| *number);
        let copy = &self.0[this % COPIES];
        let mut last = copy.lock().unwrap_or_else(PoisonError::into_inner);
        let (by, copy) = last.get_or_insert_with(|| (this, regex.clone()));
        if *by != this {
            (*by, *copy) = (this, regex.clone());
        }
        search(copy)
    }
}

#[cfg(test)]
mod tests {
    use rayon::prelude::*;

    use super::*;

    #[test]
    fn threads_use_it_in_turn_and_each_finds_what_there_is() {
        let (few, regex) = (Few::default(), Regex::new("a+").unwrap());
        let find = || few.search(&regex, |regex| regex.find(b"baac").map(|hit| hit.range()));
        let found = (0..64).into_par_iter().map(|_| find()).collect::<Vec<_>>();
        assert_eq!(found, vec![Some(1..3); 64]);
    }
}
