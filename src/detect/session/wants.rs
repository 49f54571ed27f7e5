//! Which rules look at the text at hand. To ask the globs of all rules takes longer than to search most
//! texts, so they are asked only where something may come of it.

use std::ops::Range;

use super::Session;
use crate::detect::detector::{Applies, State, View};
use crate::detect::matched::TextKind;

impl Session<'_> {
    /// The state of the rule, with what is known of whether it looks at the text.
    pub(super) fn touch(&mut self, view: &View<'_>, index: usize) -> &mut State {
        if self.slots[index] == 0 {
            let rule = self.engine.rules().rule(index);
            // Names are scanned many together, so that a keyword among them says nothing.
            let is_gated = view.context.kind == TextKind::Name && !rule.keywords().is_empty();
            let applies = if self.any_path {
                Applies::Yes
            } else if is_gated || !rule.applies_to(view.context.path) {
                Applies::No
            } else if rule.syntax.paths.is_empty() {
                Applies::Yes
            } else {
                Applies::IfPathFits
            };
            self.take_state(index).applies = applies;
        }
        &mut self.states[self.slots[index] as usize - 1]
    }

    /// Whether the rule looks at texts of this path.
    pub(super) fn wants(&mut self, view: &View<'_>, index: usize) -> bool {
        let mut applies = self.touch(view, index).applies;
        if applies == Applies::IfPathFits {
            let rules = self.lookers.rules(self.engine.paths(), view.context.path);
            applies = match rules.binary_search(&index) {
                Ok(_) => Applies::Yes,
                Err(_) => Applies::No,
            };
            self.touch(view, index).applies = applies;
        }
        applies == Applies::Yes
    }

    /// Whether an anchor of the rule is worth a note: globs are asked only when it must be known.
    pub(super) fn may_lead_on(&mut self, view: &View<'_>, at: &Range<usize>, index: usize) -> bool {
        let rule = self.engine.rules().rule(index);
        if !self.engine.detector(index).is_led_on(rule, view, at) {
            return false;
        }
        match self.engine.detector(index).only_notes() {
            true => self.touch(view, index).applies != Applies::No,
            false => self.wants(view, index),
        }
    }

    /// Whether what was noted for the rule is to be followed.
    pub(super) fn has_reason(&mut self, view: &View<'_>, index: usize) -> bool {
        match self.touch(view, index).applies {
            Applies::Yes => true,
            Applies::No => false,
            Applies::IfPathFits => {
                let detector = self.engine.detector(index);
                detector.may_hit(view, &self.desk(index)) && self.wants(view, index)
            }
        }
    }

    /// Makes the states in use ready for other texts; the rules that had too many matches.
    pub(super) fn take_back_states(&mut self) -> Vec<usize> {
        let mut limited = Vec::new();
        for (index, state) in self.touched.drain(..).zip(&mut self.states) {
            if state.limited {
                limited.push(index);
            }
            state.reset();
            self.slots[index] = 0;
        }
        limited.sort_unstable();
        limited
    }

    /// A fresh state for a rule that has none.
    fn take_state(&mut self, index: usize) -> &mut State {
        let place = self.touched.len();
        self.touched.push(index);
        self.slots[index] = self.touched.len() as u32;
        if place == self.states.len() {
            self.states.push(State::default());
        }
        &mut self.states[place]
    }
}
