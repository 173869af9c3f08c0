//! arXiv's categories and the sets of its OAI-PMH interface: `cs.LG` is `cs:cs:LG`, `hep-th` is `physics:hep-th`.

use crate::sources::OptionFault;
use crate::sources::oai::lists::Set;

/// The archives that are open, and the group each is in.
const ARCHIVES: &[(&str, &str)] = &[
    ("astro-ph", "physics"),
    ("cond-mat", "physics"),
    ("cs", "cs"),
    ("econ", "econ"),
    ("eess", "eess"),
    ("gr-qc", "physics"),
    ("hep-ex", "physics"),
    ("hep-lat", "physics"),
    ("hep-ph", "physics"),
    ("hep-th", "physics"),
    ("math", "math"),
    ("math-ph", "physics"),
    ("nlin", "physics"),
    ("nucl-ex", "physics"),
    ("nucl-th", "physics"),
    ("physics", "physics"),
    ("q-bio", "q-bio"),
    ("q-fin", "q-fin"),
    ("quant-ph", "physics"),
    ("stat", "stat"),
];

/// The sets of categories, then those that are named themselves, each once.
pub(super) fn sets(categories: &[String], named: &[String]) -> Result<Vec<Set>, OptionFault> {
    let fault = |option, index, message: String, hint: &str| OptionFault {
        option,
        index: Some(index),
        message,
        hint: Some(hint.to_owned()),
    };
    let mut sets: Vec<Set> = Vec::new();
    let mut add = |set: Set| {
        if !sets.iter().any(|known| known.name == set.name) {
            sets.push(set);
        }
    };
    for (index, category) in categories.iter().enumerate() {
        let Some(name) = set_of(category) else {
            let message = format!("\"{category}\" is in no archive of today");
            return Err(fault("categories", index, message, "name the category that took its place"));
        };
        add(Set { name, part: category.clone() });
    }
    for (index, name) in named.iter().enumerate() {
        let is_set = !name.is_empty()
            && name.len() <= 100
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":-_.".contains(&byte));
        if !is_set {
            let message = format!("\"{name}\" is no name of a set");
            return Err(fault("sets", index, message, "write it like \"cs:cs:LG\" or \"physics:hep-th\""));
        }
        let part = category_of(name).unwrap_or_else(|| name.clone());
        add(Set { name: name.clone(), part });
    }
    Ok(sets)
}

/// The set of a category or a whole archive.
fn set_of(category: &str) -> Option<String> {
    let (archive, class) = match category.split_once('.') {
        Some((archive, class)) => (archive, format!(":{class}")),
        None => (category, String::new()),
    };
    let (_, group) = ARCHIVES.iter().find(|(known, _)| *known == archive)?;
    Some(format!("{group}:{archive}{class}"))
}

/// The category or archive of a set.
fn category_of(set: &str) -> Option<String> {
    let (group, rest) = set.split_once(':')?;
    let category = rest.replacen(':', ".", 1);
    let archive = category.split('.').next()?;
    let is_known = ARCHIVES.contains(&(archive, group));
    is_known.then_some(category)
}

#[cfg(test)]
mod tests {
    use super::category_of;
    use super::set_of;
    use super::sets;

    #[test]
    fn categories_and_sets_name_each_other() {
        for (category, set) in [
            ("cs.LG", "cs:cs:LG"),
            ("hep-th", "physics:hep-th"),
            ("astro-ph.GA", "physics:astro-ph:GA"),
            ("physics.optics", "physics:physics:optics"),
            ("cond-mat.mes-hall", "physics:cond-mat:mes-hall"),
            ("math", "math:math"),
            ("q-bio.NC", "q-bio:q-bio:NC"),
            ("stat.ML", "stat:stat:ML"),
        ] {
            assert_eq!(set_of(category).as_deref(), Some(set));
            assert_eq!(category_of(set).as_deref(), Some(category));
        }
        assert_eq!((set_of("cmp-lg"), category_of("cs"), category_of("math:cs:LG")), (None, None, None));
    }

    #[test]
    fn a_set_that_is_named_twice_is_asked_for_once() {
        let name = |text: &str| text.to_owned();
        let found = sets(&[name("cs.LG"), name("cs.LG")], &[name("cs:cs:LG"), name("cs")]).unwrap();
        let found: Vec<_> = found.iter().map(|set| (set.name.as_str(), set.part.as_str())).collect();
        assert_eq!(found, [("cs:cs:LG", "cs.LG"), ("cs", "cs")]);
        assert_eq!(sets(&[name("alg-geom")], &[]).unwrap_err().index, Some(0));
        assert_eq!(sets(&[], &[name("cs"), name("a b")]).unwrap_err().index, Some(1));
    }
}
