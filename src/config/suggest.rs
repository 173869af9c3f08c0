//! "Did you mean": the known word that is nearest to a mistyped one.

/// The nearest of `known`, if it is near enough that a slip of the fingers explains the difference.
pub(super) fn nearest<'w>(typed: &str, known: impl Iterator<Item = &'w str>) -> Option<&'w str> {
    let folded = typed.to_lowercase().replace('-', "_");
    if folded.len() > 64 {
        return None;
    }
    let distance = |word: &str| strsim::damerau_levenshtein(&folded, &word.replace('-', "_"));
    let allowed = |word: &str| (word.chars().count().max(folded.chars().count()) / 3).clamp(1, 3);
    known
        .map(|word| (distance(word), word))
        .filter(|(far, word)| *far <= allowed(word))
        .min()
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let known = ["topics_dir", "title", "public_url", "contact", "id"];
        let nearest = |typed| nearest(typed, known.into_iter());
        assert_eq!(nearest("topic_dir"), Some("topics_dir"));
        assert_eq!(nearest("topics-dir"), Some("topics_dir"));
        assert_eq!(nearest("Titel"), Some("title"));
        assert_eq!(nearest("publicurl"), Some("public_url"));
        assert_eq!(nearest("query"), None);
        assert_eq!(nearest("x"), None);
        assert_eq!(nearest(&"contact".repeat(1_000)), None);
    }
}
