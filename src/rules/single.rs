//! A regex that one thread at a time uses, because of the memory that it works on.
//!
//! A regex keeps, for every thread that ever used it, what it works on: with matches of up to 16,000 bytes that is
//! most of a megabyte. A copy shares what it was compiled to, and has nothing to work on yet.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, ThreadId};

use regex::bytes::Regex;

/// The copy of the thread that used it last.
#[derive(Debug, Default)]
pub(super) struct Single(Mutex<Option<(ThreadId, Regex)>>);

impl Single {
    /// Lets `search` use a copy of `regex`, which is always the same regex.
    pub(super) fn search<T>(&self, regex: &Regex, search: impl FnOnce(&Regex) -> T) -> T {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let this = thread::current().id();
        let (by, copy) = last.get_or_insert_with(|| (this, regex.clone()));
        if *by != this {
            (*by, *copy) = (this, regex.clone());
        }
        search(copy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_use_it_in_turn_and_each_finds_what_there_is() {
        let (single, regex) = (Single::default(), Regex::new("a+").unwrap());
        let find = || single.search(&regex, |regex| regex.find(b"baac").map(|hit| hit.range()));
        thread::scope(|scope| {
            let others: Vec<_> = (0..4).map(|_| scope.spawn(find)).collect();
            assert!(
                others
                    .into_iter()
                    .all(|other| other.join().unwrap() == Some(1..3))
            );
        });
        assert_eq!((find(), find()), (Some(1..3), Some(1..3)));
    }
}
