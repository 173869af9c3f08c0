//! A batch and its observations as lines that people read and compare. Fields are taken apart by name, so that a new one
//! does not compile until it has its line here.

use std::fmt::Display;
use std::fmt::Write as _;

use offprint::model::author::Author;
use offprint::model::author::Authors;
use offprint::model::coverage::Coverage;
use offprint::model::coverage::Reading;
use offprint::model::observation::Observation;
use offprint::model::record::Announce;
use offprint::model::record::RawAuthors;
use offprint::model::record::RawDate;
use offprint::model::record::Record;
use offprint::model::record::Role;
use offprint::model::source::Pace;
use offprint::model::source::SourceId;
use offprint::model::text::Raw;
use offprint::model::text::Text;
use offprint::model::time::Moment;
use offprint::model::time::Precision;
use offprint::normalise;
use offprint::sources::Batch;

use crate::golden;
use crate::golden::Golden;

/// Of longer lists only the beginning is written.
const SHOWN: usize = 5;

/// Everything that is made of an answer.
pub(super) fn answer(golden: &Golden) -> String {
    let (batch, said) = golden.read();
    let Batch { records, problems, next: _, is_partial, is_broken_off, coverage, readings, pace, unusable } =
        &batch;
    let Pace { ttl, skip_hours, skip_days } = pace;
    let mut out = Lines(String::new());
    out.line("partial", is_partial);
    out.some("broken off", is_broken_off.then_some("yes"));
    if let Some(why) = unusable {
        out.line("unusable", why);
    }
    out.some("ttl", ttl.map(|ttl| format!("{} s", ttl.as_secs())));
    for part in coverage {
        let Coverage { part, day, listed, stated, is_cut } = part;
        out.head(&format!("part {part}"));
        out.some("day", *day);
        out.some("stated", *stated);
        out.line("cut", is_cut);
        out.list("listed", listed);
    }
    for Reading { ids, signals } in readings {
        out.head("reading");
        out.list("of", ids.iter().map(|id| format!("{:?} {}", id.hint, id.text)));
        out.list("counted", signals.iter().map(|(kind, value)| format!("{} {value}", kind.name())));
    }
    out.list("skip hour", skip_hours);
    out.list("skip day", skip_days);
    out.list("problem", problems);
    out.some("as a refusal", said);
    let source = SourceId::parse(golden.kind.name).unwrap();
    for (index, one) in records.iter().enumerate() {
        out.head(&format!("record {}", index + 1));
        record(one, &mut out);
        match normalise::observe(one, &golden::context(golden.kind, &source)) {
            Ok(clean) => {
                out.head(&format!("observation {}", index + 1));
                observation(&clean, &mut out);
            }
            Err(problem) => out.line("refused", problem),
        }
    }
    out.0
}

struct Lines(String);

impl Lines {
    fn head(&mut self, text: &str) {
        writeln!(self.0, "\n== {text}").unwrap();
    }

    fn line(&mut self, name: &str, value: impl Display) {
        writeln!(self.0, "{name}: {value}").unwrap();
    }

    fn some(&mut self, name: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.line(name, value);
        }
    }

    fn list(&mut self, name: &str, values: impl IntoIterator<Item = impl Display>) {
        let values: Vec<_> = values.into_iter().collect();
        for value in values.iter().take(SHOWN) {
            self.line(name, value);
        }
        if values.len() > SHOWN {
            self.line(name, format!("({} more)", values.len() - SHOWN));
        }
    }
}

fn record(record: &Record, out: &mut Lines) {
    let Record {
        key,
        ids,
        title,
        abstract_text,
        authors,
        subjects,
        announce,
        version,
        announced,
        submitted,
        revised,
        comment,
        venue,
        citation,
        license,
        organisation,
        submitter,
        language,
        links,
        is_withdrawn,
        is_retracted,
        role,
        signals,
    } = record;
    let raw = |raw: &Option<Raw>| raw.as_ref().map(|Raw { text, markup }| format!("{markup:?} {text:?}"));
    let date = |date: &Option<RawDate>| {
        date.as_ref()
            .map(|RawDate { text, is_day }| format!("{text:?}{}", if *is_day { " as a day" } else { "" }))
    };
    out.line("key", format!("{key:?}"));
    out.list("id", ids.iter().map(|id| format!("{:?} {:?}", id.hint, id.text)));
    out.some("title", raw(title));
    out.some("abstract", raw(abstract_text));
    match authors {
        RawAuthors::List(list) => out.list(
            "author",
            list.iter()
                .map(|author| format!("{:?} {:?} {:?}", author.name, author.affiliations, author.orcid)),
        ),
        RawAuthors::Arxiv(joined) => out.line("authors of arXiv", format!("{joined:?}")),
        RawAuthors::Joined(joined) => out.line("authors joined", format!("{joined:?}")),
    }
    let scheme = |is_arxiv| if is_arxiv { "arXiv " } else { "" };
    out.list("subject", subjects.iter().map(|one| format!("{}{:?}", scheme(one.is_arxiv), one.term)));
    out.some("announced as", announce.map(Announce::name));
    out.some("version", *version);
    out.some("announced", date(announced));
    out.some("submitted", date(submitted));
    out.some("revised", date(revised));
    out.some("comment", raw(comment));
    out.some("venue", raw(venue));
    out.some("citation", raw(citation));
    out.some("license", license.as_ref());
    out.some("organisation", raw(organisation));
    out.some("submitter", raw(submitter));
    out.some("language", language.as_ref());
    out.list("link", links.iter().map(|link| format!("{:?} {}", link.kind, link.href)));
    out.some("withdrawn", is_withdrawn.then_some("yes"));
    out.some("retracted", is_retracted.then_some("yes"));
    out.some("role", (*role != Role::Paper).then_some(role.name()));
    out.list("signal", signals.iter().map(|(kind, count)| format!("{} {count}", kind.name())));
}

fn observation(observation: &Observation, out: &mut Lines) {
    let Observation {
        source: _,
        key,
        authority: _,
        fetched_at: _,
        ids,
        title,
        earlier: _,
        abstract_text,
        authors: Authors { listed, total },
        subjects,
        announce,
        version,
        announced,
        submitted,
        revised,
        comment,
        venue,
        citation,
        license,
        organisation,
        submitter,
        language,
        links,
        is_withdrawn,
        is_retracted,
        role,
    } = observation;
    let date = |moment: &Option<Moment>| {
        moment.as_ref().map(|Moment { at, precision }| match precision {
            Precision::Day => at.day().to_string(),
            _finer => at.to_rfc3339(),
        })
    };
    out.line("key", one_line(key));
    out.list("id", ids);
    out.line("title", one_line(&title.text));
    out.some("title in TeX", title.tex.as_ref().map(one_line));
    if let Some(form) = abstract_text {
        out.line("abstract", one_line(&form.text));
        out.line("abstract in HTML", form.html.as_str().replace('\n', "¶"));
        out.some("abstract in TeX", form.tex.as_ref().map(one_line));
    }
    out.list("author", listed.iter().map(author));
    out.line("authors", total);
    out.list(
        "subject",
        subjects.iter().map(|subject| format!("{:?} {}", subject.scheme, subject.term.as_str())),
    );
    out.some("announced as", announce.map(Announce::name));
    out.some("version", *version);
    out.some("announced", date(announced));
    out.some("submitted", date(submitted));
    out.some("revised", date(revised));
    out.some("comment", comment.as_ref().map(one_line));
    out.some("venue", venue.as_ref().map(one_line));
    out.some("citation", citation.as_ref().map(one_line));
    out.some("license", license.as_ref().map(|url| url.as_str().to_owned()));
    out.some("organisation", organisation.as_ref().map(one_line));
    out.some("submitter", submitter.as_ref().map(one_line));
    out.some("language", language.as_ref().map(one_line));
    out.list("link", links.iter().map(|link| format!("{:?} {}", link.kind, link.url.as_str())));
    out.some("withdrawn", is_withdrawn.then_some("yes"));
    out.some("retracted", is_retracted.then_some("yes"));
    out.some("role", (*role != Role::Paper).then_some(role.name()));
}

fn author(author: &Author) -> String {
    let Author { name, family, given, orcid, affiliations } = author;
    let mut line = one_line(name);
    let mut add = |what: &str, text: Option<&Text>| {
        if let Some(text) = text {
            write!(line, " | {what} {}", one_line(text)).unwrap();
        }
    };
    add("given", given.as_ref());
    add("family", family.as_ref());
    add("ORCID", orcid.as_ref());
    for affiliation in affiliations {
        add("at", Some(affiliation));
    }
    line
}

/// Paragraphs are joined by a pilcrow.
fn one_line(text: &Text) -> String {
    text.as_str().replace("\n\n", " ¶ ").replace('\n', "↵")
}
