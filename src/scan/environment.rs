//! Instructions as places: which one a history text is or a setting came from, and ENV values
//! that a later instruction blanked or replaced while the history still shows them.

use std::collections::HashMap;

use super::locate::Located;
use crate::error::printable;
use crate::finding::{Kind, Removal};
use crate::image::{Image, Instruction};

/// Bytes of a history text that are looked at before a secret for the name it is assigned to.
const LOOKED_BACK: usize = 64 << 10;

/// Fills in the instruction of places in the config, and what replaced an ENV value since.
pub(super) fn place_in_history(image: &Image, found: &mut [Located]) {
    if found.is_empty() {
        return;
    }
    let mut settings = Settings::of(&image.instructions);
    for located in found {
        let occurrence = &mut located.occurrence;
        let Some(pointer) = occurrence.pointer.as_deref() else {
            continue;
        };
        if let Some(index) = history_index(pointer) {
            let Some(instruction) = image.instructions.get(index) else {
                continue;
            };
            occurrence.instruction = Some(index);
            if occurrence.decoded.len() > located.matched.how().len() {
                // Its offset is one in what was decoded.
                let name = occurrence.key.as_deref();
                occurrence.removed_by = settings.replaced_by(instruction, name);
                continue;
            }
            let name = name_before(instruction, occurrence.offset);
            occurrence.removed_by = settings.replaced_by(instruction, name);
            if let Some(key) = settings.build_argument(instruction, occurrence.offset) {
                occurrence.key = Some(printable(key.as_bytes()));
            }
        } else if let Some(setting) = pointer.strip_prefix("/config/") {
            occurrence.instruction = settings.origin(image, occurrence.kind, setting);
        }
    }
}

/// Which instructions set what, looked up for each secret and so read only once.
#[derive(Default)]
struct Settings<'i> {
    /// By name, in order.
    env: HashMap<&'i str, Vec<usize>>,
    /// By name, the last one.
    label: HashMap<&'i str, usize>,
    /// By keyword, the last one.
    keyword: HashMap<&'i str, usize>,
    /// By instruction, as far as asked for: where each build argument begins.
    build_arguments: HashMap<usize, Vec<(usize, &'i str)>>,
}

impl<'i> Settings<'i> {
    fn of(instructions: &'i [Instruction]) -> Self {
        let mut all = Self::default();
        for Instruction {
            index,
            keyword,
            arguments,
            ..
        } in instructions
        {
            let Some(keyword) = keyword.as_deref() else {
                continue;
            };
            all.keyword.insert(keyword, *index);
            match keyword {
                "ENV" => names(arguments).for_each(|name| {
                    let of_name = all.env.entry(name).or_default();
                    if of_name.last() != Some(index) {
                        of_name.push(*index);
                    }
                }),
                "LABEL" => names(arguments).for_each(|name| {
                    all.label.insert(name, *index);
                }),
                _ => {}
            }
        }
        all
    }

    /// The last instruction that made a setting of the config, as far as the history shows it.
    fn origin(&self, image: &Image, kind: Kind, setting: &str) -> Option<usize> {
        let (_, member) = setting.split_once('/').unwrap_or_default();
        // What was decoded may have steps of its own below.
        let member = member.split('/').next().unwrap_or_default();
        let keyword = match kind {
            Kind::Env => {
                let (name, _) = image
                    .env
                    .get(member.parse::<usize>().ok()?)?
                    .split_once('=')?;
                return self.env.get(name)?.last().copied();
            }
            Kind::Label => {
                let name = member.replace("~1", "/").replace("~0", "~");
                return self.label.get(name.as_str()).copied();
            }
            Kind::Cmd => "CMD",
            Kind::Entrypoint => "ENTRYPOINT",
            Kind::Healthcheck => "HEALTHCHECK",
            Kind::Onbuild => "ONBUILD",
            _ => return None,
        };
        self.keyword.get(keyword).copied()
    }

    /// The later ENV instruction that sets a name of an ENV anew.
    fn replaced_by(&self, instruction: &Instruction, name: Option<&str>) -> Option<Removal> {
        if instruction.keyword.as_deref() != Some("ENV") {
            return None;
        }
        let of_name = self.env.get(name?)?;
        let later = of_name.partition_point(|index| *index <= instruction.index);
        let later = of_name.get(later)?;
        Some(Removal {
            layer: None,
            instruction: Some(*later),
        })
    }

    /// The build argument in whose value a secret at `offset` of a `RUN` lies.
    fn build_argument(&mut self, instruction: &'i Instruction, offset: u64) -> Option<&'i str> {
        let offset = usize::try_from(offset).ok()?;
        let begun = self.build_arguments.entry(instruction.index);
        let begun = begun.or_insert_with(|| build_arguments(instruction));
        let behind = begun.partition_point(|(at, _)| *at <= offset);
        let (_, key) = begun.get(behind.checked_sub(1)?)?;
        (!key.is_empty()).then_some(*key)
    }
}

/// The name that a secret at `offset` of an ENV is assigned to.
fn name_before(instruction: &Instruction, offset: u64) -> Option<&str> {
    if instruction.keyword.as_deref() != Some("ENV") {
        return None;
    }
    let before = (instruction.created_by).get(..usize::try_from(offset).ok()?)?;
    let start = before.ceil_char_boundary(before.len().saturating_sub(LOOKED_BACK));
    last_key(before.get(start..)?)
}

/// `/history/12/created_by` → 12.
fn history_index(pointer: &str) -> Option<usize> {
    pointer
        .strip_prefix("/history/")?
        .split('/')
        .next()?
        .parse()
        .ok()
}

/// Where the build arguments of a `RUN` begin and the command after them, which is without a
/// name: `RUN |1 TOKEN=… /bin/sh -c …`.
fn build_arguments(instruction: &Instruction) -> Vec<(usize, &str)> {
    let text = instruction.created_by.as_str();
    let mut begun = Vec::new();
    let count = text
        .find('|')
        .and_then(|bar| Some(bar + text.get(bar..)?.find(' ')?));
    let Some(mut at) = count.map(|space| space + 1) else {
        return begun;
    };
    for (key, value) in &instruction.build_args {
        if !text
            .get(at..)
            .is_some_and(|text| text.starts_with(key.as_str()))
        {
            break;
        }
        begun.push((at, key.as_str()));
        at += key.len() + "=".len() + value.len() + " ".len();
    }
    begun.push((at, ""));
    begun
}

/// The `KEY` of the last `KEY=` in `text`, where it stands at the start of a word.
fn last_key(text: &str) -> Option<&str> {
    let words = text.split_ascii_whitespace().rev();
    words
        .filter_map(|word| word.split_once('='))
        .map(|(key, _)| key)
        .find(|key| is_name(key))
}

fn is_name(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The names of the `NAME=value` words of an ENV or LABEL.
fn names(arguments: &str) -> impl Iterator<Item = &str> {
    let words = arguments.split_ascii_whitespace();
    words.filter_map(|word| word.split_once('=').map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_before_the_command_of_a_run_is_a_build_arguments() {
        let created_by = "|2 A_TOKEN=one B=x=two /bin/sh -c make TOKEN=three";
        let instruction = Instruction {
            index: 0,
            created: None,
            created_by: created_by.to_owned(),
            empty_layer: false,
            layer: None,
            approximate: false,
            keyword: Some("RUN".to_owned()),
            arguments: "make TOKEN=three".to_owned(),
            build_args: [("A_TOKEN", "one"), ("B", "x=two")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        };
        let key = |secret: &str| {
            let offset = created_by.find(secret).unwrap() as u64;
            Settings::default().build_argument(&instruction, offset)
        };
        assert_eq!(key("one"), Some("A_TOKEN"));
        assert_eq!(key("two"), Some("B"));
        assert_eq!(key("three"), None);
        let mut settings = Settings::default();
        assert_eq!(settings.build_argument(&instruction, u64::MAX), None);
    }

    #[test]
    fn the_key_before_a_value_is_the_last_name_with_an_equals_sign() {
        assert_eq!(last_key("ENV A=1 TOKEN="), Some("TOKEN"));
        assert_eq!(
            last_key("/bin/sh -c #(nop)  ENV URL=postgres://u:"),
            Some("URL")
        );
        assert_eq!(last_key("ENV "), None);
        assert!(names("A=1 x TOKEN= MY_TOKEN=x").eq(["A", "TOKEN", "MY_TOKEN"]));
        assert_eq!(history_index("/history/12/created_by"), Some(12));
    }
}
