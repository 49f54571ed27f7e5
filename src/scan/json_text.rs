//! A JSON document as the texts in it: every string and every key, with a JSON pointer.
//!
//! Strings that are themselves JSON (`v1Compatibility`), or base64 (an inlined
//! descriptor, the Dockerfile in an attestation, a DSSE payload), are opened as well, and so is
//! base64 within a string (`CONFIG=…`).

use std::ops::Range;

use super::base64_parts::{Part, runs};
use super::json_base64::base64_bytes;
use super::json_reader::{Broken, Container, Event, Reader};

/// Strings within strings, so deep.
const NESTING: usize = 4;
/// Steps that have a name; pointers to what lies deeper end there.
const MOST_STEPS: usize = 128;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Stands before each value of a JSON text sequence (RFC 7464).
const RECORD: u8 = 0x1e;
/// Longer keys stand in pointers only by their length, and are no labels: whoever writes a key of
/// a megabyte wants it repeated for each of a million values. Never the start alone, which may be
/// that of a secret.
const LONGEST_STEP: usize = 256;

/// One text of a document.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonText<'a> {
    /// The string, or the key.
    pub text: &'a str,
    /// What was decoded and is no text; then `text` is empty.
    pub bytes: &'a [u8],
    /// Keys and indexes from the root; joined they are the JSON pointer. Of a long key only the
    /// length.
    pub steps: &'a [String],
    /// Whether `text` is a key.
    pub is_key: bool,
    /// How it was decoded, outermost first.
    pub decoded: &'a [&'static str],
    /// The part of a string that it was decoded from, where it was not a whole one: of the
    /// outermost, which is the last text before it that has none.
    pub part: Option<&'a Part>,
}

impl JsonText<'_> {
    /// RFC 6901.
    pub(super) fn pointer(&self) -> String {
        self.steps.iter().fold(String::new(), |mut pointer, step| {
            pointer.push('/');
            pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
            pointer
        })
    }

    /// The nearest key above that is no index.
    pub(super) fn key(&self) -> Option<&str> {
        self.steps
            .iter()
            .rev()
            .map(String::as_str)
            .find(|step| !is_index(step))
    }
}

fn is_index(step: &str) -> bool {
    step.bytes().all(|b| b.is_ascii_digit())
}

/// How far a document was read.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    /// Where what was not read begins; 0 where nothing was.
    pub end: usize,
    /// Whether nothing but white space follows.
    pub is_whole: bool,
}

/// Calls `visit` for every text of the values of `document`, one after the other (JSON lines),
/// while they are read: no tree of them is ever in memory.
pub(super) fn texts(document: &[u8], visit: &mut dyn FnMut(JsonText<'_>)) -> Extent {
    let mut walk = Walk {
        steps: Vec::new(),
        unnamed: 0,
        decoded: Vec::new(),
        part: None,
        visit,
    };
    values(document, |reader| walk.value(reader))
}

/// Which of `spans`, in order of their starts, lie in strings that are written with escapes.
pub(super) fn in_escaped_strings(document: &[u8], spans: &[Range<usize>]) -> Vec<bool> {
    let mut are_in = vec![false; spans.len()];
    values(document, |reader| {
        while let Some(event) = reader.next()? {
            let (Event::Key(token) | Event::Text(token)) = event else {
                continue;
            };
            let end = token.offset + token.raw.len();
            let first = spans.partition_point(|span| span.start < token.offset);
            let within = spans.iter().zip(&mut are_in).skip(first);
            for (span, is_in) in within.take_while(|(span, _)| span.start < end) {
                *is_in |= span.end <= end && token.is_escaped();
            }
        }
        Ok(())
    });
    are_in
}

/// Has `read` read the objects and lists that `document` begins with.
fn values(document: &[u8], mut read: impl FnMut(&mut Reader<'_>) -> Result<(), Broken>) -> Extent {
    let is_space = |b: &u8| b.is_ascii_whitespace() || *b == RECORD;
    let mut at = match document.starts_with(BYTE_ORDER_MARK) {
        true => BYTE_ORDER_MARK.len(),
        false => 0,
    };
    let mut end = 0;
    loop {
        let rest = document.get(at..).unwrap_or_default();
        at += rest.iter().take_while(|b| is_space(b)).count();
        match document.get(at) {
            Some(b'{' | b'[') => {}
            next => {
                return Extent {
                    end,
                    is_whole: next.is_none(),
                };
            }
        }
        let mut reader = Reader::new(document, at);
        match read(&mut reader) {
            Ok(()) => at = reader.position(),
            Err(Broken(end)) => {
                return Extent {
                    end,
                    is_whole: false,
                };
            }
        }
        end = at;
    }
}

struct Walk<'v> {
    steps: Vec<String>,
    /// Steps below the deepest that has a name.
    unnamed: usize,
    decoded: Vec<&'static str>,
    part: Option<Part>,
    visit: &'v mut dyn FnMut(JsonText<'_>),
}

impl Walk<'_> {
    fn value(&mut self, reader: &mut Reader<'_>) -> Result<(), Broken> {
        // The index of the next item, of a list.
        let mut open: Vec<Option<usize>> = Vec::new();
        while let Some(event) = reader.next()? {
            if let Event::Key(token) = event {
                self.key(&token.text());
                continue;
            }
            match (event, open.last_mut()) {
                (Event::End, _) => drop(open.pop()),
                (_, Some(Some(index))) => {
                    let step = index.to_string();
                    *index += 1;
                    self.enter(step);
                }
                _ => {}
            }
            match event {
                Event::Begin(container) => {
                    open.push((container == Container::List).then_some(0));
                    continue;
                }
                Event::Text(token) => self.string(&token.text()),
                Event::Number(number) => self.emit(&String::from_utf8_lossy(number), false),
                Event::Key(_) | Event::End | Event::Word => {}
            }
            if !open.is_empty() {
                self.leave();
            }
        }
        Ok(())
    }

    fn key(&mut self, key: &str) {
        self.enter(match key.len() {
            0..=LONGEST_STEP => key.to_owned(),
            length => format!("({length} bytes)"),
        });
        self.emit(key, true);
    }

    fn enter(&mut self, step: String) {
        if self.steps.len() < MOST_STEPS {
            self.steps.push(step);
        } else {
            self.unnamed += 1;
        }
    }

    fn leave(&mut self) {
        match self.unnamed.checked_sub(1) {
            Some(fewer) => self.unnamed = fewer,
            None => drop(self.steps.pop()),
        }
    }

    fn emit(&mut self, text: &str, is_key: bool) {
        (self.visit)(JsonText {
            text,
            bytes: &[],
            steps: &self.steps,
            is_key,
            decoded: &self.decoded,
            part: self.part.as_ref(),
        });
    }

    fn string(&mut self, text: &str) {
        self.emit(text, false);
        if self.decoded.len() >= NESTING {
            return;
        }
        if is_json(text.as_bytes()) {
            self.decoded.push("json");
            self.within(text.as_bytes());
            self.decoded.pop();
        } else if let Some(bytes) = base64_bytes(text) {
            self.base64(&bytes);
        } else {
            self.parts(text);
        }
    }

    /// What parts of a string hold in base64.
    fn parts(&mut self, text: &str) {
        for at in runs(text) {
            let Some(bytes) = text.get(at.clone()).and_then(base64_bytes) else {
                continue;
            };
            let is_outermost = self.part.is_none();
            if is_outermost {
                self.part = Some(Part::new(text, at));
            }
            self.base64(&bytes);
            if is_outermost {
                self.part = None;
            }
        }
    }

    /// What base64 held. That of a document that breaks is no document but a text.
    fn base64(&mut self, bytes: &[u8]) {
        self.decoded.push("base64");
        self.within_base64(bytes);
        self.decoded.pop();
    }

    fn within_base64(&mut self, bytes: &[u8]) {
        if is_json(bytes) {
            return self.within(bytes);
        }
        let is_text = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
        match std::str::from_utf8(bytes) {
            Ok(text) if text.chars().all(is_text) => self.emit(text, false),
            _ => (self.visit)(JsonText {
                text: "",
                bytes,
                steps: &self.steps,
                is_key: false,
                decoded: &self.decoded,
                part: self.part.as_ref(),
            }),
        }
    }

    /// The texts of a document within a string.
    fn within(&mut self, document: &[u8]) {
        let (depth, unnamed) = (self.steps.len(), self.unnamed);
        values(document, |reader| self.value(reader));
        self.steps.truncate(depth);
        self.unnamed = unnamed;
    }
}

/// Whether all of a text is JSON objects or lists.
fn is_json(text: &[u8]) -> bool {
    let skip = |reader: &mut Reader<'_>| {
        while reader.next()?.is_some() {}
        Ok(())
    };
    let extent = values(text, skip);
    extent.end > 0 && extent.is_whole
}

#[cfg(test)]
mod tests;
