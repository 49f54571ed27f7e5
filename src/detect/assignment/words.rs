//! The words of a key's name: `DB_PASSWORD`, `dbPassword`, `db-password`, `db.password`, `APIKey`.
//!
//! Every key in every text is taken apart, so that no memory is asked for.

/// Bytes of a key that are looked at, from its end.
const LOOKED_AT: usize = 96;

/// Words in lower case.
pub(super) struct Words {
    /// Their letters and digits, one word right behind the other.
    letters: [u8; LOOKED_AT],
    /// Where each of them ends in the letters.
    ends: [u8; LOOKED_AT],
    count: usize,
}

impl Words {
    pub(super) fn of(key: &[u8]) -> Self {
        let key = &key[key.len().saturating_sub(LOOKED_AT)..];
        let mut words = Self {
            letters: [0; LOOKED_AT],
            ends: [0; LOOKED_AT],
            count: 0,
        };
        let mut length = 0;
        let mut before = b' ';
        for (at, byte) in key.iter().enumerate() {
            let is_hump = byte.is_ascii_uppercase()
                && (before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || key.get(at + 1).is_some_and(u8::is_ascii_lowercase));
            if byte.is_ascii_alphanumeric() {
                words.count += usize::from(is_hump || !before.is_ascii_alphanumeric());
                words.letters[length] = byte.to_ascii_lowercase();
                length += 1;
                words.ends[words.count - 1] = length as u8;
            }
            before = *byte;
        }
        words
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    fn end(&self, count: usize) -> usize {
        count
            .checked_sub(1)
            .map_or(0, |last| usize::from(self.ends[last]))
    }

    fn get(&self, at: usize) -> &[u8] {
        &self.letters[self.end(at)..self.end(at + 1)]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.count).map(|at| self.get(at))
    }

    pub(super) fn last(&self) -> Option<&[u8]> {
        Some(self.get(self.count.checked_sub(1)?))
    }

    /// Leaves the last one away.
    pub(super) fn pop(&mut self) {
        self.count = self.count.saturating_sub(1);
    }

    /// All of them without what stands between them.
    pub(super) fn joined(&self) -> &[u8] {
        &self.letters[..self.end(self.count)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_split_at_separators_and_humps() {
        for (key, expected) in [
            ("DB_PASSWORD", "db password"),
            ("dbPassword", "db password"),
            ("APIKey", "api key"),
            ("spring.datasource.password", "spring datasource password"),
            ("x-api-key", "x api key"),
            ("AWSSecretAccessKey", "aws secret access key"),
            ("oauth2Token", "oauth2 token"),
            ("__v1__", "v1"),
            ("", ""),
        ] {
            let mut words = Words::of(key.as_bytes());
            let all: Vec<&[u8]> = words.iter().collect();
            assert_eq!(all.join(&b' '), expected.as_bytes());
            assert_eq!(all.concat(), words.joined());
            assert_eq!(words.last(), all.last().copied());
            assert_eq!(words.count(), all.len());
            let rest = all
                .split_last()
                .map_or(Vec::new(), |(_, rest)| rest.concat());
            words.pop();
            assert_eq!(words.joined(), rest);
        }
    }

    #[test]
    fn of_a_long_key_the_end_counts() {
        let key = [&b"A_".repeat(100)[..], b"TOKEN"].concat();
        let words = Words::of(&key);
        assert_eq!(words.last(), Some(&b"token"[..]));
        assert_eq!(words.joined().len(), (96 - 5) / 2 + 5);
        assert_eq!(Words::of(&[b'a'; 200]).joined(), [b'a'; 96]);
    }
}
