//! Who registers DOIs that are no publication: preprint servers and archives of data.

use crate::model::doi::Doi;

/// Registrants of preprints and data, by the prefix of their DOIs: bioRxiv and medRxiv (old and new), `ChemRxiv`, Research
/// Square, Preprints.org, SSRN, `TechRxiv`, Authorea, `SciELO`
/// Preprints, the servers of the `OSF`, Zenodo, `figshare`, Dryad, Mendeley Data, Dataverse; and the archives of universities (ETH Zürich, Zürich, Karlsruhe,
/// Aachen, TU Berlin, FU Berlin, HU Berlin, Hannover, Tübingen, TU Wien, Cambridge).
const REPOSITORIES: &[&str] = &[
    "10.1101", "10.64898", "10.26434", "10.21203", "10.20944", "10.2139", "10.36227", "10.22541", "10.1590",
    "10.31234", "10.31219", "10.31222", "10.31223", "10.31235", "10.35542", "10.32942", "10.48550",
    "10.5281", "10.6084", "10.5061", "10.17605", "10.17632", "10.7910", "10.3929", "10.5167", "10.5445",
    "10.18154", "10.14279", "10.17169", "10.18452", "10.15488", "10.15496", "10.34726", "10.17863",
];

/// Whether a DOI is of a preprint or of data, so that it says nothing of a publication.
pub fn is_of_a_repository(doi: &Doi) -> bool {
    let prefix = doi.as_str().split('/').next().unwrap_or_default();
    let name = doi.as_str().split_once('/').map_or("", |(_prefix, name)| name);
    // Two publishers register preprints and articles under one prefix; bioRxiv's names are dates or numbers.
    let is_preprint = match prefix {
        "10.1590" => name.contains("scielopreprints"),
        "10.1101" => name.starts_with(|first: char| first.is_ascii_digit()),
        _other => true,
    };
    is_preprint && REPOSITORIES.contains(&prefix)
}

#[cfg(test)]
mod tests {
    use super::is_of_a_repository;
    use crate::model::doi::Doi;

    #[test]
    fn preprints_and_data_are_told_from_articles() {
        let is_one = |text: &str| is_of_a_repository(&Doi::parse(text).unwrap());
        assert!(is_one("10.1101/2026.01.01.123456") && is_one("10.5281/zenodo.1234"));
        assert!(is_one("10.3929/ethz-b-000123456") && is_one("10.5445/IR/1000012345"));
        assert!(is_one("10.1590/SciELOPreprints.1234"));
        assert!(is_one("10.1101/123456") && !is_one("10.1101/gr.278374.123"));
        assert!(!is_one("10.1590/s0100-1234") && !is_one("10.1038/s41586-026-0001-2"));
    }
}
