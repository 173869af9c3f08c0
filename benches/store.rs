//! Durable ingest of the store beside plain sled made durable in the same way, and the time of rebuilding.
//!
//! `cargo bench --bench store -- [PAPERS]`. Rounds alternate, and each line has the least, the median and the most.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a measurement stops at the first surprise and prints what it found"
)]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

use offprint::model::author::Author;
use offprint::model::author::Authors;
use offprint::model::external_id::ExternalId;
use offprint::model::observation::Observation;
use offprint::model::paper::Chosen;
use offprint::model::paper::Paper;
use offprint::model::paper::PaperId;
use offprint::model::plan::Op;
use offprint::model::plan::Plan;
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
use offprint::store;
use offprint::store::Settings;

const BATCH: usize = 100;

const ROUNDS: usize = 5;

const CACHE_BYTES: u64 = 64 << 20;

fn main() {
    let count = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(20_000_usize);
    let mut random = fastrand::Rng::with_seed(7);
    let words: Vec<String> = (0..8_000).map(|_| word(&mut random)).collect();
    let plans: Vec<Plan> = (0..count.div_ceil(BATCH))
        .map(|batch| {
            let numbers = batch * BATCH..(batch + 1) * BATCH;
            let ops = numbers.map(|number| Op::Paper(Box::new(paper(number, &words, &mut random))));
            Plan { at: Timestamp::from_seconds(0), ops: ops.collect() }
        })
        .collect();
    let records: Vec<Vec<(Vec<u8>, Vec<u8>)>> = plans.iter().map(records).collect();
    let papers = plans.len() * BATCH;
    let bytes: usize = records.iter().flatten().map(|(_key, value)| value.len()).sum();
    println!("{papers} papers in batches of {BATCH}; a plain record is {} bytes compressed", bytes / papers);
    let (mut ours, mut plain, mut rebuilds) = (Vec::new(), Vec::new(), Vec::new());
    for _round in 0..ROUNDS {
        plain.push(papers as f64 / plain_sled(&records));
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { path: folder.path().to_owned(), cache_bytes: CACHE_BYTES };
        let mut opened = store::open(&settings).unwrap();
        let start = Instant::now();
        for plan in &plans {
            opened.writer.commit(std::slice::from_ref(plan)).unwrap();
        }
        opened.writer.checkpoint().unwrap();
        ours.push(papers as f64 / start.elapsed().as_secs_f64());
        let start = Instant::now();
        opened.writer.rebuild().unwrap();
        rebuilds.push(start.elapsed().as_secs_f64() * 100_000.0 / papers as f64);
        if rebuilds.len() == ROUNDS {
            report(opened, &settings, papers);
        }
    }
    line("store: durable papers/s", &mut ours);
    line("plain sled + fdatasync: papers/s", &mut plain);
    line("rebuild: seconds per 100,000 papers", &mut rebuilds);
}

fn report(mut opened: store::Opened, settings: &Settings, papers: usize) {
    println!("{:?}", opened.writer.space().unwrap());
    let start = Instant::now();
    let read = opened.reader.newest(None).take(100).map(Result::unwrap).count();
    println!("{read} newest, decoded: {:?}", start.elapsed());
    let start = Instant::now();
    let saved = opened.writer.compact_log().unwrap();
    println!("compaction: {:?} for {papers} papers, {saved} bytes saved", start.elapsed());
    let export = settings.path.join("export");
    let start = Instant::now();
    store::export(&opened.reader, &export).unwrap();
    println!("export: {:?}, {} bytes", start.elapsed(), export.metadata().unwrap().len());
    drop(opened);
    let start = Instant::now();
    let opened = store::open(settings).unwrap();
    println!("open: {:?}, {} papers", start.elapsed(), opened.reader.paper_count());
}

/// What plain sled stores: the record, and an empty row for its date.
fn records(plan: &Plan) -> Vec<(Vec<u8>, Vec<u8>)> {
    let of = |op: &Op| {
        let Op::Paper(paper) = op else { return None };
        let form = paper.abstract_text().unwrap();
        let authors: Vec<_> = paper.authors().unwrap().listed.iter().map(|one| one.name.as_str()).collect();
        let record = serde_json::json!({
            "id": paper.id.as_str(), "title": paper.title().text.as_str(), "abstract": form.text.as_str(),
            "html": form.html.as_str(), "authors": authors, "first_seen": paper.first_seen.micros(),
        });
        let value = zstd::bulk::compress(&serde_json::to_vec(&record).unwrap(), 1).unwrap();
        Some((paper.id.as_str().as_bytes().to_vec(), value))
    };
    plan.ops.iter().filter_map(of).collect()
}

/// Seconds to store everything in plain sled, each batch durable. The records are encoded beforehand.
fn plain_sled(batches: &[Vec<(Vec<u8>, Vec<u8>)>]) -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let config = sled::Config::new().path(folder.path()).cache_capacity(CACHE_BYTES).flush_every_ms(None);
    let tree = config.open().unwrap();
    let start = Instant::now();
    for records in batches {
        let mut batch = sled::Batch::default();
        for (key, value) in records {
            batch.insert([b"p", key.as_slice()].concat(), value.as_slice());
            batch.insert([b"d", key.as_slice()].concat(), b"");
        }
        tree.apply_batch(batch).unwrap();
        tree.flush().unwrap();
        sync(&folder.path().join("db"));
    }
    start.elapsed().as_secs_f64()
}

fn sync(path: &Path) {
    File::open(path).unwrap().sync_data().unwrap();
}

fn line(name: &str, values: &mut [f64]) {
    values.sort_by(f64::total_cmp);
    let (least, most) = (values.first().unwrap(), values.last().unwrap());
    println!("{name}: {least:.1} / {:.1} / {most:.1}", values.get(values.len() / 2).unwrap());
}

fn word(random: &mut fastrand::Rng) -> String {
    let length = random.usize(2..11);
    std::iter::repeat_with(|| random.lowercase()).take(length).collect()
}

/// Words as often as in prose: a few of them most of the time.
fn prose(count: usize, words: &[String], random: &mut fastrand::Rng) -> String {
    let pick = |random: &mut fastrand::Rng| {
        let place = random.f64().powi(4) * words.len() as f64;
        words.get(format!("{place:.0}").parse().unwrap_or(0)).cloned().unwrap_or_default()
    };
    let words: Vec<_> = (0..count).map(|_| pick(random)).collect();
    words.join(" ")
}

fn paper(number: usize, words: &[String], random: &mut fastrand::Rng) -> Paper {
    let key = format!("{:04}.{:05}", 2_301 + number / 100_000, number % 100_000);
    let abstract_text = Text::new(&prose(200, words, random));
    let name = |random: &mut fastrand::Rng| Text::line(&prose(2, words, random));
    let author = |random: &mut fastrand::Rng| Author {
        name: name(random),
        family: Some(name(random)),
        given: Some(name(random)),
        orcid: None,
        affiliations: Vec::new(),
    };
    let listed: Vec<_> = (0..5).map(|_| author(random)).collect();
    let at = Timestamp::from_seconds(1_700_000_000 + i64::try_from(number).unwrap());
    let observation = Observation {
        source: SourceId::parse("arxiv-cs-lg").unwrap(),
        key: Text::line(&key),
        authority: Authority::Repository,
        fetched_at: at,
        ids: BTreeSet::from([ExternalId::parse(&format!("arxiv:{key}")).unwrap()]),
        title: Title { text: Text::line(&prose(9, words, random)), tex: None },
        earlier: BTreeSet::new(),
        abstract_text: Some(Abstract {
            html: Html::trusted(format!("<p>{abstract_text}</p>")),
            text: abstract_text,
            tex: None,
        }),
        authors: Authors { total: 5, listed },
        subjects: vec![Subject { scheme: SubjectScheme::Arxiv, term: Text::line("cs.LG") }],
        announce: None,
        version: Some(1),
        announced: Some(Moment::on(at.day())),
        submitted: None,
        revised: None,
        comment: Some(Text::line(&prose(6, words, random))),
        venue: None,
        citation: None,
        license: None,
        organisation: None,
        submitter: None,
        language: None,
        links: Vec::new(),
        is_withdrawn: false,
        is_retracted: false,
        role: offprint::model::record::Role::Paper,
    };
    Paper {
        id: PaperId::mint(random.u128(..)),
        aliases: BTreeMap::new(),
        first_seen: at,
        observations: vec![observation],
        chosen: Chosen { abstract_text: Some(0), authors: Some(0), ..Chosen::default() },
        events: BTreeMap::new(),
    }
}
