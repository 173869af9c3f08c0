//! What is served: a configuration of many topics, and a store that holds their papers already.

use std::fmt::Write as _;
use std::path::Path;

use offprint::config;
use offprint::config::environment::Environment;
use offprint::model::paper::Paper;
use offprint::model::plan::Installation;
use offprint::model::plan::Op;
use offprint::model::time::Timestamp;
use offprint::model::topic::TimelineEntry;
use offprint::model::topic::TopicState;
use offprint::store;

use crate::arrived;
use crate::papers;

pub(crate) const TOPICS: usize = 10_000;

/// So many topics hold a hundred papers; the others hold ten.
pub(crate) const FULL: usize = 1_000;

/// The topics that the readers of the mix follow; one paper that comes later is in all of them.
pub(crate) const FOLLOWED: usize = 64;

/// A word of the followed topics that stands in no recorded paper.
pub(crate) const WORD: &str = "quokkaflag";

/// The path of a topic's feed.
pub(crate) fn feed(number: usize) -> String {
    format!("/topics/t{number}.atom")
}

/// The configuration: topics of two words out of the papers; the followed ones also take what names the word.
pub(crate) fn configuration(folder: &Path, port: u16, journal: u16, recorded: &[papers::Recorded]) -> String {
    let mut text = format!(
        "[server]\nlisten = [\"127.0.0.1:{port}\"]\nmax_connections = 20000\n[store]\npath = \"{}\"\n\
         [[source]]\nid = \"journal\"\nkind = \"feed\"\nurl = \"http://127.0.0.1:{journal}/\"\n",
        folder.join("store").display()
    );
    let mut random = fastrand::Rng::with_seed(4);
    for number in 0..TOPICS {
        let paper = &recorded[random.usize(..recorded.len())];
        let words: Vec<String> = format!("{} flags gardens", paper.title)
            .split(|character: char| !character.is_ascii_alphabetic())
            .filter(|word| word.len() > 4)
            .map(str::to_lowercase)
            .collect();
        let also = if number < FOLLOWED { format!(" OR {WORD}") } else { String::new() };
        let [one, other] = [0, 1].map(|place: usize| &words[place]);
        write!(
            text,
            "[[topic]]\nid = \"t{number}\"\ntitle = \"{one} and {other}\"\nquery = '{one} AND {other}{also}'\n"
        )
        .unwrap();
    }
    text
}

/// Fills the store as if the topics had gathered these papers: the daemon finds nothing to be done.
pub(crate) fn fill(text: &str, papers: &[Paper]) {
    let config = config::parse(text, "the bench", &Environment::from_process()).unwrap();
    let settings = store::Settings { path: config.store.path.clone(), cache_bytes: config.store.cache_bytes };
    let mut writer = store::open(&settings).unwrap().writer;
    let now = arrived::NOW;
    let created = Timestamp::from_seconds(1_780_000_000);
    let mut ops = vec![Op::Installation(Installation {
        tag_authority: "papers.example".to_owned(),
        tag_date: "2026-05-28".to_owned(),
        created,
    })];
    ops.extend(papers.iter().map(|paper| Op::Paper(Box::new(paper.clone()))));
    let mut random = fastrand::Rng::with_seed(5);
    for (number, topic) in config.topics.iter().enumerate() {
        let count = if number < FULL { 100 } else { 10 };
        let first = random.usize(..papers.len());
        for (place, seconds) in (0..count).zip((0_i64..).step_by(9_000)) {
            let paper = &papers[(first + place * 7) % papers.len()];
            let at = Timestamp::from_seconds(1_794_000_000 - seconds);
            let entry = TimelineEntry {
                topic: topic.id.clone(),
                paper: paper.id.clone(),
                served_as: paper.id.clone(),
                at,
                updated: at,
                reason: topic.title.clone(),
            };
            ops.push(Op::Enter(entry));
        }
        ops.push(Op::Topic(TopicState {
            topic: topic.id.clone(),
            definition: topic.definition(),
            face: topic.face(),
            created,
            changed: created,
        }));
    }
    for part in ops.chunks(5_000) {
        assert!(writer.commit_all(now, part).unwrap().is_empty());
    }
    writer.checkpoint().unwrap();
}

/// A journal's feed with a paper for each of these words.
pub(crate) fn news(words: &[&str]) -> String {
    let mut text = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>A journal</title>\
                    <link>https://journal.example/</link><description>d</description>"
        .to_owned();
    for word in words {
        write!(
            text,
            "<item><title>Counting every {word}</title><link>https://journal.example/{word}</link>\
             <guid>https://journal.example/{word}</guid><description>We count {word}s.</description></item>"
        )
        .unwrap();
    }
    text + "</channel></rss>"
}
