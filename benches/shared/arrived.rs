//! Real papers as they arrive: recorded papers in the shape of arXiv's feed, read and cleaned as the daemon does it.

use std::fmt::Write as _;

use offprint::fetch::exchange::Request;
use offprint::fetch::exchange::Response;
use offprint::identity::merge;
use offprint::model::coverage::Target;
use offprint::model::observation::Observation;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::record::Record;
use offprint::model::source::Cursor;
use offprint::model::source::SourceId;
use offprint::model::time::Timestamp;
use offprint::normalise;
use offprint::normalise::Context;
use offprint::sources;
use offprint::sources::Kind;
use offprint::sources::OptionValue;
use offprint::sources::Options;
use offprint::sources::Source;

use crate::papers::Recorded;

/// When it arrives.
pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_795_000_000);

/// How arXiv announces these papers, numbered from `first`: an RSS document with an item for each.
pub(crate) fn rss(papers: &[Recorded], first: usize) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut text =
        "<?xml version='1.0' encoding='UTF-8'?><rss xmlns:arxiv=\"http://arxiv.org/schemas/atom\" \
                    xmlns:dc=\"http://purl.org/dc/elements/1.1/\" version=\"2.0\"><channel>\
                    <title>cs.LG updates on arXiv.org</title>"
            .to_owned();
    for (number, paper) in (first..).zip(papers) {
        let mut categories = String::new();
        for term in &paper.categories {
            write!(categories, "<category>{}</category>", escaped(term)).unwrap();
        }
        write!(
            text,
            "<item><title>{}</title><link>https://arxiv.org/abs/2608.{number:05}</link>\
             <description>arXiv:2608.{number:05}v1 Announce Type: new \nAbstract: {}</description>\
             <guid isPermaLink=\"false\">oai:arXiv.org:2608.{number:05}v1</guid>{categories}\
             <pubDate>Wed, 12 Aug 2026 00:00:00 -0400</pubDate><arxiv:announce_type>new</arxiv:announce_type>\
             <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights><dc:creator>{}</dc:creator></item>\n",
            escaped(&paper.title),
            escaped(&paper.abstract_text),
            escaped(&paper.authors.join(", ")),
        )
        .unwrap();
    }
    text + "</channel></rss>"
}

/// A kind of source with its required options alone.
pub(crate) struct Reading {
    kind: &'static Kind,
    source: Box<dyn Source>,
    cursor: Cursor,
    /// What it asked for.
    request: Request,
    id: SourceId,
}

impl Reading {
    pub(crate) fn new(kind: &str) -> Self {
        let kind = sources::kind(kind).unwrap();
        let mut options = Options::default();
        let known = [
            ("url", OptionValue::Url("https://papers.example.org/feed".parse().unwrap())),
            ("categories", OptionValue::TextList(vec!["cs.LG".to_owned()])),
        ];
        for (name, value) in known {
            if kind.options.iter().any(|option| option.name == name) {
                options.given.insert(name.to_owned(), value);
            }
        }
        let source = (kind.build)(&options).unwrap();
        // A source that is asked for papers by name has to be told of one.
        let target = Target { name: "arxiv:2608.00001".to_owned(), announced: None };
        let cursor = Cursor::default();
        let cursor = if source.wants().is_some() { source.aim(&cursor, NOW, &[target]) } else { cursor };
        let request = source.ask(&cursor, NOW).unwrap();
        Self { kind, source, cursor, request, id: SourceId::parse("bench").unwrap() }
    }

    /// An answer with these bytes, as the client hands it over.
    pub(crate) fn response(&self, body: &[u8], content_type: &str) -> Response {
        Response::ok(self.request.url.clone(), content_type, body)
    }

    /// The whole path of reading: an answer's bytes to what is kept of its papers.
    pub(crate) fn observations(&self, response: &Response) -> Vec<Observation> {
        let context =
            Context { source: &self.id, authority: self.kind.authority, fetched_at: NOW, language: None };
        self.records(response).iter().filter_map(|record| normalise::observe(record, &context).ok()).collect()
    }

    /// The first half of it: an answer's bytes to its records, in the source's own words.
    pub(crate) fn records(&self, response: &Response) -> Vec<Record> {
        self.source.read(&self.cursor, NOW, &self.request, response).records
    }
}

/// Recorded papers as the store holds them after arXiv's feed was read.
pub(crate) fn stored(recorded: &[Recorded]) -> Vec<Paper> {
    let reading = Reading::new("arxiv-rss");
    let mut observations = Vec::new();
    // A feed of arXiv's holds no more than 2,000 rows.
    for (chunk, batch) in (0..).zip(recorded.chunks(1_000)) {
        let response = reading.response(rss(batch, chunk * 1_000).as_bytes(), "application/rss+xml");
        observations.extend(reading.observations(&response));
    }
    let begin = |(number, observation)| merge::begin(PaperId::mint(number), observation);
    (0..).zip(observations).map(begin).collect()
}
