//! The merged record of a paper as a table: each field with the source it was taken from.

use std::collections::BTreeSet;

use crate::model::change::Event;
use crate::model::link::LinkKind;
use crate::model::observation::Observation;
use crate::model::paper::Paper;
use crate::model::text::Text;
use crate::model::time::Moment;
use crate::model::time::Precision;
use crate::pages::parts::Stamp;
use crate::urls::outside;

/// How many rows of one kind (identifiers, links) are shown.
const MOST: usize = 60;

/// One line of the record.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) url: Option<String>,
    pub(super) source: String,
}

/// The merged record of a paper, and the source of each field.
pub(super) fn rows(paper: &Paper) -> Vec<Row> {
    let chosen = &paper.chosen;
    let source = |index: Option<usize>| {
        let observation = index.and_then(|index| paper.observations.get(index));
        observation.map(|observation| observation.source.to_string()).unwrap_or_default()
    };
    let text = |name, value: Option<&Text>, index| {
        value.map(|value| Row { name, value: value.to_string(), url: None, source: source(index) })
    };
    let moment = |name, moment: Option<Moment>, index| {
        moment.map(|moment| Row { name, value: print(moment), url: None, source: source(index) })
    };
    let plain = |name, value: String| Row { name, value, url: None, source: String::new() };
    let subjects: Vec<_> = paper.subjects().iter().map(|subject| subject.term.as_str()).take(MOST).collect();
    let mut rows: Vec<Row> = [
        text("Title", Some(&paper.title().text), Some(chosen.title)),
        text("Title in TeX", paper.title().tex.as_ref(), Some(chosen.title)),
        (!subjects.is_empty()).then(|| Row {
            name: "Subjects",
            value: subjects.join(", "),
            url: None,
            source: source(chosen.subjects),
        }),
        moment("Announced", paper.announced(), chosen.announced),
        moment("Submitted", paper.submitted(), chosen.submitted),
        text("Comment", paper.comment(), chosen.comment),
        text("Venue", paper.venue(), chosen.venue),
        text("Published in", paper.citation(), chosen.citation),
        text("Organisation", paper.organisation(), chosen.organisation),
        text("Language", paper.language(), chosen.language),
        paper.license().map(|license| Row {
            name: "Licence",
            value: license.to_string(),
            url: Some(license.to_string()),
            source: source(chosen.license),
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    if chosen.abstract_text.is_some() {
        let value = "as shown above".to_owned();
        rows.push(Row { name: "Abstract", value, url: None, source: source(chosen.abstract_text) });
    }
    if chosen.authors.is_some() {
        let value = "as listed above".to_owned();
        rows.push(Row { name: "Authors", value, url: None, source: source(chosen.authors) });
    }
    rows.extend(identifiers(paper));
    rows.extend(addresses(paper));
    rows.extend(paper.version().map(|version| plain("Version", version.to_string())));
    rows.push(plain("First seen", Stamp::minute(paper.first_seen).people));
    rows.extend(paper.updates().map(|(event, at)| {
        let name = match event {
            Event::CodeReleased => "Code released, noticed".to_owned(),
            Event::Published => "Published, noticed".to_owned(),
            Event::Withdrawn => "Withdrawn, noticed".to_owned(),
            Event::Retracted => "Retracted, noticed".to_owned(),
            Event::Version(number) => format!("Version {number}, noticed"),
        };
        plain("Event", format!("{name} {}", Stamp::minute(at).people))
    }));
    rows
}

fn identifiers(paper: &Paper) -> impl Iterator<Item = Row> {
    paper.ids().into_iter().take(MOST).map(|id| Row {
        name: "Identifier",
        value: id.to_string(),
        url: outside::address(id).map(|url| url.to_string()),
        source: said_by(paper, |observation| observation.ids.contains(id)),
    })
}

fn addresses(paper: &Paper) -> impl Iterator<Item = Row> {
    paper.links().into_iter().take(MOST).map(|link| Row {
        name: match link.kind {
            LinkKind::Page => "Page",
            LinkKind::Pdf => "PDF",
            LinkKind::Code => "Code",
            LinkKind::Project => "Project page",
            LinkKind::Discussion => "Discussion",
            LinkKind::Thumbnail => "Thumbnail",
        },
        value: link.url.to_string(),
        url: Some(link.url.to_string()),
        source: said_by(paper, |observation| observation.links.contains(link)),
    })
}

/// The sources whose observations satisfy a condition.
fn said_by(paper: &Paper, says: impl Fn(&Observation) -> bool) -> String {
    let names: BTreeSet<_> = paper
        .observations
        .iter()
        .filter(|observation| says(observation))
        .map(|observation| observation.source.as_str())
        .collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// A moment with no more precision than its source gave.
fn print(moment: Moment) -> String {
    let at = moment.at.to_chrono();
    match moment.precision {
        Precision::Year => at.format("%Y").to_string(),
        Precision::Month => at.format("%B %Y").to_string(),
        Precision::Day => at.format("%-d %B %Y").to_string(),
        Precision::Second => Stamp::minute(moment.at).people,
    }
}
