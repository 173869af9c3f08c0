//! Which brace belongs to which, and which ones people mean rather than TeX.

use std::collections::HashMap;
use std::collections::HashSet;

/// What the braces of a text mean.
pub(super) struct Braces {
    /// Opening braces and their closing ones.
    pub(super) matching: HashMap<usize, usize>,
    /// Opening braces without an end.
    pub(super) unmatched: HashSet<usize>,
    /// Opening braces of what reads like a set (`{a, b}`), which TeX would hide and people mean; a script (`C^{1,1}`) is none.
    pub(super) shown: HashSet<usize>,
}

impl Braces {
    pub(super) fn of(source: &str) -> Self {
        let mut braces = Self { matching: HashMap::new(), unmatched: HashSet::new(), shown: HashSet::new() };
        if !source.bytes().any(|byte| matches!(byte, b'{' | b'}')) {
            return braces;
        }
        let mut stack: Vec<(usize, bool, bool)> = Vec::new();
        let mut is_escaped = false;
        for (at, byte) in source.bytes().enumerate() {
            if is_escaped {
                is_escaped = false;
                continue;
            }
            match byte {
                b'\\' => {
                    is_escaped = true;
                    stack.iter_mut().rev().take(1).for_each(|(_at, _comma, tex)| *tex = true);
                }
                b',' => stack.iter_mut().rev().take(1).for_each(|(_at, comma, _tex)| *comma = true),
                b'{' => stack.push((at, false, false)),
                b'}' => {
                    if let Some((open, comma, tex)) = stack.pop() {
                        braces.matching.insert(open, at);
                        let is_script = open
                            .checked_sub(1)
                            .and_then(|before| source.as_bytes().get(before))
                            .is_some_and(|before| matches!(before, b'^' | b'_'));
                        if comma && !tex && !is_script {
                            braces.shown.insert(open);
                        }
                        // What is TeX inside is TeX outside too.
                        if tex && let Some(outer) = stack.last_mut() {
                            outer.2 = true;
                        }
                    }
                }
                _other => {}
            }
        }
        braces.unmatched = stack.into_iter().map(|(open, _comma, _tex)| open).collect();
        braces
    }
}
