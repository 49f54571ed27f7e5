//! What can be told of a secret offline.

use std::collections::BTreeMap;
use std::ops::{Deref, DerefMut};

use litemap::LiteMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// What can be told of a secret offline: `"checksum": "valid"`, `"aws_account_id": "…"`, …, by name.
///
/// An image may hold a hundred thousand secrets, each with one or two of these, so that they take no more room
/// than they need: a node of a `BTreeMap` has room for eleven.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts(LiteMap<String, Value>);

impl Facts {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }
}

// The map itself is written as a list where it is empty.
impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self)
    }
}

impl<'de> Deserialize<'de> for Facts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let facts = BTreeMap::<String, Value>::deserialize(deserializer)?;
        Ok(facts.into_iter().collect())
    }
}

impl Deref for Facts {
    type Target = LiteMap<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl DerefMut for Facts {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<const N: usize> From<[(String, Value); N]> for Facts {
    fn from(facts: [(String, Value); N]) -> Self {
        facts.into_iter().collect()
    }
}

impl FromIterator<(String, Value)> for Facts {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(facts: I) -> Self {
        let mut all = Self::new();
        all.extend(facts);
        all
    }
}

impl Extend<(String, Value)> for Facts {
    fn extend<I: IntoIterator<Item = (String, Value)>>(&mut self, facts: I) {
        let facts = facts.into_iter();
        if self.0.is_empty() {
            // A list that grows by itself has room for four at once.
            self.0 = LiteMap::with_capacity(facts.size_hint().0);
        }
        for (name, fact) in facts {
            self.0.insert(name, fact);
        }
    }
}

impl IntoIterator for Facts {
    type Item = (String, Value);
    type IntoIter = <LiteMap<String, Value> as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'f> IntoIterator for &'f Facts {
    type Item = (&'f String, &'f Value);
    type IntoIter = <&'f LiteMap<String, Value> as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
impl std::ops::Index<&str> for Facts {
    type Output = Value;

    fn index(&self, name: &str) -> &Value {
        self.0.get(name).expect("a fact of that name")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_in_the_order_of_their_names_and_the_last_word_counts() {
        let told = |name: &str, fact: i32| (name.to_owned(), Value::from(fact));
        let mut facts = Facts::from([told("b", 1), told("a", 2)]);
        facts.extend([told("c", 3), told("b", 4)]);
        let json = r#"{"a":2,"b":4,"c":3}"#;
        assert_eq!(serde_json::to_string(&facts).unwrap(), json);
        assert_eq!(serde_json::from_str::<Facts>(json).unwrap(), facts);
        assert_eq!(facts["b"], 4);
        // No room is left over.
        let mut one = Facts::new();
        one.extend(Facts::from([told("b", 1)]));
        assert_eq!(one.0.into_tuple_vec().capacity(), 1);
    }

    #[test]
    fn none_are_an_empty_object() {
        assert_eq!(serde_json::to_string(&Facts::new()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Facts>("{}").unwrap(), Facts::new());
        assert!(serde_json::from_str::<Facts>("[]").is_err());
    }
}
