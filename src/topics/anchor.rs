//! The terms of which every matching paper has at least one, and one more that it must have beside them.

use crate::topics::compile::Program;
use crate::topics::compile::Test;
use crate::topics::lexicon::Term;

/// How a topic is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Anchor {
    /// A matching paper has one of these.
    pub(super) any: Vec<Term>,
    /// And it has this.
    pub(super) second: Option<Term>,
}

/// The rarest such terms, or `None` where there are none: the query is negative, or asks only for what is no term, such
/// as numbers, dates and regular expressions. `frequency` is the share of papers that have a term.
pub(super) fn of(program: &Program, frequency: &dyn Fn(Term) -> f32) -> Option<Anchor> {
    let mut required = Vec::new();
    require(program, &mut required);
    let cost = |terms: &[Term]| terms.iter().map(|term| frequency(*term)).sum::<f32>();
    required.sort_by(|one, other| cost(one).total_cmp(&cost(other)));
    let mut required = required.into_iter();
    let any = required.next()?;
    let second = required.find_map(|terms| match terms.as_slice() {
        [one] if !any.contains(one) => Some(*one),
        _others => None,
    });
    Some(Anchor { any, second })
}

/// Gathers sets of terms; a matching paper has at least one term of each set.
fn require(program: &Program, required: &mut Vec<Vec<Term>>) {
    match program {
        Program::And(parts) => parts.iter().for_each(|part| require(part, required)),
        Program::Or(parts) => {
            let mut any = Vec::new();
            for part in parts {
                let mut of_part = Vec::new();
                require(part, &mut of_part);
                // Of what a part requires the smallest set does: which terms are rare is weighed over the whole.
                let Some(fewest) = of_part.into_iter().min_by_key(Vec::len) else { return };
                any.extend(fewest);
            }
            any.sort_unstable();
            any.dedup();
            required.push(any);
        }
        Program::Not(_) => {}
        Program::Test(test) => of_test(test, required),
    }
}

fn of_test(test: &Test, required: &mut Vec<Vec<Term>>) {
    match test {
        Test::Has(term, _) | Test::Value(term) => required.push(vec![*term]),
        Test::Row(terms, _) => required.extend(terms.iter().map(|(term, _place)| vec![*term])),
        Test::Near(terms, ..) => required.extend(terms.iter().map(|term| vec![*term])),
        Test::Author(author) => required.push(std::iter::once(author.family).chain(author.joined).collect()),
        Test::Regex(..) | Test::Type(_) | Test::Property(_) | Test::Number(..) | Test::Date(_) => {}
    }
}
