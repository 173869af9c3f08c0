//! Real papers out of `OFFPRINT_DATA`, as the store would hold them.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io::BufRead as _;
use std::path::Path;

use offprint::model::author::Author;
use offprint::model::author::Authors;
use offprint::model::external_id::ExternalId;
use offprint::model::observation::Observation;
use offprint::model::paper::Chosen;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::record::Role;
use offprint::model::source::Authority;
use offprint::model::source::SourceId;
use offprint::model::subject::Subject;
use offprint::model::subject::SubjectScheme;
use offprint::model::text::Abstract;
use offprint::model::text::Html;
use offprint::model::text::Text;
use offprint::model::text::Title;
use offprint::model::time::Moment;
use offprint::model::time::Timestamp;

/// Title, abstract and what else a line of the recorded papers says.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) abstract_text: String,
    pub(crate) authors: Vec<String>,
    pub(crate) categories: Vec<String>,
    pub(crate) day: String,
}

/// The papers of some of the recorded files, each once.
pub(crate) fn recorded(folder: &Path, files: &[&str]) -> Vec<Recorded> {
    let mut papers = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files {
        let path = folder.join("papers").join(format!("{file}.jsonl.gz"));
        let packed = std::fs::File::open(&path).unwrap();
        for line in std::io::BufReader::new(flate2::read::GzDecoder::new(packed)).lines() {
            let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let text = |key: &str| line[key].as_str().unwrap_or_default().to_owned();
            let list = |key: &str| -> Vec<String> {
                let list = line[key].as_array().into_iter().flatten();
                list.filter_map(|one| one.as_str().map(str::to_owned)).collect()
            };
            let day = [text("published"), text("listed")].into_iter().find(|day| day.len() >= 10);
            if seen.insert(text("id")) {
                papers.push(Recorded {
                    id: text("id"),
                    title: text("title"),
                    abstract_text: text("abstract"),
                    authors: list("authors"),
                    categories: list("categories"),
                    day: day.map(|day| day[..10].to_owned()).unwrap_or_default(),
                });
            }
        }
    }
    papers
}

/// A paper as the store would hold it.
pub(crate) fn paper(recorded: &Recorded, number: u64) -> Paper {
    let day = recorded.day.parse().ok().unwrap_or_default();
    let name = |name: &String| Author {
        name: Text::line(name),
        family: None,
        given: None,
        orcid: None,
        affiliations: Vec::new(),
    };
    let listed: Vec<Author> = recorded.authors.iter().map(name).collect();
    let id = recorded.id.strip_prefix("arXiv:").and_then(|id| ExternalId::parse(&format!("arxiv:{id}")));
    let observation = Observation {
        source: SourceId::parse("arxiv").unwrap(),
        key: Text::line(&recorded.id),
        authority: Authority::Repository,
        fetched_at: Timestamp::midnight(day),
        ids: id.into_iter().collect(),
        title: Title { text: Text::line(&recorded.title), tex: None },
        earlier: BTreeSet::new(),
        abstract_text: Some(Abstract {
            text: Text::new(&recorded.abstract_text),
            html: Html::trusted(String::new()),
            tex: None,
        }),
        authors: Authors { total: u32::try_from(listed.len()).unwrap(), listed },
        subjects: recorded
            .categories
            .iter()
            .map(|term| Subject { scheme: SubjectScheme::Arxiv, term: Text::line(term) })
            .collect(),
        announce: None,
        version: Some(1),
        announced: Some(Moment::on(day)),
        submitted: None,
        revised: None,
        comment: None,
        venue: None,
        citation: None,
        license: None,
        organisation: None,
        submitter: None,
        language: None,
        links: Vec::new(),
        is_withdrawn: false,
        is_retracted: false,
        role: Role::Paper,
    };
    Paper {
        id: PaperId::mint(u128::from(number)),
        aliases: BTreeMap::new(),
        first_seen: Timestamp::midnight(day),
        observations: vec![observation],
        chosen: Chosen {
            abstract_text: Some(0),
            authors: Some(0),
            subjects: Some(0),
            announced: Some(0),
            ..Chosen::default()
        },
        events: BTreeMap::new(),
    }
}
