//! Instructions as places: which one a history text is or a setting came from, and ENV values
//! that a later instruction blanked or replaced while the history still shows them.

use std::collections::HashMap;

use super::locate::Located;
use crate::error::printable;
use crate::finding::{Kind, Removal};
use crate::image::{Assignment, Image, Instruction, assignments};

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
            let name = settings.assigned(instruction, occurrence.offset).cloned();
            occurrence.removed_by = settings.replaced_by(instruction, name.as_deref());
            let key = name.map(|name| printable(name.as_bytes()));
            occurrence.key = key.or(occurrence.key.take());
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
    /// By instruction, as far as asked for: what it assigns, in order.
    assigned: HashMap<usize, Vec<Assignment>>,
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

    /// The name that an instruction assigns a secret at `offset` to: a variable's, a build argument's, a label's.
    fn assigned(&mut self, instruction: &Instruction, offset: u64) -> Option<&String> {
        let offset = usize::try_from(offset).ok()?;
        let pairs = self.assigned.entry(instruction.index);
        let pairs = pairs.or_insert_with(|| assignments(&instruction.created_by));
        let behind = pairs.partition_point(|pair| pair.value.start <= offset);
        let pair = pairs.get(behind.checked_sub(1)?)?;
        (offset < pair.value.end).then_some(&pair.key)
    }
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

/// The names of the `NAME=value` words of an ENV or LABEL.
fn names(arguments: &str) -> impl Iterator<Item = &str> {
    let words = arguments.split_ascii_whitespace();
    words.filter_map(|word| word.split_once('=').map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_history_text_has_the_name_that_it_is_assigned_to() {
        for (created_by, name) in [
            (
                "|2 A_TOKEN=SECRET B=x=two /bin/sh -c make TOKEN=x",
                Some("A_TOKEN"),
            ),
            (
                "RUN |2 A=one B=x=SECRET /bin/sh -c make # buildkit",
                Some("B"),
            ),
            ("|1 A=one /bin/sh -c make TOKEN=SECRET", None),
            ("ENV A=1 URL=postgres://u:SECRET@h C=3", Some("URL")),
            ("/bin/sh -c #(nop)  ENV TOKEN=\"a SECRET\"", Some("TOKEN")),
            ("ENV TOKEN SECRET", Some("TOKEN")),
            ("ARG TOKEN=SECRET", Some("TOKEN")),
            ("LABEL a=b \"build.token\"='SECRET'", Some("build.token")),
            ("CMD [\"app\", \"TOKEN=SECRET\"]", None),
        ] {
            let instruction = Instruction {
                index: 0,
                created: None,
                created_by: created_by.to_owned(),
                empty_layer: true,
                layer: None,
                approximate: false,
                keyword: None,
                arguments: String::new(),
                build_args: Vec::new(),
            };
            let mut settings = Settings::default();
            let offset = created_by.find("SECRET").unwrap() as u64;
            let found = settings.assigned(&instruction, offset);
            assert_eq!(found.map(String::as_str), name, "{created_by}");
            assert_eq!(settings.assigned(&instruction, u64::MAX), None);
        }
    }

    #[test]
    fn names_and_indexes_are_read_off_texts() {
        assert!(names("A=1 x TOKEN= MY_TOKEN=x").eq(["A", "TOKEN", "MY_TOKEN"]));
        assert_eq!(history_index("/history/12/created_by"), Some(12));
    }
}
