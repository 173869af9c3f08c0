//! Tests of the tokeniser.

use crate::relevance::terms;

#[test]
fn words_lose_inflection_case_and_company() {
    let stems =
        terms::stems("We propose Low-Rank Adapters for the Q-learning of 3 LLMs in R and C++, x and y.");
    assert_eq!(stems, ["propos", "low", "rank", "adapt", "q", "learn", "3", "llms", "r", "c++"]);
}

#[test]
fn tex_leaves_its_words() {
    let stems = terms::stems(
        r"\textbf{Bounds} on $\mathcal{O}(\alpha n^2)$ for Erd\H{o}s--R\'enyi graphs, $k$-means\cite{x}",
    );
    assert_eq!(stems, ["bound", "alpha", "2", "erdo", "renyi", "graph", "mean"]);
    assert_eq!(terms::stems(r"M\o ller \\ $5\%$ \"), ["moller", "5"]);
}

#[test]
fn identifiers_are_those_of_the_stems_and_never_change() {
    let text = "Neural networks, networked; naïve Bayes über 图";
    let mut found = Vec::new();
    terms::each(text, |term| found.push(term));
    let stems = terms::stems(text);
    assert_eq!(found, stems.iter().map(|stem| terms::term(stem)).collect::<Vec<_>>());
    assert_eq!(terms::term("graph"), GRAPH);
}

/// Stored vectors and embeddings depend on it.
const GRAPH: u32 = 3_981_302_608;

#[test]
fn stop_words_can_be_searched() {
    assert!(terms::STOP_WORDS.is_sorted());
    assert!(terms::stems("and the of with their").is_empty());
}
