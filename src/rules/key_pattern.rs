//! Patterns on the keys that lead to a field of a structured file: `auths.*.auth`.
//!
//! Steps are separated by dots; `*` is any one step, `**` any number of them, and a `*` within a
//! step any text. A step in double quotes is taken as it stands, dots included. `[child=value]`
//! behind a step, or before the first one for the whole document, asks for a field of that name
//! and value right below it, `[child!=value]` for none. Names and values are compared in any ASCII
//! case.
//!
//! A pattern is read as an automaton that takes one step at a time, so that a file is matched in
//! one pass from its outermost keys inwards, whatever its depth.

/// Most steps of a pattern; its states are the bits of a [`Reached`].
const MOST_STEPS: usize = 16;

/// A pattern on keys.
#[derive(Debug, Clone)]
pub struct KeyPattern {
    root: Option<Condition>,
    steps: Vec<Step>,
}

/// How far a pattern has been followed: bit `n` says that its first `n` steps lead here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reached(u32);

#[derive(Debug, Clone)]
struct Step {
    name: Name,
    condition: Option<Condition>,
}

#[derive(Debug, Clone)]
enum Name {
    /// `**`.
    Deep,
    /// Text with `*` for any text.
    Glob(String),
    /// A step in quotes.
    Exact(String),
}

/// `[child=value]` or `[child!=value]`.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Name of the field below.
    pub child: String,
    value: String,
    negated: bool,
}

impl Condition {
    /// Whether it holds where the field has that value, or where there is none.
    pub fn holds(&self, value: Option<&[u8]>) -> bool {
        value.is_some_and(|value| glob(self.value.as_bytes(), value)) != self.negated
    }
}

impl KeyPattern {
    /// Reads a pattern; on failure says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let root = condition(&mut rest)?;
        if root.is_some() && !rest.is_empty() {
            rest = rest
                .strip_prefix('.')
                .ok_or("has no dot behind the condition on the document")?;
        }
        let mut steps = Vec::new();
        loop {
            steps.push(step(&mut rest)?);
            match rest.strip_prefix('.') {
                Some(tail) => rest = tail,
                None if rest.is_empty() => break,
                None => return Err(format!("cannot be read from {rest:?} on")),
            }
        }
        let deep = |step: &Step| matches!(step.name, Name::Deep);
        if steps.len() > MOST_STEPS {
            return Err(format!("has more than {MOST_STEPS} steps"));
        }
        if steps
            .iter()
            .any(|step| deep(step) && step.condition.is_some())
        {
            return Err("has a condition on **, which is no step of its own".to_owned());
        }
        Ok(Self { root, steps })
    }

    /// Where a document begins. `holds` says whether a condition holds for it.
    pub fn start(&self, mut holds: impl FnMut(&Condition) -> bool) -> Reached {
        if self.root.as_ref().is_none_or(&mut holds) {
            self.closure(Reached(1))
        } else {
            Reached::default()
        }
    }

    /// One step further. `holds` says whether a condition holds for what the step leads to.
    pub fn advance(
        &self,
        from: Reached,
        name: &[u8],
        mut holds: impl FnMut(&Condition) -> bool,
    ) -> Reached {
        let mut next = 0;
        for (index, step) in self.steps.iter().enumerate() {
            if from.0 >> index & 1 == 0 {
                continue;
            }
            if matches!(step.name, Name::Deep) {
                next |= 1 << index;
            } else if step.takes(name) && step.condition.as_ref().is_none_or(&mut holds) {
                next |= 1 << (index + 1);
            }
        }
        self.closure(Reached(next))
    }

    /// Whether the pattern ends here.
    pub fn accepts(&self, reached: Reached) -> bool {
        reached.0 >> self.steps.len() & 1 == 1
    }

    /// `**` is also no step at all.
    fn closure(&self, Reached(mut bits): Reached) -> Reached {
        for (index, step) in self.steps.iter().enumerate() {
            if matches!(step.name, Name::Deep) && bits >> index & 1 == 1 {
                bits |= 1 << (index + 1);
            }
        }
        Reached(bits)
    }
}

impl Reached {
    /// Whether the pattern can still end somewhere below.
    pub fn is_over(self) -> bool {
        self.0 == 0
    }
}

impl Step {
    fn takes(&self, name: &[u8]) -> bool {
        match &self.name {
            Name::Deep => true,
            Name::Glob(pattern) => glob(pattern.as_bytes(), name),
            Name::Exact(exact) => exact.as_bytes().eq_ignore_ascii_case(name),
        }
    }
}

/// Takes a step off the front.
fn step(rest: &mut &str) -> Result<Step, String> {
    let name = if let Some(quoted) = rest.strip_prefix('"') {
        let (name, tail) = quoted
            .split_once('"')
            .ok_or("has a quote without its other half")?;
        *rest = tail;
        Name::Exact(name.to_owned())
    } else {
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        *rest = tail;
        match name {
            "" => return Err("has an empty step".to_owned()),
            "**" => Name::Deep,
            name if name.contains("**") => {
                return Err("has ** as part of a step".to_owned());
            }
            name => Name::Glob(name.to_owned()),
        }
    };
    let condition = condition(rest)?;
    Ok(Step { name, condition })
}

/// Takes `[child=value]` off the front, if it stands there.
fn condition(rest: &mut &str) -> Result<Option<Condition>, String> {
    let Some(inner) = rest.strip_prefix('[') else {
        return Ok(None);
    };
    let closed = inner.split_once(']');
    let Some(((child, value), tail)) =
        closed.and_then(|(inner, tail)| Some((inner.split_once('=')?, tail)))
    else {
        return Err("has a [ that is not followed by child=value]".to_owned());
    };
    *rest = tail;
    let positive = child.strip_suffix('!');
    Ok(Some(Condition {
        child: positive.unwrap_or(child).to_owned(),
        value: value.to_owned(),
        negated: positive.is_some(),
    }))
}

/// Whether `text` is `pattern` with any text for each `*`, in any ASCII case.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    // Where the last `*` stands, and from where on it may take more.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(byte) if byte.eq_ignore_ascii_case(&text[from]) => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((stands, taken)) = &mut star else {
                    return false;
                };
                *taken += 1;
                (at, from) = (*stands + 1, *taken);
            }
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a pattern takes a path whose conditions all have that answer.
    fn takes_if(pattern: &str, path: &[&str], holds: bool) -> bool {
        let pattern = KeyPattern::parse(pattern).unwrap();
        let mut reached = pattern.start(|_| holds);
        for name in path {
            reached = pattern.advance(reached, name.as_bytes(), |_| holds);
        }
        pattern.accepts(reached)
    }

    fn takes(pattern: &str, path: &[&str]) -> bool {
        takes_if(pattern, path, true)
    }

    #[test]
    fn steps_are_names_stars_and_globs_in_any_case() {
        assert!(takes("auths.*.auth", &["auths", "https://x.y/v1/", "Auth"]));
        assert!(!takes("auths.*.auth", &["auths", "auth"]));
        assert!(!takes("auths.*.auth", &["auths", "a", "b", "auth"]));
        assert!(takes("*pass*", &["DB_PASSWORD"]) && !takes("*pass*", &["user"]));
        assert!(takes("a*b*c", &["aXXbbYbc"]) && !takes("a*b*c", &["aXXbYb"]));
    }

    #[test]
    fn two_stars_are_any_number_of_steps() {
        for path in [&["x"][..], &["a", "x"], &["a", "b", "c", "x"]] {
            assert!(takes("**.x", path), "{path:?}");
        }
        assert!(!takes("**.x", &["x", "y"]));
        assert!(takes("a.**.x", &["a", "x"]) && takes("a.**.x", &["a", "b", "b", "x"]));
        assert!(!takes("a.**.x", &["b", "x"]));
        assert!(takes("a.**", &["a", "b", "c"]) && takes("**", &["a"]));
        assert!(takes("**.a.**.b", &["x", "a", "a", "y", "b"]));
    }

    #[test]
    fn a_quoted_step_is_taken_as_it_stands() {
        assert!(takes(
            "data.\".dockerconfigjson\"",
            &["data", ".dockerconfigjson"]
        ));
        assert!(takes("\"a*\".b", &["a*", "b"]) && !takes("\"a*\".b", &["ab", "b"]));
    }

    #[test]
    fn conditions_are_asked_where_they_stand() {
        for pattern in ["[kind=Secret].data.*", "data[kind=Secret].*"] {
            assert!(takes_if(pattern, &["data", "x"], true));
            assert!(!takes_if(pattern, &["data", "x"], false));
        }
        for (text, holds) in [("[kind=S*t].x", true), ("[kind!=S*t].x", false)] {
            let condition = KeyPattern::parse(text).unwrap().root.unwrap();
            assert_eq!(condition.child, "kind");
            assert_eq!(condition.holds(Some(b"Secret")), holds);
            assert_eq!(condition.holds(Some(b"ConfigMap")), !holds);
            assert_eq!(condition.holds(None), !holds);
        }
    }

    #[test]
    fn a_pattern_that_cannot_be_read_says_why() {
        for (pattern, why) in [
            ("", "empty step"),
            ("a..b", "empty step"),
            ("a.", "empty step"),
            ("a.b**.c", "** as part"),
            ("\"a", "other half"),
            ("a[b].c", "child=value"),
            ("**[a=b].c", "condition on **"),
            ("[a=b]c", "no dot"),
            ("\"a\"b", "cannot be read"),
            ("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", "more than 16"),
        ] {
            let said = KeyPattern::parse(pattern).unwrap_err();
            assert!(said.contains(why), "{pattern}: {said}");
        }
    }
}
