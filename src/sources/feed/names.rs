//! The characters that HTML gives names to (`eacute`, `Alpha`, `nbsp`).

use web_atoms::NAMED_ENTITIES;

/// The characters of that name, written without `&` and `;`.
pub(super) fn named(name: &str) -> Option<String> {
    let (first, second) = NAMED_ENTITIES.get(&format!("{name};"))?;
    // Beginnings of names stand in the table too, with no character.
    let first = char::from_u32(*first).filter(|character| *character != '\0')?;
    let second = char::from_u32(*second).filter(|character| *character != '\0');
    Some(std::iter::once(first).chain(second).collect())
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn names_of_one_and_of_two_characters_are_known() {
        assert_eq!(named("Alpha").as_deref(), Some("\u{391}"));
        assert_eq!(named("cacute").as_deref(), Some("\u{107}"));
        assert_eq!(named("NotEqualTilde").as_deref(), Some("\u{2242}\u{338}"));
        assert_eq!(named("Alph"), None);
        assert_eq!(named(""), None);
    }
}
