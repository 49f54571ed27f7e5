//! How many files the program may have open: each that is mapped is held open, too, so that a change of it is
//! seen.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Takes as many as the system grants for the asking, where it gives fewer at first.
pub fn take_all() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // Where it is refused it stays as it was, and whoever needs more says so.
    let _ = setrlimit(Resource::Nofile, limit);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_as_are_granted_are_taken() {
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = Some(256);
        setrlimit(Resource::Nofile, limit).unwrap();
        take_all();
        let taken = getrlimit(Resource::Nofile);
        assert_eq!(taken.current, limit.maximum);
    }
}
