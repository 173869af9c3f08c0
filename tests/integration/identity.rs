//! Identity through the real planner and a real store: every order of arrival, late evidence, late conflicts.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use chrono::NaiveDate;
use offprint::harvest::plan;
use offprint::harvest::plan::Telling;
use offprint::harvest::shelf::StoreShelf;
use offprint::model::author::Author;
use offprint::model::author::Authors;
use offprint::model::external_id::ExternalId;
use offprint::model::observation::Observation;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::problem::Problem;
use offprint::model::record::Role;
use offprint::model::source::Authority;
use offprint::model::text::Text;
use offprint::model::text::Title;
use offprint::model::time::Moment;
use offprint::model::time::Timestamp;
use offprint::model::topic::Revisions;
use offprint::store;
use offprint::store::Opened;
use offprint::topics::Topic;
use offprint::topics::Topics;
use offprint::topics::Window;
use offprint::topics::selector::Selector;
use tempfile::TempDir;

use crate::support::stored::settings;
use crate::support::stored::source_id;
use crate::support::stored::topic_id;

mod rulings;

/// A store on disk with two topics over it, into which observations are planned one by one.
struct Library {
    opened: Opened,
    topics: Selector,
    minted: u128,
    problems: Vec<Problem>,
    _folder: TempDir,
}

impl Library {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let opened = store::open(&settings(folder.path())).unwrap();
        let topic = |id: &str, query: &str| Topic {
            id: topic_id(id),
            title: id.to_owned(),
            description: None,
            query: Some(offprint::query::parse(query).query.unwrap()),
            ranked: None,
            revisions: Revisions::Announce,
            window: Window::default(),
        };
        let topics =
            Selector::from(Topics::new(vec![topic("flags", "flag*"), topic("gardens", "title:gardens")]));
        Self { opened, topics, minted: 0, problems: Vec::new(), _folder: folder }
    }

    /// Takes one observation in.
    fn hear(&mut self, observation: Observation) {
        self.hear_as(Telling::News, observation);
    }

    fn hear_as(&mut self, telling: Telling, observation: Observation) {
        let shelf = StoreShelf(self.opened.reader.clone());
        let minted = &mut self.minted;
        let mint = &mut || {
            *minted += 1;
            PaperId::mint(*minted)
        };
        let now = observation.fetched_at;
        let planned =
            plan::plan(vec![(observation, Vec::new())], Vec::new(), telling, &shelf, &self.topics, now, mint)
                .unwrap();
        self.problems.extend(planned.problems);
        assert_eq!(self.opened.writer.commit_all(now, &planned.ops).unwrap(), []);
    }

    fn all(observations: &[&Observation]) -> Self {
        let mut library = Self::new();
        for observation in observations {
            library.hear((*observation).clone());
        }
        library
    }

    fn papers(&self) -> Vec<Paper> {
        self.opened.reader.papers().map(Result::unwrap).collect()
    }

    /// The only paper.
    fn only(&self) -> Paper {
        let papers = self.papers();
        assert_eq!(papers.len(), 1, "{papers:#?}");
        papers.into_iter().next().unwrap()
    }

    /// The papers as sets of source names.
    fn groups(&self) -> BTreeSet<String> {
        let names = |paper: &Paper| {
            paper.observations.iter().map(|one| one.source.as_str()).collect::<Vec<_>>().join(" ")
        };
        self.papers().iter().map(names).collect()
    }

    /// Who is in a topic.
    fn members(&self, topic: &str) -> Vec<PaperId> {
        let entries = self.opened.reader.timeline(&topic_id(topic), None, 100).unwrap();
        entries.into_iter().map(|entry| entry.paper).collect()
    }

    /// The same with the database built anew from the log.
    fn rebuilt(mut self) -> Self {
        assert!(self.opened.writer.verify().unwrap().is_sound());
        self.opened.writer.rebuild().unwrap();
        assert!(self.opened.writer.verify().unwrap().is_sound());
        self
    }
}

fn day(year: i32, month: u32, day: u32) -> Moment {
    Moment::on(NaiveDate::from_ymd_opt(year, month, day).unwrap())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_786_000_000 + seconds)
}

fn id(text: &str) -> ExternalId {
    ExternalId::parse(text).unwrap()
}

/// What a source says of the one paper of this file, by Ann Example, Bo van der Test and Cy Probe.
fn seen(source: &str, key: &str, ids: &[&str], seconds: i64) -> Observation {
    let author = |(given, family): (&str, &str)| Author {
        name: Text::line(&format!("{given} {family}")),
        family: Some(Text::line(family)),
        given: Some(Text::line(given)),
        orcid: None,
        affiliations: Vec::new(),
    };
    let listed = [("Ann", "Example"), ("Bo", "van der Test"), ("Cy", "Probe")].map(author).to_vec();
    Observation {
        source: source_id(source),
        key: Text::line(key),
        authority: Authority::Aggregator,
        fetched_at: at(seconds),
        ids: ids.iter().map(|text| id(text)).collect(),
        title: Title { text: Text::line("Counting Flags in Sparse Gardens"), tex: None },
        earlier: BTreeSet::new(),
        abstract_text: None,
        authors: Authors { listed, total: 3 },
        subjects: Vec::new(),
        announce: None,
        version: None,
        announced: None,
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
    }
}

fn titled(title: &str, observation: Observation) -> Observation {
    Observation { title: Title { text: Text::line(title), tex: None }, ..observation }
}

/// One paper as four sources report it, which share an identifier only where arXiv and Hugging Face do.
fn four_reports() -> [Observation; 4] {
    let arxiv = Observation {
        authority: Authority::Repository,
        version: Some(1),
        announced: Some(day(2026, 8, 12)),
        comment: Some(Text::line("12 pages")),
        ..seen("arxiv", "2608.00001", &["arxiv:2608.00001"], 1)
    };
    let daily = Observation {
        announced: Some(day(2026, 8, 13)),
        organisation: Some(Text::line("Flag Works")),
        ..seen("hf-daily", "2608.00001", &["arxiv:2608.00001"], 2)
    };
    let mut crossref = Observation {
        authority: Authority::Publisher,
        announced: Some(day(2027, 1, 3)),
        venue: Some(Text::line("Journal of Flags")),
        ..seen("crossref", "10.5555/flags.1", &["doi:10.5555/flags.1"], 3)
    };
    crossref.authors.listed[0].given = Some(Text::line("A."));
    crossref.authors.listed[0].name = Text::line("A. Example");
    let mut forum = seen("openreview", "aB3dE5fG7h", &["openreview:aB3dE5fG7h"], 4);
    forum.authors.listed[1].family = Some(Text::line("Test"));
    forum.authors.listed[1].name = Text::line("Bo Test");
    [arxiv, titled("Counting flags in sparse gardens", daily), crossref, forum]
}

fn in_print(year: i32, seconds: i64) -> Observation {
    Observation {
        authority: Authority::Publisher,
        announced: Some(day(year, 1, 3)),
        ..seen("journal", "10.5555/flags.1", &["doi:10.5555/flags.1"], seconds)
    }
}

fn preprint(number: i64, title: &str) -> Observation {
    let key = format!("2608.0000{number}");
    let one = seen("arxiv", &key, &[&format!("arxiv:{key}")], number);
    titled(title, Observation { authority: Authority::Repository, ..one })
}

/// Every order of some things.
fn orders<T: Clone>(things: &[T]) -> Vec<Vec<T>> {
    let Some((first, rest)) = things.split_first() else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for order in orders(rest) {
        for place in 0..=order.len() {
            let mut longer = order.clone();
            longer.insert(place, first.clone());
            all.push(longer);
        }
    }
    all
}

fn groups<const N: usize>(expected: [&str; N]) -> BTreeSet<String> {
    expected.map(str::to_owned).into()
}

#[test]
fn all_orders_of_four_reports_give_the_same_paper_once_in_every_topic() {
    let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
    let all = orders(&four_reports());
    assert_eq!(all.len(), 24);
    for order in all {
        let library = Library::all(&order.iter().collect::<Vec<_>>());
        assert!(library.problems.is_empty(), "{:?}", library.problems);
        let paper = library.only();
        for topic in ["flags", "gardens"] {
            assert_eq!(library.members(topic), std::slice::from_ref(&paper.id), "{topic}");
        }
        // The identifier, too: the first report minted it, and no later one made another paper.
        *outcomes.entry(format!("{paper:#?}")).or_default() += 1;
    }
    assert_eq!(outcomes.len(), 1, "{}", outcomes.keys().cloned().collect::<Vec<_>>().join("\n"));
    let [arxiv, .., forum] = four_reports();
    let paper = Library::all(&[&forum, &arxiv]).only();
    assert_eq!(paper.first_seen, arxiv.fetched_at);
}

#[test]
fn a_report_that_shows_two_papers_to_be_one_keeps_the_older_and_its_entries() {
    // Without a year in common the title alone does not join them.
    let mut arxiv = seen("arxiv", "2308.00001", &["arxiv:2308.00001"], 1);
    arxiv.authority = Authority::Repository;
    let journal = in_print(2026, 10);
    let mut library = Library::all(&[&arxiv, &journal]);
    let before = library.papers();
    assert_eq!(before.len(), 2);
    let younger = before.iter().find(|paper| paper.first_seen == journal.fetched_at).unwrap().id.clone();
    let mut link = Observation { fetched_at: at(20), ..arxiv.clone() };
    link.ids.extend(journal.ids.clone());
    library.hear(link);
    let paper = library.only();
    assert_eq!(paper.aliases.keys().collect::<Vec<_>>(), [&younger]);
    assert_eq!(paper.first_seen, arxiv.fetched_at);
    assert_eq!(library.opened.reader.resolve(&younger).unwrap(), Some(paper.id.clone()));
    assert_eq!(library.members("flags"), std::slice::from_ref(&paper.id));
    let library = library.rebuilt();
    assert_eq!(library.only(), paper);
}

#[test]
fn what_history_moves_from_one_paper_to_another_is_news_of_neither() {
    let [arxiv, _daily, crossref, _forum] = four_reports();
    let other = preprint(2, "Counting Pennants in Dense Gardens");
    for telling in [Telling::News, Telling::History] {
        let mut library = Library::all(&[&other, &arxiv, &crossref]);
        let mut told = Observation { fetched_at: at(90), ..crossref.clone() };
        told.ids.insert(id("arxiv:2608.00002"));
        library.hear_as(telling, told);
        assert_eq!(library.groups(), groups(["arxiv", "arxiv crossref"]));
        let news: Vec<Timestamp> = library
            .papers()
            .iter()
            .flat_map(|paper| paper.updates().map(|(_event, at)| at).collect::<Vec<_>>())
            .collect();
        assert_eq!(news.contains(&at(90)), telling == Telling::News, "{news:?}");
    }
}

#[test]
fn an_identifier_that_comes_late_takes_an_observation_where_it_belongs() {
    let [arxiv, _daily, crossref, _forum] = four_reports();
    let other = preprint(2, "Counting Pennants in Dense Gardens");
    let mut told = Observation { fetched_at: at(9), ..crossref.clone() };
    told.ids.insert(id("arxiv:2608.00002"));
    for order in orders(&[arxiv, crossref, other]) {
        let mut library = Library::all(&order.iter().collect::<Vec<_>>());
        assert_eq!(library.groups(), groups(["arxiv", "arxiv crossref"]));
        library.hear(told.clone());
        let papers = library.papers();
        assert_eq!(papers.len(), 2);
        let joined = papers.iter().find(|paper| paper.sources().len() == 2).unwrap();
        assert!(joined.ids().contains(&id("arxiv:2608.00002")));
        let holder = library.opened.reader.paper_by_external(&id("doi:10.5555/flags.1")).unwrap();
        assert_eq!(holder, Some(joined.id.clone()));
        assert_eq!(library.rebuilt().papers(), papers);
    }
}

#[test]
fn a_doi_that_two_preprints_claim_goes_by_the_title_and_is_told() {
    let claiming = |number, title| {
        let mut one = preprint(number, title);
        one.ids.insert(id("doi:10.5555/flags.1"));
        one
    };
    let first = claiming(1, "Flags of a First Sort in Gardens");
    let second = claiming(2, "Counting Flags in Sparse Gardens");
    for order in orders(&[first, second, in_print(2026, 8)]) {
        let library = Library::all(&order.iter().collect::<Vec<_>>());
        assert_eq!(library.groups(), groups(["arxiv", "arxiv journal"]));
        let printed = library.papers().into_iter().find(|paper| paper.sources().len() == 2).unwrap();
        assert_eq!(printed.title().text.as_str(), "Counting Flags in Sparse Gardens");
        assert!(library.problems.iter().any(|problem| problem.message.contains("doi:10.5555/flags.1")));
        assert_eq!(library.members("gardens").len(), 2);
    }
}

#[test]
fn what_only_enriches_makes_no_paper_and_joins_the_one_it_is_of() {
    let [arxiv, ..] = four_reports();
    let enriched = Observation { role: Role::Enrichment, ..seen("openalex", "W1", &["arxiv:2608.00001"], 9) };
    let mut library = Library::all(&[&enriched]);
    assert_eq!(library.papers(), []);
    library.hear(arxiv);
    library.hear(enriched);
    assert_eq!(library.groups(), groups(["arxiv openalex"]));
}

#[test]
fn a_crowd_under_one_title_is_no_evidence() {
    let notes = |number: i64, ids: &[&str]| {
        titled("Notes of the Garden Society", seen("journal", &format!("n{number}"), ids, number))
    };
    let crowd: Vec<Observation> =
        (0..60).map(|number| notes(number, &[&format!("doi:10.5555/n{number}")])).collect();
    let mut library = Library::all(&crowd.iter().collect::<Vec<_>>());
    assert_eq!(library.papers().len(), 60);
    library.hear(notes(100, &[]));
    assert_eq!(library.papers().len(), 61);
}
