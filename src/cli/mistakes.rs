//! All mistakes of what the user wrote, collected and reported together.

use std::fmt;

/// Mistakes in flags and in the configuration file, each naming its place.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Mistakes(Vec<String>);

impl Mistakes {
    /// Notes a mistake at a place: a flag, or file and key.
    pub fn add(&mut self, place: impl fmt::Display, what: impl fmt::Display) {
        // Some parsers end their message with a line break.
        self.0
            .push(format!("{place}: {what}").trim_end().to_owned());
    }

    /// Notes the mistake if there is one and goes on without the value.
    pub fn take<T, E: fmt::Display>(
        &mut self,
        place: impl fmt::Display,
        result: Result<T, E>,
    ) -> Option<T> {
        result.map_err(|what| self.add(place, what)).ok()
    }

    /// `value`, unless there are mistakes.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl From<Vec<String>> for Mistakes {
    fn from(list: Vec<String>) -> Self {
        Self(list)
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0[..] {
            [only] => f.write_str(only),
            all => {
                write!(f, "{} mistakes", all.len())?;
                all.iter()
                    .try_for_each(|mistake| write!(f, "\n  {}", mistake.replace('\n', "\n  ")))
            }
        }
    }
}

impl std::error::Error for Mistakes {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_mistake_stands_alone_and_several_are_counted() {
        let mut mistakes = Mistakes::default();
        assert_eq!(mistakes.clone().or(7), Ok(7));
        assert_eq!(mistakes.take("--a", Err::<(), _>("is wrong")), None);
        assert_eq!(mistakes.to_string(), "--a: is wrong");
        mistakes.add("b.toml: [scan] c", "is unknown");
        let text = mistakes.or(()).unwrap_err().to_string();
        assert_eq!(
            text,
            "2 mistakes\n  --a: is wrong\n  b.toml: [scan] c: is unknown"
        );
    }
}
