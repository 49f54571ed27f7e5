//! Literals of which one must stand in a file before it is parsed for a table. Each is looked for
//! at most once in a file, however many tables ask for it.

use memchr::memmem::Finder;

/// The literals of all tables, each once.
#[derive(Default)]
pub(super) struct Anchors {
    finders: Vec<Finder<'static>>,
}

/// Of the literals by number whether each stands in the file at hand, as far as that was asked.
#[derive(Default)]
pub(super) struct Stands(Vec<Option<bool>>);

impl Anchors {
    /// The number of a literal, which is taken up where it is new.
    pub(super) fn number(&mut self, literal: &str) -> usize {
        let is_it = |finder: &Finder<'_>| finder.needle() == literal.as_bytes();
        self.finders.iter().position(is_it).unwrap_or_else(|| {
            self.finders.push(Finder::new(literal).into_owned());
            self.finders.len() - 1
        })
    }

    /// Whether one of the literals of these numbers stands in the file, or there are none.
    pub(super) fn any(&self, numbers: &[usize], file: &[u8], stands: &mut Stands) -> bool {
        stands.0.resize(self.finders.len(), None);
        let mut one = |number: &usize| {
            let known = &mut stands.0[*number];
            *known.get_or_insert_with(|| self.finders[*number].find(file).is_some())
        };
        numbers.is_empty() || numbers.iter().any(&mut one)
    }
}

impl Stands {
    /// Another file comes.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_of_several_tables_is_looked_for_once_in_a_file() {
        let mut anchors = Anchors::default();
        let [one, other, again] = ["kind", "data", "kind"].map(|text| anchors.number(text));
        assert_eq!((one, anchors.finders.len()), (again, 2));
        let mut stands = Stands::default();
        assert!(anchors.any(&[], b"", &mut stands));
        assert!(anchors.any(&[one], b"kind: x", &mut stands));
        // What is known is not looked for again.
        assert!(anchors.any(&[other, again], b"", &mut stands));
        assert_eq!(stands.0, [Some(true), Some(false)]);
        stands.forget();
        assert!(!anchors.any(&[one, other], b"", &mut stands));
    }
}
