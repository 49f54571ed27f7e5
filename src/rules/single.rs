//! A regex that one thread at a time uses, because of the memory that it works on.
//!
//! A regex keeps, for every thread that ever used it, what it works on: with matches of up to 16,000 bytes that is
//! most of a megabyte. A copy shares what it was compiled to, and has nothing to work on yet.

use std::ptr;
use std::sync::{Mutex, PoisonError};

use regex::bytes::Regex;

thread_local! {
    /// Lies elsewhere for each thread.
    static PLACE: u8 = const { 0 };
}

/// The copy of the thread that used it last, and where that has its place.
#[derive(Debug, Default)]
pub(super) struct Single(Mutex<Option<(usize, Regex)>>);

impl Single {
    /// Lets `search` use a copy of `regex`, which is always the same regex.
    pub(super) fn search<T>(&self, regex: &Regex, search: impl FnOnce(&Regex) -> T) -> T {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let this = PLACE.with(|place| ptr::from_ref(place).addr());
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
        let (single, regex) = (Single::default(), Regex::new("a+").unwrap());
        let find = || single.search(&regex, |regex| regex.find(b"baac").map(|hit| hit.range()));
        let found = (0..64).into_par_iter().map(|_| find()).collect::<Vec<_>>();
        assert_eq!(found, vec![Some(1..3); 64]);
    }
}
