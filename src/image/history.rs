//! History ↔ layers: which instruction made which layer.
//!
//! The n-th history item that is not `empty_layer` belongs to the n-th layer. Where there are
//! fewer such items than layers, builders appended to a base without history, so the items belong
//! to the **last** layers and the pairing is a guess. Where there are more, the surplus at the end
//! made no layer.

use super::Instruction;
use super::instruction;
use crate::error::{Warning, WarningCode};
use crate::oci::{History, is_setting};

/// Instructions that know their layer.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    pub instructions: Vec<Instruction>,
    /// For each layer, the index of its instruction.
    pub of_layer: Vec<Option<usize>>,
    pub warning: Option<Warning>,
}

/// Pairs `history` with `layers` layers.
pub(super) fn pair(history: Vec<History>, layers: usize) -> Pairing {
    let filled = history.iter().filter(|item| !item.empty_layer).count();
    let missing = layers.saturating_sub(filled);
    let approximate = missing > 0 && filled > 0;
    let mut of_layer = vec![None; layers];
    let mut next_layer = missing;
    let mut instructions = Vec::with_capacity(history.len());
    for (index, item) in history.into_iter().enumerate() {
        let parsed = instruction::parse(&item.created_by);
        let layer = (!item.empty_layer && next_layer < layers).then_some(next_layer);
        if let Some(slot) = layer.and_then(|layer| of_layer.get_mut(layer)) {
            *slot = Some(index);
            next_layer += 1;
        }
        instructions.push(Instruction {
            index,
            created: item.created,
            created_by: item.created_by,
            empty_layer: layer.is_none(),
            layer,
            approximate: layer.is_some() && (approximate || is_setting(parsed.keyword.as_deref())),
            keyword: parsed.keyword,
            arguments: parsed.arguments,
            build_args: parsed.build_args,
        });
    }
    Pairing {
        instructions,
        of_layer,
        warning: approximate.then(|| shorter(filled, layers)),
    }
}

fn shorter(filled: usize, layers: usize) -> Warning {
    Warning::new(
        WarningCode::ApproximateHistory,
        format!(
            "the history has {filled} items for {layers} layers; they are taken for the last \
             layers, so which instruction made which layer is a guess"
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `x` makes a layer, `.` does not.
    fn paired(steps: &str, layers: usize) -> Pairing {
        let history = steps
            .chars()
            .map(|step| History {
                empty_layer: step == '.',
                created_by: format!("RUN {step}"),
                ..History::default()
            })
            .collect();
        pair(history, layers)
    }

    fn layers_of(pairing: &Pairing) -> Vec<Option<usize>> {
        pairing.instructions.iter().map(|i| i.layer).collect()
    }

    #[test]
    fn equal_numbers_pair_one_to_one_around_empty_items() {
        let pairing = paired(".x.xx.", 3);
        assert_eq!(
            layers_of(&pairing),
            [None, Some(0), None, Some(1), Some(2), None]
        );
        assert_eq!(pairing.of_layer, [Some(1), Some(3), Some(4)]);
        assert!(pairing.warning.is_none());
        assert!(pairing.instructions.iter().all(|i| !i.approximate));
    }

    #[test]
    fn a_setting_that_made_a_layer_is_the_last_step_of_a_whole_build() {
        let history = ["COPY . /app", "CMD [\"run\"]"].map(|command| History {
            created_by: command.to_owned(),
            ..History::default()
        });
        let pairing = pair(history.into(), 2);
        let approximate: Vec<bool> = pairing.instructions.iter().map(|i| i.approximate).collect();
        assert_eq!(approximate, [false, true]);
        assert!(pairing.warning.is_none());
    }

    #[test]
    fn a_short_history_belongs_to_the_last_layers_and_says_that_it_guesses() {
        let pairing = paired("x.x", 5);
        assert_eq!(layers_of(&pairing), [Some(3), None, Some(4)]);
        assert_eq!(pairing.of_layer, [None, None, None, Some(0), Some(2)]);
        let approximate: Vec<bool> = pairing.instructions.iter().map(|i| i.approximate).collect();
        assert_eq!(approximate, [true, false, true]);
        let warning = pairing.warning.unwrap();
        assert_eq!(warning.code, WarningCode::ApproximateHistory);
        assert!(warning.message.contains("2 items for 5 layers"));
    }

    #[test]
    fn the_surplus_of_a_long_history_made_no_layer() {
        let pairing = paired("xxx", 2);
        assert_eq!(layers_of(&pairing), [Some(0), Some(1), None]);
        assert!(pairing.instructions[2].empty_layer);
        assert!(pairing.warning.is_none());
    }

    #[test]
    fn no_history_leaves_layers_without_instruction() {
        let pairing = paired("", 2);
        assert_eq!(pairing.of_layer, [None, None]);
        assert!(pairing.warning.is_none());
        assert_eq!(paired("..", 1).of_layer, [None]);
    }
}
